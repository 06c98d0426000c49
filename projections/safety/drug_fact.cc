#include "projections/safety/drug_fact.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "events/ids.h"
#include "projections/coded.h"
#include "projections/facts_text.h"

namespace projections::safety {
namespace {

namespace schema = events::schema;
using knowledge::Route;

std::string lower(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

std::optional<double> number_of(std::string_view digits) {
  double value = 0;
  const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failed != std::errc() || stop != digits.data() + digits.size() || value <= 0)
    return std::nullopt;
  return value;
}

// The words of SNOMED CT's names of routes, the first that is found.
struct RouteWord {
  std::string_view word;
  Route route;
};
constexpr std::array route_words = {RouteWord{"sublingual", Route::sublingual},
                                    RouteWord{"buccal", Route::sublingual},
                                    RouteWord{"intravenous", Route::injected},
                                    RouteWord{"intramuscular", Route::injected},
                                    RouteWord{"subcutaneous", Route::injected},
                                    RouteWord{"intradermal", Route::injected},
                                    RouteWord{"intrathecal", Route::injected},
                                    RouteWord{"epidural", Route::injected},
                                    RouteWord{"injection", Route::injected},
                                    RouteWord{"inhal", Route::inhaled},
                                    RouteWord{"respiratory", Route::inhaled},
                                    RouteWord{"nasal", Route::nasal},
                                    RouteWord{"transdermal", Route::transdermal},
                                    RouteWord{"rectal", Route::rectal},
                                    RouteWord{"intrauterine", Route::intrauterine},
                                    RouteWord{"vaginal", Route::vaginal},
                                    RouteWord{"subdermal", Route::implanted},
                                    RouteWord{"implant", Route::implanted},
                                    RouteWord{"ophthalmic", Route::ophthalmic},
                                    RouteWord{"ocular", Route::ophthalmic},
                                    RouteWord{"otic", Route::otic},
                                    RouteWord{"dental", Route::dental},
                                    RouteWord{"percutaneous", Route::transdermal},
                                    RouteWord{"topical", Route::topical},
                                    RouteWord{"cutaneous", Route::topical},
                                    RouteWord{"oral", Route::oral},
                                    RouteWord{"by mouth", Route::oral}};

// Codes that come without a name. SNOMED CT, as FHIR R4's value set route-codes has them; from
// memory, not compared.
struct RouteCode {
  std::string_view code;
  Route route;
};
constexpr std::array route_codes = {
    RouteCode{"26643006", Route::oral},        RouteCode{"47625008", Route::injected},
    RouteCode{"78421000", Route::injected},    RouteCode{"34206005", Route::injected},
    RouteCode{"37839007", Route::sublingual},  RouteCode{"6064005", Route::topical},
    RouteCode{"45890007", Route::transdermal}, RouteCode{"37161004", Route::rectal},
    RouteCode{"16857009", Route::vaginal},     RouteCode{"46713006", Route::nasal},
    RouteCode{"54485002", Route::ophthalmic},  RouteCode{"10547007", Route::otic}};

// Doses that are counted. What is measured (mL, drops, puffs) is not.
bool is_counted(std::string_view unit) {
  std::string word = lower(unit);
  std::erase_if(word, [](char c) { return c == '{' || c == '}' || c == '(' || c == ')'; });
  if (word.size() > 1 && word.ends_with('s')) word.pop_back();
  constexpr std::array words = {"",    "1",      "tablet",  "tab",   "tbl",         "capsule",
                                "cap", "caplet", "lozenge", "patch", "suppository", "suppositorie"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<double> mg_in(std::string_view unit) {
  if (unit == "mg") return 1;
  if (unit == "g") return 1000;
  if (unit == "ug" || unit == "mcg") return 0.001;
  return std::nullopt;
}

void read_dose(const schema::Quantity* low, const schema::Quantity* high, DrugReading& to) {
  const auto* dose = high != nullptr ? high : low;
  if (dose == nullptr) return;
  const auto value = number_of(text_of(dose->value()));
  const auto code = text_of(dose->code()), unit = text_of(dose->unit());
  const auto mg = mg_in(code) ? mg_in(code) : mg_in(unit);
  if (value && mg) {
    to.fact.mg_per_dose = *value * *mg;
  } else if (value && is_counted(code.empty() ? unit : code)) {
    to.fact.units_per_dose = value;
  } else {
    to.not_read.push_back(fmt::format("{}: a dose of \"{} {}\" was not computed", to.fact.shown,
                                      text_of(dose->value()), unit.empty() ? code : unit));
  }
}

// HL7 v3 GTSAbbreviation, as R4's value set timing-abbreviation has it; times a day.
std::optional<double> times_of_code(std::string_view code) {
  struct Timing {
    std::string_view code;
    double times;
  };
  constexpr std::array timings = {Timing{"BID", 2},  Timing{"TID", 3},   Timing{"QID", 4},
                                  Timing{"QD", 1},   Timing{"QOD", 0.5}, Timing{"AM", 1},
                                  Timing{"PM", 1},   Timing{"BED", 1},   Timing{"Q1H", 24},
                                  Timing{"Q2H", 12}, Timing{"Q3H", 8},   Timing{"Q4H", 6},
                                  Timing{"Q6H", 4},  Timing{"Q8H", 3},   Timing{"WK", 1.0 / 7}};
  for (const auto& timing : timings) {
    if (timing.code == code) return timing.times;
  }
  return std::nullopt;
}

std::optional<double> days_in(std::string_view period_unit) {
  if (period_unit == "min") return 1.0 / 1440;
  if (period_unit == "h") return 1.0 / 24;
  if (period_unit == "d") return 1;
  if (period_unit == "wk") return 7;
  if (period_unit == "mo") return 30;
  if (period_unit == "a") return 365;
  return std::nullopt;
}

// R4, Timing.repeat: frequency times in each period; a frequency left out is 1.
std::optional<double> times_a_day(const schema::Dosage& dosage) {
  const auto frequency = text_of(dosage.frequency());
  const auto times = frequency.empty() ? std::optional(1.0) : number_of(frequency);
  const auto period = number_of(text_of(dosage.period()));
  const auto days = days_in(text_of(dosage.period_unit()));
  if (times && period && days) return *times / (*period * *days);
  return times_of_code(coded_text(dosage.timing_code()).code);
}

void read_route(const schema::Concept* route, DrugReading& to) {
  if (route == nullptr) return;
  to.fact.route = route_of(route);
  if (to.fact.route != Route::unknown) return;
  const auto coded = coded_text(route);
  to.not_read.push_back(fmt::format("{}: the route \"{}\" is not known here; the product's counts",
                                    to.fact.shown,
                                    coded.display.empty() ? coded.code : coded.display));
}

template <class Dosages>
void read_dosages(const Dosages* dosages, DrugReading& to) {
  if (dosages == nullptr || dosages->size() == 0) return;
  read_route(dosages->Get(0)->route(), to);
  if (dosages->size() > 1) {
    to.not_read.push_back(
        fmt::format("{}: {} dosage instructions; no daily dose was computed of them", to.fact.shown,
                    dosages->size()));
    return;
  }
  const auto& dosage = *dosages->Get(0);
  read_dose(dosage.dose(), dosage.dose_high(), to);
  to.fact.times_a_day = times_a_day(dosage);
}

void read_start(const schema::When* when, DrugReading& to) {
  if (when == nullptr) return;
  to.fact.start = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<events::Micros>(events::Micros(when->low())));
}

}  // namespace

Route route_of(const schema::Concept* route) {
  const auto coded = coded_text(route);
  const std::string words = lower(coded.display);
  for (const auto& one : route_words) {
    if (words.find(one.word) != words.npos) return one.route;
  }
  for (const auto& one : route_codes) {
    if (coded.code == one.code) return one.route;
  }
  return Route::unknown;
}

DrugReading drug_reading(const schema::Facts& facts, Product product) {
  DrugReading reading;
  reading.fact.shown = std::move(product.shown);
  reading.fact.codes = std::move(product.codes);
  if (const auto* request = facts.of_as_MedicationRequest()) {
    read_dosages(request->dosages(), reading);
    read_start(request->authored(), reading);
  } else if (const auto* statement = facts.of_as_MedicationStatement()) {
    read_dosages(statement->dosages(), reading);
    read_start(statement->effective(), reading);
  } else if (const auto* dispense = facts.of_as_MedicationDispense()) {
    read_dosages(dispense->dosages(), reading);
    read_start(dispense->handed_over(), reading);
  } else if (const auto* given = facts.of_as_MedicationAdministration()) {
    read_route(given->route(), reading);
    read_dose(given->dose(), nullptr, reading);
    read_start(given->effective(), reading);
  }
  return reading;
}

}  // namespace projections::safety
