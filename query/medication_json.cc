#include "query/medication_json.h"

#include "events/clinical_time.h"
#include "ops/auth/access.h"
#include "query/facts_json.h"
#include "query/medication_moment.h"
#include "query/medication_taking.h"
#include "query/patient_answer.h"
#include "query/reconciliation/reconciled.h"

namespace query {
namespace {

using events::Status;
using projections::MedicationClaim;
using projections::MedicationLine;
using projections::MedicationReading;
using projections::MedicationState;
using projections::knowledge::Knowledge;

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

void write_dose_changes(const std::vector<projections::DoseChange>& changes, JsonWriter& json) {
  json.key("dose_changes").begin_array();
  for (const auto& change : changes) {
    ops::auth::note_returned(change.type, change.id, change.version);
    json.begin_object().optional("from", change.from);
    if (change.from_sent) json.member("from_is", "when it was sent");
    json.optional("dose", change.dose).optional("strength", change.strength);
    json.member("source", change.source).member("type", events::type_name(change.type));
    json.member("id", change.id).member("version", change.version.value).end_object();
  }
  json.end_array();
}

std::string day_text(std::chrono::sys_days day) {
  return events::format_instant(day).substr(0, 10);
}

void write_supply(const projections::Supply& supply, JsonWriter& json) {
  if (supply.dispenses == 0) return;
  json.key("supply").begin_object().member("dispenses", std::uint64_t{supply.dispenses});
  if (supply.covered_until) {
    json.member("covered_from", day_text(*supply.covered_from));
    json.member("covered_until", day_text(*supply.covered_until));
  }
  const auto days = [](std::chrono::days count) {
    return static_cast<std::uint64_t>(count.count());
  };
  json.member("tolerance_days", days(projections::supply_tolerance)).key("gaps").begin_array();
  for (const auto& gap : supply.gaps) {
    json.begin_object().member("from", day_text(gap.from)).member("to", day_text(gap.to));
    json.member("days", days(gap.to - gap.from));
    if (gap.is_open) json.member("open", true);
    json.optional("uncertain", gap.uncertain).end_object();
  }
  json.end_array();
  if (!supply.not_computed.empty()) json.texts("not_computed", supply.not_computed);
  json.end_object();
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

Status write_list(const Sources& sources, const Knowledge& knowledge, const PatientRead& read,
                  const Moment& moment, JsonWriter& json) {
  const auto reading = medications_then(read, moment, knowledge, projections::MedicationScope::all);
  if (!reading) return reading.error();
  Names names(sources);
  if (!read.recorded) json.member("note", "patient not yet recorded");
  json.member("notice", medication_notice);
  write_knowledge(knowledge, json);
  if (reading->died) json.member("deceased", *reading->died);
  write_state(*reading, names, json);
  const auto reconciled = reconciliation::Reconciled::of(sources, read);
  if (!reconciled) return reconciled.error();
  const auto* decided = *reconciled ? &**reconciled : nullptr;
  json.key("reconciled");
  if (decided != nullptr) {
    decided->write(names, json);
  } else {
    json.null();
  }
  auto line = reading->lines.begin();
  for (std::size_t i = 0; i < projections::medication_states; ++i) {
    const auto state = static_cast<MedicationState>(i);
    json.key(to_string(state)).begin_array();
    for (; line != reading->lines.end() && line->state == state; ++line) {
      write_line(*line, LineDetail::full, names, json, decided);
    }
    json.end_array();
  }
  return {};
}

}  // namespace

void write_claim(const MedicationClaim& claim, Names& names, JsonWriter& json) {
  ops::auth::note_returned(claim.type, claim.id, claim.version);
  json.begin_object().member("type", events::type_name(claim.type)).member("id", claim.id);
  json.member("version", claim.version.value).member("status", claim.status);
  json.optional("intent", claim.intent).optional("reason", claim.reason);
  write_said(claim, names, json);
  json.member("last_confirmed", events::format_instant(claim.confirmed));
  json.optional("last_confirmed_by", claim.confirmed_by);
  const std::string version = std::to_string(claim.version.value);
  json.key("fhir").joined(
      {"/fhir/", events::type_name(claim.type), "/", claim.id, "/_history/", version});
  json.key("raw").joined({"/raw/", events::type_name(claim.type), "/", claim.id, "/", version});
  json.end_object();
}

void write_identity(const projections::DrugIdentity& identity, JsonWriter& json) {
  if (!identity.not_checkable.empty()) {
    json.member("not_checkable", identity.not_checkable);
    return;
  }
  json.key("ingredients").begin_array();
  for (const auto& one : identity.ingredients) {
    json.begin_object().member("code", one.id).member("name", one.name).end_object();
  }
  json.end_array();
  json.optional("release", identity.form.release);
  const std::string_view route = identity.form.route;
  if (!route.starts_with("text:")) json.optional("by_route", route);
}

std::string knowledge_schema() {
  return ops::http::schema::object(
      {{"version", ops::http::schema::text}, {"digest", ops::http::schema::text}});
}
void write_knowledge(const Knowledge& knowledge, JsonWriter& json) {
  json.key("knowledge").begin_object().member("version", knowledge.label());
  json.member("digest", knowledge.digest()).end_object();
}

events::Micros now() {
  return std::chrono::duration_cast<events::Micros>(
      std::chrono::system_clock::now().time_since_epoch());
}

void write_line(const MedicationLine& line, LineDetail detail, Names& names, JsonWriter& json,
                const reconciliation::Reconciled* reconciled) {
  json.begin_object();
  write_coded("drug", line.drug, json);
  json.member("state", to_string(line.state)).member("because", line.because);
  write_coded("route", line.route, json);
  write_identity(line.identity, json);
  write_said(line.lead, names, json);
  json.member("end_recorded", !line.lead.end.empty());
  json.optional("last_dispensed", line.last_dispensed);
  json.member("last_confirmed", events::format_instant(line.last_confirmed));
  json.optional("last_confirmed_by", line.last_confirmed_by);
  if (!line.disagreements.empty()) json.texts("disagreements", line.disagreements);
  if (!line.marks.empty()) json.texts("marks", line.marks);
  if (reconciled != nullptr) reconciled->write_line(line, json);
  if (detail == LineDetail::full) {
    write_dose_changes(line.dose_changes, json);
    write_supply(line.supply, json);
    json.key("rests_on").begin_array();
    for (const auto& claim : line.rests_on) write_claim(claim, names, json);
    json.end_array();
  } else {
    for (const auto& claim : line.rests_on)
      ops::auth::note_returned(claim.type, claim.id, claim.version);
  }
  json.end_object();
}

void add_medication_routes(ops::http::Router& router, const Sources& sources,
                           KnowledgeOf knowledge) {
  namespace schema = ops::http::schema;
  PatientRoute route{"/charts/{patient}/medications",
                     "Medication list: active, past, planned and what is not taken"};
  route.parameters = {as_of_text(), at_text()};
  route.projections = {"medications", "directory", "chart"};
  route.members = {{"notice", schema::text},
                   {"knowledge", knowledge_schema()},
                   {"reconciled", R"({"type":"object","nullable":true})"},
                   {"state", schema::one_of({"list", "none_known", "conflict", "not_asked"})}};
  for (std::size_t i = 0; i < projections::medication_states; ++i) {
    route.members.emplace_back(to_string(static_cast<MedicationState>(i)),
                               schema::array(schema::any_object));
  }
  route.write = [&sources, knowledge](const ops::http::Request& request, const PatientRead& read,
                                      JsonWriter& json) -> Status {
    const auto moment = moment_of(request, read);
    if (!moment) return moment.error();
    return write_list(sources, *knowledge(read), read, *moment, json);
  };
  add_patient_route(router, sources, std::move(route));
  add_taking_route(router, sources, std::move(knowledge));
}

}  // namespace query
