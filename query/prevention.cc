#include "query/prevention.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "ops/auth/access.h"
#include "projections/prevention/prevention.h"
#include "query/as_of.h"
#include "query/patient_answer.h"

namespace query {
namespace {

using events::Result;
using events::Status;
using projections::immunization::Day;
using projections::immunization::to_text;
namespace immunization = projections::immunization;
namespace screening = projections::screening;

constexpr std::string_view prevention_notice =
    "schedules, rules and answers are not clinically reviewed";

void write_day(std::string_view name, std::optional<Day> day, JsonWriter& json) {
  if (day) json.member(name, to_text(*day));
}

template <class Texts>
void write_texts(std::string_view name, const Texts& texts, JsonWriter& json) {
  if (texts.empty()) return;
  json.key(name).begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

void write_vaccines(std::string_view name, const std::vector<immunization::Cvx>& vaccines,
                    JsonWriter& json) {
  if (vaccines.empty()) return;
  json.key(name).begin_array();
  for (const auto vaccine : vaccines) json.value(to_text(vaccine));
  json.end_array();
}

// Type/id/version, as the facts were named.
void write_resource(std::string_view name, JsonWriter& json) {
  const auto first = name.find('/'), last = name.rfind('/');
  if (first == name.npos || first == last) return;
  std::uint64_t version = 0;
  std::from_chars(name.data() + last + 1, name.data() + name.size(), version);
  ops::auth::note_returned(name.substr(0, first), name.substr(first + 1, last - first - 1),
                           events::Version{version});
  json.begin_object().member("type", name.substr(0, first));
  json.member("id", name.substr(first + 1, last - first - 1)).member("version", version);
  json.end_object();
}
void write_rests_on(const std::vector<std::string>& names, JsonWriter& json) {
  json.key("rests_on").begin_array();
  for (const auto& name : names) write_resource(name, json);
  json.end_array();
}

void write_vaccine(const projections::VaccineAnswer& answer, JsonWriter& json) {
  const auto& group = answer.group;
  json.begin_object().member("group", group.group).member("series_group", group.series_group);
  json.member("at_risk", group.at_risk).member("shared_decision", group.shared_decision);
  json.member("state", answer.state);
  if (group.dose_number > 0) json.member("dose", std::uint64_t(group.dose_number));
  write_day("earliest", group.earliest, json);
  write_day("recommended", group.recommended, json);
  write_day("past_due", group.past_due, json);
  write_day("latest", group.latest, json);
  if (answer.declined_on) write_day("declined_on", answer.declined_on->first, json);
  write_day("changes_on", answer.changes_on, json);
  write_texts("reasons", group.reasons, json);
  write_texts("missing", group.missing, json);
  write_texts("guidance", group.guidance, json);
  write_texts("series", group.series, json);
  write_texts("antigens", group.antigens, json);
  write_vaccines("vaccines", group.vaccines, json);
  write_vaccines("usable_vaccines", group.usable_vaccines, json);
  write_rests_on(answer.rests_on, json);
  json.end_object();
}

void write_immunizations(const projections::Prevention& prevention, JsonWriter& json) {
  json.key("immunizations").begin_array().begin_object();
  json.member("issuer", prevention.issuer).member("version", prevention.version);
  json.key("groups").begin_array();
  for (const auto& answer : prevention.vaccines) write_vaccine(answer, json);
  json.end_array().key("set_aside").begin_array();
  for (const auto& one : prevention.set_aside) {
    json.begin_object().member("reason", one.reason);
    write_rests_on({one.id}, json);
    json.end_object();
  }
  json.end_array().end_object().end_array();
}

void write_screening(const screening::Answer& answer, JsonWriter& json) {
  const auto& rule = *answer.rule;
  json.begin_object().member("rule", rule.id).member("name", rule.name);
  json.member("grade", rule.grade).member("state", to_string(answer.state));
  write_day("due", answer.due, json);
  write_day("overdue_from", answer.overdue, json);
  write_day("last_done", answer.last_done, json);
  if (answer.declined_on) write_day("declined_on", answer.declined_on->first, json);
  write_day("changes_on", answer.changes_on, json);
  write_texts("reasons", answer.reasons, json);
  write_texts("missing", answer.missing, json);
  write_rests_on(answer.rests_on, json);
  json.member("rule_version", rule.version);
  json.key("source").begin_object().member("title", rule.source.title);
  json.member("url", rule.source.url).member("dated", rule.source.dated);
  json.member("read", rule.source.read).member("checked", rule.source.checked);
  json.end_object().end_object();
}

void write_screenings(const screening::Assessment& assessment, JsonWriter& json) {
  json.key("screenings").begin_array().begin_object();
  json.member("issuer", assessment.issuer).member("version", assessment.version);
  json.key("rules").begin_array();
  for (const auto& answer : assessment.answers) write_screening(answer, json);
  json.end_array().end_object().end_array();
}

// `on`, which may lie ahead, or `at`; else today, or the last day of what asOf knows.
Result<Day> day_of(const ops::http::Request& request, const PatientRead& read) {
  const bool has_day = request.parameter("on") != nullptr;
  if (has_day && request.parameter("at") != nullptr)
    return events::invalid("parameters on and at: mean the same day; give one of them", "at");
  if (has_day) return asked_day(request);
  const auto moment = moment_of(request, read);
  if (!moment) return moment.error();
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<events::Micros>(moment->judged_at));
}

Status write_prevention(const projections::PreventionRules& rules,
                        const ops::http::Request& request, const PatientRead& read,
                        JsonWriter& json) {
  const auto on = day_of(request, read);
  if (!on) return on.error();
  const auto facts = projections::prevention_facts(*read.view, read.stream, rules);
  if (!facts) return facts.error();
  const auto prevention = projections::assess_prevention(rules, *facts, *on);
  if (!read.recorded) json.member("note", "patient not yet recorded");
  json.member("notice", prevention_notice).member("on", to_text(*on));
  write_immunizations(prevention, json);
  write_screenings(prevention.screenings, json);
  return {};
}

}  // namespace

Result<Day> asked_day(const ops::http::Request& request) {
  const auto* text = request.parameter("on");
  if (text == nullptr)
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto time = events::parse_clinical_time(*text);
  if (!time || time->precision != events::TimePrecision::day) {
    return events::invalid(
        fmt::format("parameter on: \"{}\" is not a day; write YYYY-MM-DD", *text), "on");
  }
  return immunization::recorded_date(*time).first;
}

ops::http::ParameterText day_text() {
  return {"on", "the day asked for, YYYY-MM-DD; today (UTC) if not given",
          R"({"type":"string","format":"date"})"};
}

void add_prevention_routes(ops::http::Router& router, const Sources& sources,
                           const projections::PreventionRules& rules) {
  namespace schema = ops::http::schema;
  PatientRoute route{
      "/charts/{patient}/prevention",
      "Vaccines and screenings: due, satisfied, declined, missing facts, and what that rests on"};
  route.parameters = {day_text(), as_of_text(), at_text()};
  route.projections = {"chart"};
  const auto schedules =
      schema::array(schema::object({{"issuer", schema::text}, {"version", schema::text}}));
  route.members = {{"notice", schema::text},
                   {"on", schema::text},
                   {"immunizations", schedules},
                   {"screenings", schedules}};
  route.write = [rules](const ops::http::Request& request, const PatientRead& read,
                        JsonWriter& json) { return write_prevention(rules, request, read, json); };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query
