#include "query/access/amendment_focus.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/clinical_time.h"
#include "events/effect_name.h"
#include "events/schema/clinical_generated.h"
#include "ops/auth/access.h"
#include "query/access/versioned_reference.h"
#include "query/facts_json.h"
#include "query/returned.h"

namespace query::access {
namespace {

using events::Result;
using events::Status;
using projections::VersionRow;
using Rows = std::vector<VersionRow>;  // newest first

bool is_in_error(const VersionRow& row) {
  return !row.facts.empty() &&
         is_entered_in_error(*flatbuffers::GetRoot<events::schema::Facts>(row.facts.data()));
}

std::string not_known_here(std::string_view reference) {
  if (reference.empty()) return "the Task names nothing in focus.reference";
  return fmt::format("{}: not known here; this patient's record has no such version", reference);
}

const VersionRow* row_of(const Rows& rows, events::Version version) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const VersionRow& row) { return row.version == version; });
  return found == rows.end() ? nullptr : &*found;
}

// Of one record: its partition orders them.
bool came_before(const VersionRow& row, const AmendmentStep& asked) {
  return row.position.offset <= asked.position.offset;
}

// The one that held when the request came.
const VersionRow* row_at(const Rows& rows, const AmendmentStep& asked) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const VersionRow& row) { return came_before(row, asked); });
  return found == rows.end() ? nullptr : &*found;
}

std::string_view state_of(const VersionRow& meant, const VersionRow& newest) {
  if (newest.sealed.empty()) return "deleted";
  if (is_in_error(newest)) return "entered_in_error";
  return newest.version == meant.version ? "as_it_was" : "amended";
}

std::string fhir_path(const VersionedReference& of, events::Version version) {
  return fmt::format("/fhir/{}/_history/{}", of.text(), version.value);
}

void write_since(const VersionedReference& of, const Rows& rows, const VersionRow& meant,
                 const AmendmentStep& asked, JsonWriter& json) {
  json.key("since").begin_array();
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->version <= meant.version) continue;
    ops::auth::note_returned(of.type, of.id, row->version);
    json.begin_object().member("version", row->version.value);
    json.member("effect", events::effect_name(row->effect));
    json.member("recorded", events::format_instant(row->known_time));
    if (came_before(*row, asked)) json.member("before_request", true);
    if (is_in_error(*row)) json.member("entered_in_error", true);
    json.member("fhir", fhir_path(of, row->version)).end_object();
  }
  json.end_array();
}

void write_document(const AmendmentSource& source, const VersionedReference& of,
                    const VersionRow& row, JsonWriter& json) {
  const auto document = show_document(source.sources, source.read.stream, of.type, of.id, row);
  json.key("resource");
  if (document) {
    json.raw(*document);
  } else {
    json.null().member("because", document.error().message);
  }
}

Result<Rows> history_of(const AmendmentSource& source,
                        const std::optional<VersionedReference>& of) {
  if (!of) return Rows();
  return source.read.view->history(source.read.stream, of->type, of->id);
}

}  // namespace

Status AmendmentFocus::write(const AmendmentTask& task, JsonWriter& json) const {
  const auto of = versioned_reference(task.focus.reference, base_url);
  const auto rows = history_of(source, of);
  if (!rows) return rows.error();
  const auto& asked = task.steps.front();
  const bool has_version = of && of->version.exists();
  const auto* meant = has_version ? row_of(*rows, of->version) : row_at(*rows, asked);
  json.begin_object().optional("reference", task.focus.reference);
  json.optional("display", task.focus.display).member("known", meant != nullptr);
  if (meant == nullptr) {
    json.member("note", not_known_here(task.focus.reference)).end_object();
    return {};
  }
  json.member("type", events::type_name(of->type)).member("id", of->id);
  json.member("version", meant->version.value).member("version_named", has_version);
  json.member("recorded", events::format_instant(meant->known_time));
  json.member("fhir", fhir_path(*of, meant->version));
  json.member("recipients", fmt::format("/audit/recipients?resource={}&version={}", of->text(),
                                        meant->version.value));
  write_document(source, *of, *meant, json);
  json.member("state", state_of(*meant, rows->front()));
  write_since(*of, *rows, *meant, asked, json);
  json.end_object();
  return {};
}

Status AmendmentFocus::write_outputs(const AmendmentTask& task, JsonWriter& json) const {
  json.key("output").begin_array();
  for (const auto& output : task.outputs) {
    const auto of = versioned_reference(output.reference, base_url);
    const auto rows = history_of(source, of);
    if (!rows) return rows.error();
    const auto* row = rows->empty()          ? nullptr
                      : of->version.exists() ? row_of(*rows, of->version)
                                             : &rows->front();
    json.begin_object().member("reference", output.reference).member("known", row != nullptr);
    if (row == nullptr) {
      json.member("note", not_known_here(output.reference));
    } else {
      ops::auth::note_returned(of->type, of->id, row->version);
      json.member("version", row->version.value);
      json.member("recorded", events::format_instant(row->known_time));
      json.member("fhir", fhir_path(*of, row->version));
    }
    json.end_object();
  }
  json.end_array();
  return {};
}

}  // namespace query::access
