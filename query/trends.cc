#include "query/trends.h"

#include <algorithm>

#include "projections/series.h"
#include "query/facts_json.h"
#include "query/patient_answer.h"

namespace query {
namespace {

using events::Result;
using events::Status;
using projections::SeriesCode;
using projections::SeriesValue;

constexpr std::size_t count_default = 500;
constexpr std::size_t count_max = 5000;

SeriesCode code_of(std::string_view text) {
  const auto bar = text.find('|');
  if (bar == text.npos) return {std::nullopt, std::string(text)};
  return {std::string(text.substr(0, bar)), std::string(text.substr(bar + 1))};
}

Result<std::vector<SeriesCode>> codes_parameter(const ops::http::Request& request) {
  const auto* text = request.parameter("code");
  std::vector<SeriesCode> codes;
  for (std::string_view rest = text ? std::string_view(*text) : ""; !rest.empty();) {
    const auto end = rest.find(',');
    codes.push_back(code_of(rest.substr(0, end)));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  const bool incomplete =
      std::any_of(codes.begin(), codes.end(), [](const auto& code) { return code.code.empty(); });
  if (codes.empty() || incomplete) {
    return events::invalid("parameter code: say which, as system|code or code", "code");
  }
  return codes;
}

void write_bounds(const SeriesValue& value, JsonWriter& json) {
  if (value.low.empty() && value.high.empty() && value.range_text.empty()) return;
  json.key("range").begin_object();
  if (!value.low.empty()) json.key("low").number(value.low);
  if (!value.high.empty()) json.key("high").number(value.high);
  json.optional("text", value.range_text).end_object();
}

void write_value(const SeriesValue& value, JsonWriter& json) {
  json.begin_object().optional("time", value.when);
  if (!value.value.empty()) {
    json.key("value").number(value.value);
    json.optional("comparator", value.comparator);
    json.optional("unit", value.unit).optional("unit_code", value.unit_code);
  } else {
    write_coded("value", value.coded, json);
  }
  json.optional("status", value.status).optional("interpretation", value.interpretation);
  write_bounds(value, json);
  write_coded("code", {value.system, value.code, value.display}, json);
  json.member("observation", value.id).member("version", value.version.value);
  if (value.component > 0) json.member("component", std::uint64_t{value.component} - 1);
  json.end_object();
}

Status write_trend(const PatientRead& read, const std::vector<SeriesCode>& codes, std::size_t count,
                   JsonWriter& json) {
  std::vector<SeriesValue> values;
  for (const auto& code : codes) {
    auto of_code = projections::series_of(*read.view, read.stream, code, count + 1);
    if (!of_code) return of_code.error();
    std::move(of_code->begin(), of_code->end(), std::back_inserter(values));
  }
  std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.time.value_or(events::Micros::min()) > b.time.value_or(events::Micros::min());
  });
  if (!read.recorded) json.member("note", "patient not yet recorded");
  json.key("values").begin_array();
  for (std::size_t i = 0; i < std::min(count, values.size()); ++i) {
    if (values[i].status != "entered-in-error") write_value(values[i], json);
  }
  json.end_array().member("more", values.size() > count);
  return {};
}

}  // namespace

void add_trend_routes(ops::http::Router& router, const Sources& sources) {
  namespace schema = ops::http::schema;
  PatientRoute route{"/charts/{patient}/trends",
                     "Observed values of some codes over time, components included"};
  route.parameters = {
      {"code", "system|code or code; several with commas",
       R"({"type":"string","pattern":"^[^,|\\x00-\\x1f\\x7f]+([|][^,|\\x00-\\x1f\\x7f]+)?(,[^,|\\x00-\\x1f\\x7f]+([|][^,|\\x00-\\x1f\\x7f]+)?)*$"})",
       /*required=*/true},
      count_text("_count", count_default, count_max)};
  route.projections = {"series"};
  route.members = {{"values", schema::array(schema::any_object)}, {"more", schema::yes_or_no}};
  route.write = [](const ops::http::Request& request, const PatientRead& read,
                   JsonWriter& json) -> Status {
    const auto count = count_parameter(request, "_count", count_default, count_max);
    if (!count) return count.error();
    const auto codes = codes_parameter(request);
    if (!codes) return codes.error();
    return write_trend(read, *codes, *count, json);
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query
