// What a trend's points say together: slope, change since the last value, buckets. Only points
// that count go in (trend.h); bounds, cancelled values and what does not convert stay out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "projections/trends/trend.h"

namespace projections::trends {

// Why points are not in a number, and how many: {{"bound", 2}}.
using LeftOut = std::map<std::string, std::size_t>;
LeftOut left_out_of(const Trend& trend);

// Least squares of value over time.
struct Slope {
  long double per_day = 0, per_year = 0;  // a year of 365.25 days
  std::size_t n = 0;
  long double days = 0;  // from first to last
};
inline constexpr std::size_t slope_points_min = 3;
// Nothing below three points, or if they are all of one moment.
std::optional<Slope> slope_of(const Trend& trend);

struct TimedValue {
  events::Micros time{};
  long double value = 0;
};
// The same of any values, newest first.
std::optional<Slope> slope_of(const std::vector<TimedValue>& values);

// Of the newest value against the one before it. A value of the same moment is not before it.
struct Change {
  const Point* newest = nullptr;
  const Point* before = nullptr;
  std::string absolute;                // in the axis' unit, decimals of the finer of both
  std::optional<std::string> percent;  // nothing on scales whose zero means nothing, and of zero
  long double days = 0;
};
std::optional<Change> change_of(const Trend& trend);

enum class BucketSize { day, month, year };
// Values by the calendar of the place where they were sent: the day, month or year as it is
// written in the time, at its own offset. No zone is assumed, nothing is moved over midnight.
struct Bucket {
  std::string name;                         // 2024-03-01, 2024-03, 2024
  std::size_t count = 0;                    // values that are in the numbers
  std::size_t bounds = 0;                   // < and > values of that bucket, in none of the numbers
  std::string min, max, mean, first, last;  // empty if count is zero
};
// Newest first; a bucket without values is not there.
std::vector<Bucket> buckets_of(const Trend& trend, BucketSize size);

// Days from `from` to `to`.
long double days_between(events::Micros from, events::Micros to);

}  // namespace projections::trends
