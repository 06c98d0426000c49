// Rows of `series` in a line: value("2024-03-01", "1.2", "mg/dL"). What does not matter to a
// test has a value that does not matter.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events/clinical_time.h"
#include "projections/trends/trend.h"

namespace tests {

inline projections::SeriesValue value(const std::string& when, const std::string& digits,
                                      const std::string& unit,
                                      const std::string& status = "final") {
  static int number = 0;
  projections::SeriesValue made;
  made.system = "http://loinc.org";
  made.code = "2160-0";
  made.id = "o" + std::to_string(++number);
  made.version = {1};
  made.when = when;
  if (const auto time = events::parse_clinical_time(when)) made.time = time->low;
  made.value = digits;
  made.unit = made.unit_code = unit;
  made.status = status;
  return made;
}
inline projections::SeriesValue bound(const std::string& when, const std::string& comparator,
                                      const std::string& digits, const std::string& unit) {
  auto made = value(when, digits, unit);
  made.comparator = comparator;
  return made;
}

inline projections::trends::Trend trend(const std::string& group,
                                        std::vector<projections::SeriesValue> values,
                                        std::optional<std::string> unit = {}) {
  const auto* analyte = projections::trends::Analytes::built_in().of_group(group);
  return projections::trends::make_trend(analyte, group, std::move(values), unit);
}

}  // namespace tests
