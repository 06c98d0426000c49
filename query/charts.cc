#include "query/charts.h"

#include <array>

#include "events/schema/clinical_generated.h"
#include "query/chart_writer.h"
#include "query/medication_moment.h"
#include "query/patient_answer.h"

namespace query {
namespace {

using events::Status;
using Type = events::ResourceType;

constexpr std::size_t limit_default = 50;
constexpr std::size_t limit_max = 1000;

constexpr std::array sections = {
    ChartSection{"immunizations", Type::Immunization},
    ChartSection{"procedures", Type::Procedure},
    ChartSection{"encounters", Type::Encounter},
    ChartSection{"care_plans", Type::CarePlan},
    ChartSection{"reports", Type::DiagnosticReport},
    ChartSection{"documents", Type::DocumentReference},
    ChartSection{"coverage", Type::Coverage},
    ChartSection{"devices", Type::Device},
    ChartSection{"goals", Type::Goal},
    ChartSection{"care_teams", Type::CareTeam},
};

Status write_chart(const Sources& sources, const projections::knowledge::Knowledge& knowledge,
                   const PatientRead& read, const Moment& moment, std::size_t limit,
                   JsonWriter& json) {
  Names names(sources);
  ChartWriter chart(read, moment, names, limit, json);
  if (auto done = chart.patient(); !done) return done;
  if (auto done = chart.pregnancy(); !done) return done;
  if (auto done = chart.sites(); !done) return done;
  for (const ChartSection& section : {ChartSection{"problems", Type::Condition},
                                      ChartSection{"allergies", Type::AllergyIntolerance}}) {
    if (auto done = chart.section_with_state(section); !done) return done;
  }
  if (auto done = chart.medications(knowledge); !done) return done;
  if (auto done = chart.observations(); !done) return done;
  for (const ChartSection& section : sections) {
    if (auto done = chart.section(section); !done) return done;
  }
  return {};
}

}  // namespace

void add_chart_routes(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge) {
  namespace schema = ops::http::schema;
  const auto section =
      schema::object({{"items", schema::array(schema::any_object)}, {"more", schema::yes_or_no}},
                     {{"state", schema::one_of({"list", "none_known", "conflict", "not_asked"})}});
  PatientRoute route{"/charts/{patient}", "A patient's chart: sections, newest first"};
  route.parameters = {count_text("limit", limit_default, limit_max), as_of_text(), at_text()};
  route.projections = {"chart", "medications", "series", "directory", "sites"};
  route.members = {
      {"patient", R"({"type":"object","nullable":true})"},
      {"sites", schema::array(schema::object({{"last", schema::text}}, {{"site", schema::text}}))}};
  for (const char* name :
       {"problems", "allergies", "medications", "vitals", "labs", "observations"})
    route.members.emplace_back(name, section);
  for (const ChartSection& one : sections) route.members.emplace_back(one.name, section);
  route.optional = {
      {"pregnancy", schema::object({{"known", schema::text},
                                    {"type", schema::text},
                                    {"id", schema::fhir_id},
                                    {"version", schema::whole_number(1, 2147483647)}})}};
  route.write = [&sources, knowledge = std::move(knowledge)](const ops::http::Request& request,
                                                             const PatientRead& read,
                                                             JsonWriter& json) -> Status {
    const auto limit = count_parameter(request, "limit", limit_default, limit_max);
    if (!limit) return limit.error();
    const auto moment = moment_of(request, read);
    if (!moment) return moment.error();
    return write_chart(sources, *knowledge(read), read, *moment, *limit, json);
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query
