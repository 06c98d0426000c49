#include "query/returned.h"

#include "ops/auth/access.h"
#include "projections/facts_text.h"

namespace query {
namespace {

using events::ResourceType;
using projections::VersionRow;

// False: they name none.
bool note_subjects(const VersionRow& row) {
  if (row.facts.empty()) return false;
  const auto* facts = flatbuffers::GetRoot<events::schema::Facts>(row.facts.data());
  if (facts->subjects() == nullptr) return false;
  bool any = false;
  for (const auto* subject : *facts->subjects()) {
    if (subject->type() != ResourceType::Patient || subject->id() == nullptr) continue;
    ops::auth::note_patient(subject->id()->string_view());
    any = true;
  }
  return any;
}

void note_stream(const Sources& sources, const events::StreamKey& stream) {
  const auto name = sources.shards.lookup().stream_name(stream);
  if (name && *name) ops::auth::note_patient(patient_of_stream(**name));
}

}  // namespace

std::string_view patient_of_stream(std::string_view stream_name) {
  constexpr std::string_view record = "Patient/";
  return stream_name.starts_with(record) ? stream_name.substr(record.size()) : std::string_view();
}

void note_version(const Sources& sources, const events::StreamKey& stream, ResourceType type,
                  std::string_view id, const VersionRow& row) {
  ops::auth::note_returned(type, id, row.version);
  if (type == ResourceType::Patient) return ops::auth::note_patient(id);
  if (events::is_directory_type(type) || note_subjects(row)) return;
  note_stream(sources, stream);
}

events::Result<std::string> show_document(const Sources& sources, const events::StreamKey& stream,
                                          ResourceType type, std::string_view id,
                                          const VersionRow& row) {
  auto document = sources.shards.document(stream, row);
  if (document) note_version(sources, stream, type, id, row);
  return document;
}

events::Result<std::string> show_raw_document(const Sources& sources,
                                              const events::StreamKey& stream, ResourceType type,
                                              std::string_view id, const VersionRow& row) {
  auto document = sources.shards.raw_document(stream, row);
  if (document) note_version(sources, stream, type, id, row);
  return document;
}

}  // namespace query
