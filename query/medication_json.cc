#include "query/medication_json.h"

#include "events/clinical_time.h"
#include "query/facts_json.h"
#include "query/patient_answer.h"

namespace query {
namespace {

using events::Status;
using projections::MedicationClaim;
using projections::MedicationLine;
using projections::MedicationReading;
using projections::MedicationState;

void write_mention(const projections::Mention& who, Names& names, JsonWriter& json) {
  if (who.id.empty() && who.display.empty()) return;
  json.key("by").begin_object();
  std::string_view display;
  if (!who.id.empty()) {
    json.key("reference").joined({events::type_name(who.type), "/", who.id});
    display = names.of(who.type, who.id);
  }
  json.optional("display", display.empty() ? std::string_view(who.display) : display).end_object();
}

void write_said(const MedicationClaim& claim, Names& names, JsonWriter& json) {
  json.optional("dose", claim.dose);
  json.member("source", claim.source);
  write_mention(claim.by, names, json);
  json.optional("start", claim.start).optional("end", claim.end);
}

void write_claim(const MedicationClaim& claim, Names& names, JsonWriter& json) {
  json.begin_object().member("type", events::type_name(claim.type)).member("id", claim.id);
  json.member("version", claim.version.value).member("status", claim.status);
  json.optional("intent", claim.intent).optional("reason", claim.reason);
  write_said(claim, names, json);
  json.member("last_confirmed", events::format_instant(claim.confirmed));
  json.optional("last_confirmed_by", claim.confirmed_by).end_object();
}

// list, none_known (with who said so), conflict (none known beside an active drug), not_asked.
void write_state(const MedicationReading& reading, Names& names, JsonWriter& json) {
  const bool any = !reading.lines.empty();
  const bool active = any && reading.lines.front().state == MedicationState::active;
  const bool none = reading.none_known.has_value();
  json.member("state", none && active ? "conflict"
                       : none         ? "none_known"
                       : any          ? "list"
                                      : "not_asked");
  if (!none) return;
  json.key("none_known");
  write_claim(*reading.none_known, names, json);
}

Status write_list(const Sources& sources, const PatientRead& read, JsonWriter& json) {
  const auto reading = projections::medications_of(*read.view, read.stream,
                                                   projections::MedicationScope::all, now());
  if (!reading) return reading.error();
  Names names(sources);
  if (!read.recorded) json.member("note", "patient not yet recorded");
  if (reading->died) json.member("deceased", *reading->died);
  write_state(*reading, names, json);
  auto line = reading->lines.begin();
  for (std::size_t i = 0; i < projections::medication_states; ++i) {
    const auto state = static_cast<MedicationState>(i);
    json.key(to_string(state)).begin_array();
    for (; line != reading->lines.end() && line->state == state; ++line) {
      write_line(*line, LineDetail::full, names, json);
    }
    json.end_array();
  }
  return {};
}

}  // namespace

events::Micros now() {
  return std::chrono::duration_cast<events::Micros>(
      std::chrono::system_clock::now().time_since_epoch());
}

void write_line(const MedicationLine& line, LineDetail detail, Names& names, JsonWriter& json) {
  json.begin_object();
  write_coded("drug", line.drug, json);
  json.member("state", to_string(line.state)).member("because", line.because);
  write_coded("route", line.route, json);
  write_said(line.lead, names, json);
  json.member("end_recorded", !line.lead.end.empty());
  json.optional("last_dispensed", line.last_dispensed);
  json.member("last_confirmed", events::format_instant(line.last_confirmed));
  json.optional("last_confirmed_by", line.last_confirmed_by);
  if (!line.disagreements.empty()) {
    json.key("disagreements").begin_array();
    for (const auto& one : line.disagreements) json.value(one);
    json.end_array();
  }
  if (detail == LineDetail::full) {
    json.key("rests_on").begin_array();
    for (const auto& claim : line.rests_on) write_claim(claim, names, json);
    json.end_array();
  }
  json.end_object();
}

void add_medication_routes(ops::http::Router& router, const Sources& sources) {
  namespace schema = ops::http::schema;
  PatientRoute route{"/charts/{patient}/medications",
                     "Medication list: active, past, planned and what is not taken"};
  route.projections = {"medications", "directory"};
  route.members = {{"state", schema::one_of({"list", "none_known", "conflict", "not_asked"})}};
  for (std::size_t i = 0; i < projections::medication_states; ++i) {
    route.members.emplace_back(to_string(static_cast<MedicationState>(i)),
                               schema::array(schema::any_object));
  }
  route.write = [&sources](const ops::http::Request&, const PatientRead& read, JsonWriter& json) {
    return write_list(sources, read, json);
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query
