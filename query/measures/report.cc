#include "query/measures/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/clinical_time.h"
#include "query/fhir/search.h"

namespace query::measures {
namespace {

constexpr const char* population_system =
    "http://terminology.hl7.org/CodeSystem/measure-population";
constexpr const char* notation_system =
    "http://terminology.hl7.org/CodeSystem/measure-improvement-notation";

void write_coded(std::string_view system, std::string_view code, JsonWriter& json) {
  json.begin_object().key("coding").begin_array().begin_object();
  json.member("system", system).member("code", code).end_object().end_array().end_object();
}

// Of a population's name, see GroupText.
std::string_view population_code(std::string_view name) { return name.substr(0, name.find(' ')); }

std::string list_id(std::size_t group, std::string_view population) {
  auto id = fmt::format("group-{}-{}", group + 1, population);
  std::replace(id.begin(), id.end(), ' ', '-');
  return id;
}

void write_lists(const Report& report, JsonWriter& json) {
  if (report.subjects.empty()) return;
  json.key("contained").begin_array();
  for (const auto& [place, patients] : report.subjects) {
    json.begin_object().member("resourceType", "List");
    json.member("id", list_id(place.first, place.second)).member("status", "current");
    json.member("mode", "snapshot");
    if (!patients.empty()) {
      json.key("entry").begin_array();
      for (const auto& patient : patients) {
        json.begin_object().key("item").begin_object();
        json.member("reference", "Patient/" + patient).end_object().end_object();
      }
      json.end_array();
    }
    json.end_object();
  }
  json.end_array();
}

void write_group(const Report& report, std::size_t number, JsonWriter& json) {
  const auto& group = report.package.groups[number];
  const auto& figures = report.groups[number];
  json.begin_object().optional("id", group.id).key("population").begin_array();
  for (const auto& name : group.populations) {
    json.begin_object().key("code");
    write_coded(population_system, population_code(name), json);
    json.member("count", static_cast<std::uint64_t>(kept::figure(figures, name)));
    if (report.subjects.contains({number, name})) {
      json.key("subjectResults").begin_object();
      json.member("reference", "#" + list_id(number, name)).end_object();
    }
    json.end_object();
  }
  json.end_array();
  if (const auto score = kept::rate(figures, group)) {
    json.key("measureScore").begin_object().key("value").number(fmt::format("{:.6f}", *score));
    json.end_object();
  }
  json.end_object();
}

}  // namespace

void write_report(const Report& report, JsonWriter& json) {
  const auto& package = report.package;
  const auto slash = report.period.text.find('/');
  json.begin_object().member("resourceType", "MeasureReport").optional("id", report.id);
  write_lists(report, json);
  json.member("status", report.status).member("type", report.type);
  json.member("measure", fmt::format("{}|{}", package.url, package.version));
  if (!report.patient.empty()) {
    json.key("subject").begin_object();
    json.member("reference", "Patient/" + report.patient).end_object();
  }
  json.member("date", events::format_instant(fhir::now())).key("period").begin_object();
  json.member("start", report.period.text.substr(0, slash));
  json.member("end", report.period.text.substr(slash + 1)).end_object();
  const auto& direction = package.groups.empty() ? std::string() : package.groups.front().direction;
  if (direction == "increase" || direction == "decrease") {
    json.key("improvementNotation");
    write_coded(notation_system, direction, json);
  }
  json.key("group").begin_array();
  for (std::size_t i = 0; i < package.groups.size(); ++i) write_group(report, i, json);
  json.end_array().end_object();
}

kept::Figures figures_of(const kept::Counts& counts) {
  kept::Figures figures;
  for (const auto& [population, count] : counts)
    figures[population] = static_cast<std::int64_t>(count);
  return figures;
}

}  // namespace query::measures
