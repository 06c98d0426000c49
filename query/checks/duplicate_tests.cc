#include "query/checks/duplicate_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "projections/series.h"
#include "projections/trends/analytes.h"

namespace query::checks {
namespace {

using events::Micros;
using events::Result;
using projections::SeriesValue;
using projections::trends::Analyte;
using projections::trends::Analytes;

constexpr std::size_t values_max = 50;  // of one code, newest first

// After how long a repeated test says something new. Nothing here is clinically reviewed, and no
// row was compared with the text that it cites; the days are ours.
struct Window {
  std::string_view group;
  int days;
  std::string_view source, section;
};
constexpr std::string_view lipids_source =
    "2018 AHA/ACC guideline on the management of blood cholesterol";
constexpr std::array windows = {
    Window{"a1c", 80, "ADA Standards of Care in Diabetes",
           "glycemic assessment: at most quarterly"},
    Window{"cholesterol", 28, lipids_source, "monitoring: 4 to 12 weeks after a change"},
    Window{"hdl", 28, lipids_source, "monitoring: 4 to 12 weeks after a change"},
    Window{"ldl", 28, lipids_source, "monitoring: 4 to 12 weeks after a change"},
    Window{"triglycerides", 28, lipids_source, "monitoring: 4 to 12 weeks after a change"},
    Window{"tsh", 28, "ATA 2014 guidelines for the treatment of hypothyroidism",
           "monitoring: 4 to 8 weeks after a change"}};
constexpr Window any_other{"", 1, "Chartlog", "a result of the last day; ours"};

const Window& window_of(const Analyte* analyte) {
  for (const auto& window : windows) {
    if (analyte != nullptr && analyte->group == window.group) return window;
  }
  return any_other;
}

const Analyte* analyte_of(const TestDraft& test) {
  for (const auto& code : test.loinc) {
    if (const auto* found = Analytes::built_in().of_code(projections::loinc, code)) return found;
  }
  return nullptr;
}

bool is_same(const TestDraft& one, const TestDraft& other) {
  const auto* analyte = analyte_of(one);
  if (analyte != nullptr && analyte == analyte_of(other)) return true;
  return std::any_of(one.loinc.begin(), one.loinc.end(), [&](const auto& code) {
    return std::find(other.loinc.begin(), other.loinc.end(), code) != other.loinc.end();
  });
}

bool is_result(const SeriesValue& value) {
  return value.status != "cancelled" && value.status != "entered-in-error";
}

Result<std::optional<SeriesValue>> newest_of(const PatientRead& read,
                                             const std::vector<std::string>& codes, Micros at) {
  std::optional<SeriesValue> newest;
  for (const auto& code : codes) {
    auto values = projections::series_of(*read.view, read.stream,
                                         {std::string(projections::loinc), code}, values_max);
    if (!values) return values.error();
    for (auto& value : *values) {
      if (!is_result(value) || !value.time || *value.time > at) continue;
      if (newest && *newest->time >= *value.time) break;
      newest = std::move(value);
      break;
    }
  }
  return newest;
}

std::string shown(const SeriesValue& value) {
  const auto& number = value.value.empty() ? value.coded.display : value.value;
  return fmt::format("{}{}{}{} on {}{}", value.comparator, number, value.unit.empty() ? "" : " ",
                     value.unit, value.when, value.status == "final" ? "" : ", " + value.status);
}

}  // namespace

Result<std::vector<EarlierResult>> earlier_results(const PatientRead& read,
                                                   const std::vector<TestDraft>& tests,
                                                   std::optional<std::chrono::days> window,
                                                   Micros at) {
  std::vector<EarlierResult> earlier;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    if (tests[i].loinc.empty()) continue;
    const auto* analyte = analyte_of(tests[i]);
    const Window& row = window_of(analyte);
    EarlierResult found{i, {}, {}, analyte ? analyte->name : tests[i].shown};
    found.window = window.value_or(std::chrono::days(row.days));
    found.source = window ? "as asked" : row.source;
    found.section = window ? "parameter duplicate_test_days" : row.section;
    found.read = "not compared";
    for (std::size_t other = 0; other < i && !found.twice; ++other) {
      if (is_same(tests[other], tests[i])) found.twice = other;
    }
    if (found.twice) {
      earlier.push_back(found);
      continue;
    }
    const auto value = newest_of(read, analyte ? analyte->codes : tests[i].loinc, at);
    if (!value) return value.error();
    if (!*value || at - *(*value)->time >= found.window) continue;
    found.result = {"Observation", (*value)->id, (*value)->version};
    found.shown = shown(**value);
    earlier.push_back(std::move(found));
  }
  return earlier;
}

}  // namespace query::checks
