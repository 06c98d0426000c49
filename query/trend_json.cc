#include "query/trend_json.h"

#include <algorithm>

#include "events/schema/clinical_generated.h"
#include "ops/auth/access.h"
#include "projections/trends/digits.h"
#include "query/facts_json.h"

namespace query {
namespace {

using projections::SeriesValue;
using namespace projections::trends;

// Enough to draw a line by; more would say more than least squares of a few values know.
constexpr int slope_digits = 3;

void write_bounds(const SeriesValue& value, JsonWriter& json) {
  if (value.low.empty() && value.high.empty() && value.range_text.empty()) return;
  json.key("range").begin_object();
  if (!value.low.empty()) json.key("low").number(value.low);
  if (!value.high.empty()) json.key("high").number(value.high);
  json.optional("text", value.range_text).end_object();
}

void write_source(const SeriesValue& value, JsonWriter& json) {
  ops::auth::note_returned(events::ResourceType::Observation, value.id, value.version);
  json.member("observation", value.id).member("version", value.version.value);
  if (value.component > 0) json.member("component", std::uint64_t{value.component} - 1);
}

void write_number(const SeriesValue& value, JsonWriter& json) {
  json.key("value").number(value.value);
  json.optional("comparator", value.comparator);
  json.optional("unit", value.unit).optional("unit_code", value.unit_code);
}

// A bound stays a bound, and a range goes with its value.
void write_converted(const Point& point, JsonWriter& json) {
  json.key("converted").begin_object().key("value").number(point.shown->digits);
  json.optional("comparator", point.sent.comparator).optional("unit", point.shown->unit);
  if (point.low || point.high) {
    json.key("range").begin_object();
    if (point.low) json.key("low").number(point.low->digits);
    if (point.high) json.key("high").number(point.high->digits);
    json.end_object();
  }
  json.end_object();
}

void write_flag(const Flag& flag, JsonWriter& json) {
  if (flag.code.empty()) return;
  json.key("flag").begin_object().member("code", flag.code);
  json.member("by", flag.from_range ? "range" : "interpretation");
  if (flag.critical) json.member("critical", true);
  if (flag.disagrees) json.member("disagrees", true);
  json.end_object();
}

void write_inputs(const std::vector<Input>& inputs, JsonWriter& json) {
  json.key("inputs").begin_array();
  for (const auto& input : inputs) {
    ops::auth::note_returned(input.type, input.id, input.version);
    json.begin_object().member("type", input.type).member("id", input.id);
    json.member("version", input.version.value).end_object();
  }
  json.end_array();
}

void write_slope(const Trend& trend, JsonWriter& json) {
  const auto slope = slope_of(trend);
  if (!slope) return;
  json.key("slope").begin_object();
  json.key("per_day").number(rounded_to_significant(slope->per_day, slope_digits));
  json.key("per_year").number(rounded_to_significant(slope->per_year, slope_digits));
  json.member("n", std::uint64_t{slope->n});
  json.key("days").number(rounded(slope->days, 1)).end_object();
}

void write_change(const Trend& trend, JsonWriter& json) {
  const auto change = change_of(trend);
  if (!change) return;
  json.key("change").begin_object().key("absolute").number(change->absolute);
  if (change->percent) json.key("percent").number(*change->percent);
  json.key("days").number(rounded(change->days, 1));
  for (const auto& [name, point] :
       {std::pair{"newest", change->newest}, std::pair{"before", change->before}}) {
    json.key(name).begin_object().key("value").number(point->shown->digits);
    json.member("time", point->sent.when);
    write_source(point->sent, json);
    json.end_object();
  }
  json.end_object();
}

void write_buckets(const Trend& trend, BucketSize size, JsonWriter& json) {
  json.key("buckets").begin_object();
  json.member("by", size == BucketSize::day ? "day" : size == BucketSize::month ? "month" : "year");
  json.member("zone", "offset as sent").key("items").begin_array();
  for (const auto& bucket : buckets_of(trend, size)) {
    json.begin_object().member("bucket", bucket.name);
    json.member("count", std::uint64_t{bucket.count});
    if (bucket.bounds > 0) json.member("bounds", std::uint64_t{bucket.bounds});
    if (bucket.count > 0) {
      json.key("min").number(bucket.min).key("max").number(bucket.max);
      json.key("mean").number(bucket.mean);
      json.key("first").number(bucket.first).key("last").number(bucket.last);
    }
    json.end_object();
  }
  json.end_array().end_object();
}

void write_not_converted(const Trend& trend, JsonWriter& json) {
  json.key("not_converted").begin_array();
  for (const auto& point : trend.points) {
    if (point.not_converted.empty()) continue;
    json.begin_object().optional("time", point.sent.when);
    write_number(point.sent, json);
    write_source(point.sent, json);
    json.member("reason", point.not_converted).end_object();
  }
  json.end_array();
}

}  // namespace

void write_point(const Trend& trend, const Point& point, JsonWriter& json) {
  const auto& value = point.sent;
  json.begin_object().optional("time", value.when);
  if (!value.value.empty()) {
    write_number(value, json);
  } else {
    write_coded("value", value.coded, json);
  }
  if (point.shown && point.shown->unit != value.unit_code) {
    write_converted(point, json);
  }
  json.optional("not_converted", point.not_converted);
  json.optional("status", value.status).optional("mark", point.mark);
  json.optional("interpretation", value.interpretation);
  write_flag(point.flag, json);
  write_bounds(value, json);
  write_coded("code", {value.system, value.code, value.display}, json);
  json.member("series", trend.name);
  write_source(value, json);
  json.end_object();
}

void write_series(const Trend& trend, std::optional<BucketSize> bucket, JsonWriter& json) {
  json.begin_object().member("series", trend.name);
  if (trend.analyte != nullptr) json.member("name", trend.analyte->name);
  json.optional("unit", trend.unit);
  std::vector<std::string_view> codes;
  std::size_t count = 0;
  for (const auto& point : trend.points) {
    if (std::find(codes.begin(), codes.end(), point.sent.code) == codes.end()) {
      codes.push_back(point.sent.code);
    }
    count += point.counts() ? 1 : 0;
  }
  json.key("codes").begin_array();
  for (const auto code : codes) json.value(code);
  json.end_array().member("count", std::uint64_t{count}).key("left_out").begin_object();
  for (const auto& [why, number] : left_out_of(trend)) json.member(why, std::uint64_t{number});
  json.end_object();
  write_slope(trend, json);
  write_change(trend, json);
  if (bucket) write_buckets(trend, *bucket, json);
  write_not_converted(trend, json);
  json.end_object();
}

void write_derived(const Derived& derived, std::size_t count, JsonWriter& json) {
  json.begin_object().member("name", derived.name).optional("unit", derived.unit);
  json.member("method", derived.method).member("source", derived.source);
  json.key("values").begin_array();
  for (std::size_t i = 0; i < std::min(count, derived.values.size()); ++i) {
    const auto& value = derived.values[i];
    json.begin_object().member("time", value.when).optional("measure", value.measure);
    json.key("value").number(value.digits);
    if (!value.z_score.empty()) {
      json.key("z_score").number(value.z_score).key("percentile").number(value.percentile);
    }
    write_inputs(value.inputs, json);
    json.end_object();
  }
  json.end_array().key("not_derived").begin_array();
  for (std::size_t i = 0; i < std::min(count, derived.not_derived.size()); ++i) {
    const auto& missing = derived.not_derived[i];
    json.begin_object().optional("time", missing.when).optional("measure", missing.measure);
    json.member("reason", missing.reason);
    write_inputs(missing.inputs, json);
    json.end_object();
  }
  json.end_array();
  json.member("more", derived.values.size() > count || derived.not_derived.size() > count);
  json.end_object();
}

void write_detected(const Detected& detected, JsonWriter& json) {
  json.begin_object().member("rule", detected.rule->id).member("time", detected.when);
  json.member("reason", detected.reason).member("claim", detected.rule->claim);
  json.member("source", detected.rule->source).member("section", detected.rule->section);
  json.member("read", detected.rule->read);
  write_inputs(detected.inputs, json);
  json.end_object();
}

}  // namespace query
