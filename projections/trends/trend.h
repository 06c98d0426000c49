// One analyte's values on one axis: joined over its codes, converted, flagged, and marked for
// whether they count. Pure functions over rows of `series`; nothing is dropped but what was
// entered in error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/series.h"
#include "projections/trends/analytes.h"

namespace projections::trends {

// Low, high, critical: the given reference range first, else the interpretation as sent.
struct Flag {
  std::string code;  // L, H, N from the range; LL, HH, AA … as sent; empty: nobody said
  bool from_range = false;
  bool critical = false;   // LL, HH or AA was sent, whatever the range says
  bool disagrees = false;  // the interpretation as sent says otherwise than the range
};

struct Point {
  SeriesValue sent;
  std::optional<Converted>
      shown;  // on the axis; nothing for coded values and what does not convert
  std::optional<Converted> low, high;  // the reference range on the axis, where the value is on it
  std::string not_converted;           // why, where there is a number that is not on the axis
  Flag flag;
  std::string mark;  // preliminary, corrected, cancelled …; empty for final ones
  std::optional<events::Micros> time;  // first instant that the time as sent can mean
  // What keeps it out of slopes, changes, buckets and rules: bound, cancelled, status (registered
  // or unknown), not_converted, no_time, time_imprecise, coded. Empty: it counts.
  std::string left_out;

  bool counts() const { return left_out.empty(); }
};

struct Trend {
  const Analyte* analyte = nullptr;  // nullptr: a code that is in no group
  std::string name;                  // the group, else the code
  std::string unit;                  // of the axis; empty: no value has one
  bool ratio_scale = true;           // a zero that means nothing: percent of it says something
  std::vector<Point> points;         // newest first
};

// `values` of one analyte, or of one code without one (`analyte` nullptr, `name` the code). The
// axis is `unit`, else the analyte's, else that of the newest value with a unit that reads.
Trend make_trend(const Analyte* analyte, std::string name, std::vector<SeriesValue> values,
                 const std::optional<std::string>& unit);

Flag flag_of(const SeriesValue& value);
bool is_bound(const SeriesValue& value);

}  // namespace projections::trends
