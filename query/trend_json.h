// Trends as JSON: values, what they say together, what is computed from them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "projections/trends/rules.h"
#include "projections/trends/statistics.h"
#include "query/json_writer.h"

namespace query {

// As sent; with "converted", "flag", "mark" and "not_converted" where there is something to say.
void write_point(const projections::trends::Trend& trend, const projections::trends::Point& point,
                 JsonWriter& json);
// {"series","unit","codes","count","left_out","slope","change","buckets","not_converted"}
void write_series(const projections::trends::Trend& trend,
                  std::optional<projections::trends::BucketSize> bucket, JsonWriter& json);
// At most `count` values and as many reasons.
void write_derived(const projections::trends::Derived& derived, std::size_t count,
                   JsonWriter& json);
void write_detected(const projections::trends::Detected& detected, JsonWriter& json);

}  // namespace query
