#include "projections/accepted_events.h"

#include "events/schema/clinical_generated.h"
#include "events/splice.h"
#include "projections/families.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::EventEffect;

std::string_view facts_bytes(const schema::Event& event) {
  if (event.facts() == nullptr) return {};
  return {reinterpret_cast<const char*>(event.facts()->data()), event.facts()->size()};
}

std::string splices_of(const schema::Event& event) {
  std::vector<events::SpliceView> splices;
  if (event.splices() == nullptr) return events::encode_splices(splices);
  for (const auto* splice : *event.splices()) {
    std::string_view text;
    if (splice->text() != nullptr) text = {splice->text()->c_str(), splice->text()->size()};
    splices.push_back(
        {splice->offset(), splice->length(), static_cast<events::SpliceKind>(splice->of()), text});
  }
  return events::encode_splices(splices);
}

// Facts of one version; empty if there is none or it is a deletion.
Result<std::string> facts_at(const RowView& rows, const events::StreamKey& stream,
                             const events::EventOutcome& event, std::uint64_t version) {
  if (version == 0) return std::string();
  auto bytes =
      rows.get(version_family, version_key(stream, event.type, event.id.text(), {version}));
  if (!bytes) return bytes.error();
  if (!*bytes) return events::corrupt("a version that was there is not");
  auto row = decode_version_row(**bytes);
  if (!row) return row.error();
  return std::move(row->facts);
}

bool is_told(const events::EventOutcome& outcome) {
  return outcome.effect != EventEffect::matched && outcome.effect != EventEffect::absent;
}

// But for what versions before it said.
AcceptedEvent event_alone(const events::Opener::Commit& commit, const Change& change,
                          std::size_t i) {
  const auto& outcome = change.events[i];
  const auto& source = *commit.body().events()->Get(static_cast<flatbuffers::uoffset_t>(i));
  AcceptedEvent event;
  event.stream = change.stream;
  event.stream_name = change.stream_name;
  event.commit = change.commit;
  event.ordinal = static_cast<std::uint32_t>(i);
  event.position = change.position;
  event.known_time = change.known_time;
  event.effect = outcome.effect;
  event.type = outcome.type;
  event.id = outcome.id.text();
  event.version = outcome.version;
  event.who = commit.body().who();
  event.ends_commit = false;
  if (outcome.effect != EventEffect::confirmed && source.facts() != nullptr) {
    // In place: a copy of all facts would be as large as the commit's documents.
    event.facts = source.facts_nested_root();
    event.facts_bytes = facts_bytes(source);
  }
  return event;
}

}  // namespace

Result<AcceptedEvents> AcceptedEvents::read(const RowView& rows,
                                            const events::Opener::Commit& commit,
                                            const Change& change) {
  AcceptedEvents accepted;
  const auto keep = [&](std::string bytes) -> const schema::Facts* {
    if (bytes.empty()) return nullptr;
    return flatbuffers::GetRoot<schema::Facts>(
        accepted.bytes_.emplace_back(std::move(bytes)).data());
  };
  for (std::size_t i = 0; i < change.events.size(); ++i) {
    const auto& outcome = change.events[i];
    if (!is_told(outcome)) continue;
    auto event = event_alone(commit, change, i);
    const bool confirmed = outcome.effect == EventEffect::confirmed;
    auto before =
        facts_at(rows, change.stream, outcome, outcome.version.value - (confirmed ? 0 : 1));
    if (!before) return before.error();
    event.previous = keep(std::move(*before));
    if (confirmed) {
      event.facts = event.previous;
      if (event.facts != nullptr) event.facts_bytes = accepted.bytes_.back();
    }
    accepted.add(event);
  }
  accepted.end_commit();
  return accepted;
}

AcceptedEvents AcceptedEvents::alone(const events::Opener::Commit& commit, const Change& change) {
  AcceptedEvents accepted;
  accepted.events_.reserve(change.events.size());
  for (std::size_t i = 0; i < change.events.size(); ++i) {
    if (is_told(change.events[i])) accepted.add(event_alone(commit, change, i));
  }
  accepted.end_commit();
  return accepted;
}

void AcceptedEvents::end_commit() {
  if (!events_.empty()) events_.back().ends_commit = true;
}

VersionRow version_row(const events::Opener::Commit& commit, const Change& change, std::size_t i) {
  const auto& event = *commit.body().events()->Get(static_cast<flatbuffers::uoffset_t>(i));
  VersionRow row;
  row.version = change.events[i].version;
  row.effect = change.events[i].effect;
  row.known_time = change.known_time;
  row.position = change.position;
  row.commit = change.commit;
  row.key_epoch = commit.header().key_epoch;
  if (row.effect == EventEffect::deleted) return row;
  row.facts = facts_bytes(event);
  if (event.document() < 0) return row;
  row.ordinal = static_cast<std::uint32_t>(event.document());
  row.document_size = event.document_size();
  row.salt = commit.salt();
  row.dictionary = commit.dictionary();
  row.splices = splices_of(event);
  row.sealed = commit.sealed_document(row.ordinal);
  return row;
}

}  // namespace projections
