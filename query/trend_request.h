// What a request for trends asks, read once: which series, in which unit, what computed with it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ops/http/http.h"
#include "projections/series.h"
#include "projections/trends/statistics.h"

namespace query {

inline constexpr std::size_t trend_count_default = 500;
inline constexpr std::size_t trend_count_max = 5000;

struct TrendRequest {
  std::vector<projections::SeriesCode> codes;  // empty: none was asked
  std::optional<std::string> unit;
  std::optional<projections::trends::BucketSize> bucket;
  std::set<std::string, std::less<>> derived;  // bmi, egfr, growth
  std::size_t count = trend_count_default;
  std::string place;  // of the list of series: where it goes on

  bool asks_nothing() const { return codes.empty() && derived.empty(); }
};

// Of the list of series, for `_cursor`.
std::uint64_t series_list_fingerprint();
// invalid names parameter, value and remedy: also for a unit in which an asked analyte cannot
// be shown.
events::Result<TrendRequest> read_trend_request(const ops::http::Request& request);

}  // namespace query
