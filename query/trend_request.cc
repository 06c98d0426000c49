#include "query/trend_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "projections/coded.h"
#include "projections/trends/analytes.h"
#include "query/fhir/cursor.h"
#include "query/patient_answer.h"

namespace query {
namespace {

using events::Result;
using events::Status;
using projections::SeriesCode;
namespace trends = projections::trends;

constexpr std::array derived_names = {"bmi", "egfr", "growth"};

std::vector<std::string_view> list_parameter(const ops::http::Request& request,
                                             std::string_view name) {
  std::vector<std::string_view> parts;
  const auto* text = request.parameter(name);
  if (text == nullptr) return parts;
  for (std::string_view rest = *text;;) {
    const auto comma = rest.find(',');
    parts.push_back(rest.substr(0, comma));
    if (comma == rest.npos) return parts;
    rest.remove_prefix(comma + 1);
  }
}

Status add_group(std::string_view name, std::vector<SeriesCode>& codes) {
  const auto* analyte = trends::Analytes::built_in().of_group(name);
  if (analyte == nullptr) {
    std::string known;
    for (const auto& one : trends::Analytes::built_in().all()) {
      known += (known.empty() ? "" : ", ") + one.group;
    }
    return events::invalid(
        fmt::format("parameter code: group {} is not known; groups are {}", name, known), "code");
  }
  for (const auto& code : analyte->codes) {
    codes.push_back({std::string(projections::loinc), code});
  }
  return {};
}

Status add_code(std::string_view text, std::vector<SeriesCode>& codes) {
  constexpr std::string_view group = "group:";
  if (text.starts_with(group)) return add_group(text.substr(group.size()), codes);
  const auto bar = text.find('|');
  const auto code = bar == text.npos ? text : text.substr(bar + 1);
  if (code.empty()) {
    return events::invalid(
        "parameter code: say which, as system|code, code or group:name, such as group:creatinine",
        "code");
  }
  std::optional<std::string> system;
  if (bar != text.npos) system = text.substr(0, bar);
  codes.push_back({system, std::string(code)});
  return {};
}

// Twice the same code would show each value twice.
void keep_each_once(std::vector<SeriesCode>& codes) {
  std::vector<SeriesCode> once;
  for (auto& code : codes) {
    const bool there = std::any_of(once.begin(), once.end(), [&](const SeriesCode& other) {
      return other.code == code.code && (!other.system || other.system == code.system);
    });
    if (!there) once.push_back(std::move(code));
  }
  codes = std::move(once);
}

Status read_unit(const ops::http::Request& request, TrendRequest& asked) {
  const auto* unit = request.parameter("unit");
  if (unit == nullptr) return {};
  if (asked.codes.empty()) {
    return events::invalid("parameter unit: goes with code; say of which analyte", "unit");
  }
  asked.unit = *unit;
  bool known = true;
  for (const auto& code : asked.codes) {
    const auto* analyte = trends::Analytes::built_in().of_code(
        code.system.value_or(std::string(projections::loinc)), code.code);
    known = known && analyte != nullptr;
    if (analyte == nullptr) continue;
    if (auto shown = trends::check_unit(*analyte, *unit); !shown) {
      return events::invalid("parameter " + shown.error().message, "unit");
    }
  }
  if (known) return {};
  if (auto read = trends::parse_unit(*unit); !read) {
    return events::invalid("parameter unit: " + read.error().message, "unit");
  }
  return {};
}

Status read_bucket(const ops::http::Request& request, TrendRequest& asked) {
  const auto* text = request.parameter("bucket");
  if (text == nullptr) return {};
  using Size = trends::BucketSize;
  for (const auto& [name, size] : {std::pair{"day", Size::day}, std::pair{"month", Size::month},
                                   std::pair{"year", Size::year}}) {
    if (*text == name) asked.bucket = size;
  }
  if (!asked.bucket) {
    return events::invalid(
        fmt::format("parameter bucket: \"{}\" is none; write day, month or year", *text), "bucket");
  }
  if (asked.codes.empty()) {
    return events::invalid("parameter bucket: goes with code; say of which analyte", "bucket");
  }
  return {};
}

Status read_derived(const ops::http::Request& request, TrendRequest& asked) {
  for (const auto name : list_parameter(request, "derived")) {
    if (std::find(derived_names.begin(), derived_names.end(), name) == derived_names.end()) {
      return events::invalid(
          fmt::format("parameter derived: \"{}\" is none; write bmi, egfr or growth", name),
          "derived");
    }
    asked.derived.emplace(name);
  }
  return {};
}

Status read_place(const ops::http::Request& request, TrendRequest& asked) {
  const auto* cursor = request.parameter("_cursor");
  if (cursor == nullptr) return {};
  if (!asked.asks_nothing()) {
    return events::invalid(
        "parameter _cursor: is of the list of series; leave out code and derived", "_cursor");
  }
  auto place = fhir::decode_cursor(series_list_fingerprint(), *cursor);
  if (!place) return place.error();
  asked.place = std::move(*place);
  return {};
}

}  // namespace

std::uint64_t series_list_fingerprint() { return fhir::fingerprint("trends/series"); }

Result<TrendRequest> read_trend_request(const ops::http::Request& request) {
  TrendRequest asked;
  const auto count = count_parameter(request, "_count", trend_count_default, trend_count_max);
  if (!count) return count.error();
  asked.count = *count;
  for (const auto code : list_parameter(request, "code")) {
    if (auto added = add_code(code, asked.codes); !added) return added.error();
  }
  keep_each_once(asked.codes);
  for (const auto& read :
       {read_unit(request, asked), read_bucket(request, asked), read_derived(request, asked)}) {
    if (!read) return read.error();
  }
  if (auto placed = read_place(request, asked); !placed) return placed.error();
  return asked;
}

}  // namespace query
