#include "query/medication_taking.h"

#include <fmt/format.h>

#include "projections/medication_taking.h"
#include "query/as_of.h"
#include "query/medication_json.h"
#include "query/patient_answer.h"

namespace query {
namespace {

using events::Result;
using events::Status;
using ops::http::Request;
using projections::Coded;
using projections::knowledge::Knowledge;

// system|code, or a bare code or name.
Result<Coded> read_drug(const Request& request) {
  const auto* text = request.parameter("drug");
  if (text == nullptr || text->empty()) {
    return events::invalid("parameter drug: say which, as system|code, RxNorm code or name",
                           "drug");
  }
  const auto bar = text->find('|');
  if (bar == text->npos) return Coded{"", *text, *text};
  if (bar + 1 == text->size()) {
    return events::invalid(
        fmt::format("parameter drug: \"{}\" has no code; write system|code", *text), "drug");
  }
  return Coded{text->substr(0, bar), text->substr(bar + 1), ""};
}

Result<events::ClinicalTime> read_on(const Request& request) {
  const auto* text = request.parameter("on");
  if (text != nullptr) {
    const auto time = events::parse_clinical_time(*text);
    const bool is_day = time && time->precision == events::TimePrecision::day;
    if (is_day || (time && time->zone)) return *time;
  }
  return events::invalid(
      fmt::format("parameter on: \"{}\" is no day and no instant; write YYYY-MM-DD or "
                  "YYYY-MM-DDThh:mm:ssZ with its zone",
                  text == nullptr ? "" : *text),
      "on");
}

Status write_taking(const Sources& sources, const Knowledge& knowledge, const Request& request,
                    const PatientRead& read, JsonWriter& json) {
  const auto drug = read_drug(request);
  if (!drug) return drug.error();
  const auto on = read_on(request);
  if (!on) return on.error();
  auto claims =
      projections::medication_claims_of(*read.view, read.stream, projections::MedicationScope::all);
  if (!claims) return claims.error();
  const auto died = claims->died;
  const auto moment = moment_of(request, read);
  if (!moment) return moment.error();
  const auto answer =
      projections::taking_of(std::move(*claims), knowledge, *drug, *on, moment->judged_at);
  if (answer.asked.bases.empty() && answer.rests_on.empty()) {
    return events::unprocessable(
        fmt::format("parameter drug: \"{}\" is not known and no resource of this patient has it, "
                    "so neither yes nor no can be said; ask by RxNorm code or by ingredient",
                    *request.parameter("drug")),
        "drug");
  }
  Names names(sources);
  if (!read.recorded) json.member("note", "patient not yet recorded");
  json.member("notice", medication_notice);
  write_knowledge(knowledge, json);
  json.key("asked").begin_object().member("drug", *request.parameter("drug"));
  write_identity(answer.asked, json);
  json.member("on", on->text).end_object();
  json.member("taking", to_string(answer.taking)).member("because", answer.because);
  if (died) json.member("deceased", *died);
  json.texts("contradictions", answer.contradictions);
  json.texts("not_checkable", answer.not_checkable);
  json.key("rests_on").begin_array();
  for (const auto& claim : answer.rests_on) write_claim(claim, names, json);
  json.end_array();
  return {};
}

}  // namespace

void add_taking_route(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge) {
  namespace schema = ops::http::schema;
  PatientRoute route{"/charts/{patient}/medications/taking",
                     "Whether the patient was on a drug at a time: yes, no or unknown end"};
  route.parameters = {
      {"drug", "system|code, RxNorm code of a product or ingredient, or name",
       R"({"type":"string","pattern":"^[^|\\x00-\\x1f\\x7f]+([|][^|\\x00-\\x1f\\x7f]+)?$"})", true},
      {"on", "day (of UTC) or instant with zone",
       R"({"type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+))?$"})",
       true},
      as_of_text()};
  route.projections = {"medications", "directory"};
  route.members = {{"notice", schema::text},
                   {"knowledge", knowledge_schema()},
                   {"asked", schema::any_object},
                   {"taking", schema::one_of({"yes", "no", "unknown_end"})},
                   {"because", schema::text},
                   {"contradictions", schema::array(schema::text)},
                   {"not_checkable", schema::array(schema::text)},
                   {"rests_on", schema::array(schema::any_object)}};
  route.write = [&sources, knowledge = std::move(knowledge)](
                    const Request& request, const PatientRead& read, JsonWriter& json) {
    return write_taking(sources, *knowledge(read), request, read, json);
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query
