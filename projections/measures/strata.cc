#include "projections/measures/strata.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "events/clinical_time.h"
#include "projections/quality/elm_json.h"

namespace projections::measures {
namespace {

namespace json = boost::json;
using quality::objects;
using quality::text;

constexpr std::array<std::string_view, 8> dimension_words{"all", "site", "practitioner", "age",
                                                          "sex", "race", "ethnicity",    "payer"};
constexpr std::string_view unknown = "unknown";
constexpr std::string_view us_core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-";

const json::object* child(const json::object* object, std::string_view field) {
  const auto* value = object ? object->if_contains(field) : nullptr;
  return value ? value->if_object() : nullptr;
}

std::string_view reference_in(const json::object* object, std::string_view field) {
  const auto* reference = child(object, field);
  return reference ? text(*reference, "reference") : std::string_view();
}

// Of [{"<field>": {"reference": …}}]; or of [{"reference": …}] where `field` is empty.
std::string_view first_reference(const json::object* object, std::string_view list,
                                 std::string_view field = {}) {
  if (object == nullptr) return {};
  for (const auto* each : objects(*object, list)) {
    const auto found = field.empty() ? text(*each, "reference") : reference_in(each, field);
    if (!found.empty()) return found;
  }
  return {};
}

// A time that cannot be read is none.
std::optional<events::Micros> start_of(const json::object& resource, std::string_view field) {
  const auto* period = child(&resource, field);
  if (period == nullptr) return std::nullopt;
  const auto time = events::parse_clinical_time(text(*period, "start"));
  return time ? std::optional(time->low) : std::nullopt;
}

// Of `type`, the one whose `period_field` began last, not after `until`; one without a start
// counts as the earliest. Null: there is none.
const json::object* latest(std::span<const json::value* const> resources, std::string_view type,
                           std::string_view period_field, std::optional<events::Micros> until) {
  const json::object* found = nullptr;
  std::optional<events::Micros> began;
  for (const auto* each : resources) {
    const auto& resource = each->get_object();
    if (text(resource, "resourceType") != type) continue;
    const auto start = start_of(resource, period_field);
    if (until && start && *start >= *until) continue;
    if (found != nullptr && start <= began) continue;
    found = &resource;
    began = start;
  }
  return found;
}

std::string age_band(const json::object* patient, const Period& period) {
  const auto born =
      patient ? events::parse_clinical_time(text(*patient, "birthDate")) : events::invalid("");
  if (!born) return std::string(unknown);
  const std::chrono::year_month_day from(
      std::chrono::floor<std::chrono::days>(std::chrono::sys_time<events::Micros>(born->low)));
  const std::chrono::year_month_day at(period.first);
  int years = static_cast<int>(at.year()) - static_cast<int>(from.year());
  if (std::pair(at.month(), at.day()) < std::pair(from.month(), from.day())) --years;
  if (years < 18) return "0-17";
  if (years < 40) return "18-39";
  if (years < 65) return "40-64";
  return years < 75 ? "65-74" : "75+";
}

// The OMB categories of a US Core extension (us-core-race, us-core-ethnicity).
void add_categories(const json::object* patient, std::string_view name, Dimension dimension,
                    std::vector<Stratum>& strata) {
  const auto before = strata.size();
  for (const auto* extension :
       patient ? objects(*patient, "extension") : std::vector<const json::object*>()) {
    const auto url = text(*extension, "url");
    if (!url.starts_with(us_core) || url.substr(us_core.size()) != name) continue;
    for (const auto* part : objects(*extension, "extension")) {
      const auto* coding = child(part, "valueCoding");
      if (text(*part, "url") != "ombCategory" || coding == nullptr) continue;
      const auto shown = text(*coding, "display");
      strata.push_back({dimension, std::string(shown.empty() ? text(*coding, "code") : shown)});
    }
  }
  if (strata.size() == before) strata.push_back({dimension, std::string(unknown)});
}

std::string_view payer_of(const json::object* coverage) {
  const auto* type = child(coverage, "type");
  if (type != nullptr) {
    for (const auto* coding : objects(*type, "coding")) {
      const auto shown = text(*coding, "display");
      const auto found = shown.empty() ? text(*coding, "code") : shown;
      if (!found.empty()) return found;
    }
    if (!text(*type, "text").empty()) return text(*type, "text");
  }
  if (coverage == nullptr) return {};
  for (const auto* payor : objects(*coverage, "payor")) {
    const auto shown = text(*payor, "display");
    return shown.empty() ? text(*payor, "reference") : shown;
  }
  return {};
}

}  // namespace

std::string_view name_of(Dimension dimension) {
  return dimension_words[static_cast<std::size_t>(dimension)];
}

std::optional<Dimension> dimension_of(std::string_view name) {
  const auto at = std::find(dimension_words.begin(), dimension_words.end(), name);
  if (at == dimension_words.end()) return std::nullopt;
  return static_cast<Dimension>(at - dimension_words.begin());
}

std::vector<std::string> dimension_names() {
  return {dimension_words.begin(), dimension_words.end()};
}

std::vector<Stratum> strata_of(std::span<const json::value* const> resources,
                               const Period& period) {
  const events::Micros end = (period.last + std::chrono::days(1)).time_since_epoch();
  const auto* patient = latest(resources, "Patient", "", std::nullopt);
  const auto* visit = latest(resources, "Encounter", "period", end);
  auto site = reference_in(visit, "serviceProvider");
  if (site.empty()) site = first_reference(visit, "location", "location");
  auto practitioner = first_reference(visit, "participant", "individual");
  if (practitioner.empty()) practitioner = first_reference(patient, "generalPractitioner");

  std::vector<Stratum> strata{{Dimension::all, {}}};
  const auto add = [&](Dimension dimension, std::string_view value) {
    strata.push_back({dimension, std::string(value.empty() ? unknown : value)});
  };
  add(Dimension::site, site);
  add(Dimension::practitioner, practitioner);
  add(Dimension::age, age_band(patient, period));
  add(Dimension::sex, patient ? text(*patient, "gender") : std::string_view());
  add_categories(patient, "race", Dimension::race, strata);
  add_categories(patient, "ethnicity", Dimension::ethnicity, strata);
  add(Dimension::payer, payer_of(latest(resources, "Coverage", "period", std::nullopt)));
  std::sort(strata.begin(), strata.end());
  strata.erase(std::unique(strata.begin(), strata.end()), strata.end());
  return strata;
}

}  // namespace projections::measures
