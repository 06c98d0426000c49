#include "projections/trends/statistics.h"

#include <algorithm>
#include <cmath>

#include "projections/trends/digits.h"

namespace projections::trends {
namespace {

constexpr long double micros_a_day = 86'400'000'000.0L;
constexpr long double days_a_year = 365.25L;

int decimals_of(const Point& point) {
  const auto digits = read_digits(point.shown->digits);
  return digits ? std::max(digits->decimals, 0) : 0;
}

// The finest that any of them was known to, and at least whole units.
int finest(const std::vector<const Point*>& points) {
  int decimals = 0;
  for (const auto* point : points) decimals = std::max(decimals, decimals_of(*point));
  return decimals;
}

std::vector<const Point*> counting(const Trend& trend) {
  std::vector<const Point*> points;
  for (const auto& point : trend.points) {
    if (point.counts()) points.push_back(&point);
  }
  return points;
}

std::size_t name_size(BucketSize size) {
  return size == BucketSize::day ? 10 : size == BucketSize::month ? 7 : 4;
}

// `points` newest first, as in the trend.
void fill(Bucket& bucket, const std::vector<const Point*>& points) {
  bucket.count = points.size();
  if (points.empty()) return;
  const auto by_value = [](const Point* a, const Point* b) {
    return a->shown->value < b->shown->value;
  };
  const auto [least, most] = std::minmax_element(points.begin(), points.end(), by_value);
  long double sum = 0;
  for (const auto* point : points) sum += point->shown->value;
  bucket.min = (*least)->shown->digits;
  bucket.max = (*most)->shown->digits;
  bucket.mean = rounded(sum / static_cast<long double>(points.size()), finest(points));
  bucket.first = points.back()->shown->digits;
  bucket.last = points.front()->shown->digits;
}

}  // namespace

long double days_between(events::Micros from, events::Micros to) {
  return static_cast<long double>((to - from).count()) / micros_a_day;
}

LeftOut left_out_of(const Trend& trend) {
  LeftOut left_out;
  for (const auto& point : trend.points) {
    if (!point.counts()) ++left_out[point.left_out];
  }
  return left_out;
}

std::optional<Slope> slope_of(const Trend& trend) {
  std::vector<TimedValue> values;
  for (const auto* point : counting(trend)) values.push_back({*point->time, point->shown->value});
  return slope_of(values);
}

std::optional<Slope> slope_of(const std::vector<TimedValue>& values) {
  if (values.size() < slope_points_min) return std::nullopt;
  const auto n = static_cast<long double>(values.size());
  const auto first = values.back().time;
  long double mean_day = 0, mean_value = 0;
  for (const auto& [time, value] : values) {
    mean_day += days_between(first, time) / n;
    mean_value += value / n;
  }
  long double of_days = 0, of_both = 0;
  for (const auto& [time, value] : values) {
    const long double day = days_between(first, time) - mean_day;
    of_days += day * day;
    of_both += day * (value - mean_value);
  }
  if (of_days == 0) return std::nullopt;
  Slope slope;
  slope.per_day = of_both / of_days;
  slope.per_year = slope.per_day * days_a_year;
  slope.n = values.size();
  slope.days = days_between(first, values.front().time);
  return slope;
}

std::optional<Change> change_of(const Trend& trend) {
  const auto points = counting(trend);
  if (points.empty()) return std::nullopt;
  const auto before = std::find_if(points.begin(), points.end(), [&](const Point* point) {
    return *point->time < *points.front()->time;
  });
  if (before == points.end()) return std::nullopt;
  Change change;
  change.newest = points.front();
  change.before = *before;
  const long double difference = change.newest->shown->value - change.before->shown->value;
  change.absolute = rounded(difference, finest({change.newest, change.before}));
  if (trend.ratio_scale && change.before->shown->value != 0) {
    change.percent = rounded(100 * difference / std::fabs(change.before->shown->value), 1);
  }
  change.days = days_between(*change.before->time, *change.newest->time);
  return change;
}

std::vector<Bucket> buckets_of(const Trend& trend, BucketSize size) {
  std::map<std::string, std::pair<Bucket, std::vector<const Point*>>, std::greater<>> by_name;
  for (const auto& point : trend.points) {
    const bool bound = point.left_out == "bound" && point.sent.when.size() >= name_size(size);
    // A month has enough of a time that says no day.
    const bool precise_enough =
        point.left_out == "time_imprecise" && point.sent.when.size() >= name_size(size);
    if (!point.counts() && !bound && !precise_enough) continue;
    const auto name = point.sent.when.substr(0, name_size(size));
    auto& [bucket, points] = by_name[name];
    bucket.name = name;
    if (bound) {
      ++bucket.bounds;
    } else {
      points.push_back(&point);
    }
  }
  std::vector<Bucket> buckets;
  for (auto& [name, entry] : by_name) {
    fill(entry.first, entry.second);
    buckets.push_back(std::move(entry.first));
  }
  return buckets;
}

}  // namespace projections::trends
