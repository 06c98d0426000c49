#include "query/trends.h"

#include <algorithm>

#include "projections/series_at.h"
#include "projections/trends/derived.h"
#include "projections/trends/rules.h"
#include "query/as_of.h"
#include "query/facts_json.h"
#include "query/fhir/cursor.h"
#include "query/patient_answer.h"
#include "query/trend_json.h"
#include "query/trend_request.h"

namespace query {
namespace {

using events::Result;
using events::Status;
using projections::SeriesValue;
namespace trends = projections::trends;
using trends::Derived;
using trends::Trend;

constexpr std::size_t rows_max = 20'000;   // after which a list of series ends a page
constexpr std::size_t inputs_max = 5'000;  // values of one analyte that are derived from
constexpr std::size_t detected_max = 50;
constexpr std::string_view notice = "computed values and rules are not clinically reviewed";

bool newer(const SeriesValue& a, const SeriesValue& b) {
  return a.time.value_or(events::Micros::min()) > b.time.value_or(events::Micros::min());
}

class TrendAnswer {
 public:
  TrendAnswer(const PatientRead& read, const TrendRequest& asked, const Moment& moment,
              JsonWriter& json)
      : read_(read), asked_(asked), moment_(moment), json_(json) {}

  Status write() {
    if (!read_.recorded) json_.member("note", "patient not yet recorded");
    if (asked_.asks_nothing()) return list();
    if (needs_facts()) {
      auto facts = trends::patient_facts(*read_.view, read_.stream);
      if (!facts) return facts.error();
      facts_ = std::move(*facts);
    }
    json_.member("notice", notice);
    if (!asked_.codes.empty()) {
      if (auto written = values_and_series(); !written) return written;
    }
    if (auto written = derived(); !written) return written;
    detected();
    return {};
  }

 private:
  // Conditions and procedures are read only where a rule or a derived series looks at them.
  bool needs_facts() const {
    if (!asked_.derived.empty()) return true;
    return std::any_of(asked_.codes.begin(), asked_.codes.end(), [](const auto& code) {
      const auto* analyte = trends::Analytes::built_in().of_code(projections::loinc, code.code);
      if (analyte == nullptr) return false;
      return std::any_of(trends::rules().begin(), trends::rules().end(),
                         [&](const auto& rule) { return rule.group == analyte->group; });
    });
  }

  events::Micros until() const { return moment_.at ? moment_.judged_at : events::Micros::max(); }

  // Which series there are; a page of them.
  Status list() {
    const auto list =
        projections::series_list_at(*read_.view, read_.stream, rows_max, until(), asked_.place);
    if (!list) return list.error();
    json_.key("series").begin_array();
    for (const auto& one : list->series) {
      json_.begin_object();
      write_coded("code", {one.system, one.code, one.display}, json_);
      const auto* analyte = trends::Analytes::built_in().of_code(one.system, one.code);
      if (analyte != nullptr) json_.member("series", analyte->group);
      json_.member("count", std::uint64_t{one.count}).optional("newest", one.newest).end_object();
    }
    json_.end_array().member("more", list->more);
    if (list->more)
      json_.member("next", fhir::encode_cursor(series_list_fingerprint(), list->place));
    return {};
  }

  Status values_and_series() {
    bool more = false;
    auto values = asked_values(more);
    if (!values) return values.error();
    if (auto made = make_trends(std::move(*values)); !made) return made;
    write_values();
    json_.member("more", more).key("series").begin_array();
    for (const auto& trend : trends_) write_series(trend, asked_.bucket, json_);
    json_.end_array();
    return {};
  }

  // Of all codes together, newest first, as many as asked.
  Result<std::vector<SeriesValue>> asked_values(bool& more) const {
    std::vector<SeriesValue> values;
    for (const auto& code : asked_.codes) {
      auto of_code =
          projections::series_at(*read_.view, read_.stream, code, asked_.count + 1, until());
      if (!of_code) return of_code.error();
      std::move(of_code->begin(), of_code->end(), std::back_inserter(values));
    }
    std::stable_sort(values.begin(), values.end(), newer);
    more = values.size() > asked_.count;
    if (more) values.resize(asked_.count);
    return values;
  }

  // One trend an analyte, one a code that is in no group.
  Status make_trends(std::vector<SeriesValue> values) {
    struct Part {
      const trends::Analyte* analyte;
      std::string name;
      std::vector<SeriesValue> values;
    };
    std::vector<Part> parts;
    for (auto& value : values) {
      const auto* analyte = trends::Analytes::built_in().of_code(value.system, value.code);
      const auto name = analyte ? analyte->group : value.system + "|" + value.code;
      auto part = std::find_if(parts.begin(), parts.end(),
                               [&](const Part& other) { return other.name == name; });
      if (part == parts.end()) part = parts.insert(parts.end(), Part{analyte, name, {}});
      part->values.push_back(std::move(value));
    }
    for (auto& part : parts) {
      // Rules have their thresholds in the analyte's own unit.
      own_.push_back(trends::make_trend(part.analyte, part.name, part.values, std::nullopt));
      trends_.push_back(
          trends::make_trend(part.analyte, part.name, std::move(part.values), asked_.unit));
      if (auto shown = check_shown(trends_.back()); !shown) return shown;
    }
    return {};
  }

  // A unit that no value of a code without analyte converts to was a mistake.
  Status check_shown(const Trend& trend) const {
    if (!asked_.unit || trend.analyte != nullptr) return {};
    const trends::Point* missed = nullptr;
    for (const auto& point : trend.points) {
      if (point.shown) return {};
      if (!point.not_converted.empty()) missed = &point;
    }
    if (missed == nullptr) return {};
    return events::invalid("parameter unit: of " + trend.name + ": " + missed->not_converted,
                           "unit");
  }

  void write_values() {
    std::vector<std::pair<const Trend*, const trends::Point*>> points;
    for (const auto& trend : trends_) {
      for (const auto& point : trend.points) points.emplace_back(&trend, &point);
    }
    std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) {
      return newer(a.second->sent, b.second->sent);
    });
    json_.key("values").begin_array();
    for (const auto& [trend, point] : points) write_point(*trend, *point, json_);
    json_.end_array();
  }

  Result<Trend> group(std::string_view name) const {
    const auto* analyte = trends::Analytes::built_in().of_group(name);
    std::vector<SeriesValue> values;
    for (const auto& code : analyte->codes) {
      auto of_code = projections::series_at(
          *read_.view, read_.stream, {std::string(projections::loinc), code}, inputs_max, until());
      if (!of_code) return of_code.error();
      std::move(of_code->begin(), of_code->end(), std::back_inserter(values));
    }
    return trends::make_trend(analyte, std::string(name), std::move(values), std::nullopt);
  }

  Status derived() {
    if (asked_.derived.empty()) return {};
    std::vector<Derived> all;
    if (asked_.derived.contains("egfr")) {
      const auto creatinine = group("creatinine");
      if (!creatinine) return creatinine.error();
      all.push_back(trends::egfr_of(*creatinine, facts_));
      egfr_ = all.back();
    }
    if (asked_.derived.contains("bmi") || asked_.derived.contains("growth")) {
      if (auto grown = body(all); !grown) return grown;
    }
    json_.key("derived").begin_array();
    for (const auto& one : all) write_derived(one, asked_.count, json_);
    json_.end_array();
    return {};
  }

  Status body(std::vector<Derived>& all) const {
    const auto weight = group("weight"), height = group("height");
    if (!weight) return weight.error();
    if (!height) return height.error();
    auto bmi = trends::bmi_of(*weight, *height, facts_);
    if (asked_.derived.contains("growth")) {
      const auto length = group("length"), head = group("head_circumference");
      if (!length) return length.error();
      if (!head) return head.error();
      all.push_back(trends::growth_of(*height, *length, *weight, *head, bmi, facts_));
    }
    if (asked_.derived.contains("bmi")) all.push_back(std::move(bmi));
    return {};
  }

  // Of the series that were asked, and of the eGFR that follows from creatinine.
  void detected() {
    std::vector<trends::Detected> found;
    for (const auto& trend : own_) {
      std::ranges::move(trends::detect(trend, facts_), std::back_inserter(found));
      if (trend.name == "creatinine" && !egfr_) egfr_ = trends::egfr_of(trend, facts_);
    }
    if (egfr_) std::ranges::move(trends::detect(*egfr_, facts_), std::back_inserter(found));
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.time > b.time; });
    json_.key("detected").begin_array();
    for (std::size_t i = 0; i < std::min(detected_max, found.size()); ++i) {
      write_detected(found[i], json_);
    }
    json_.end_array();
    if (found.size() > detected_max) json_.member("detected_more", true);
  }

  const PatientRead& read_;
  const TrendRequest& asked_;
  const Moment& moment_;
  JsonWriter& json_;
  trends::PatientFacts facts_;
  std::vector<Trend> trends_;  // as they are shown
  std::vector<Trend> own_;     // in their analytes' own units
  std::optional<Derived> egfr_;
};

}  // namespace

void add_trend_routes(ops::http::Router& router, const Sources& sources) {
  namespace schema = ops::http::schema;
  PatientRoute route{
      "/charts/{patient}/trends",
      "Observed values over time: units, slopes, derived series, detected trends; without code "
      "and derived, which series there are"};
  route.parameters = {
      {"code", "system|code, code or group:name; several with commas",
       R"({"type":"string","pattern":"^[^,|:\\x00-\\x1f\\x7f]+([|][^,|\\x00-\\x1f\\x7f]+)?(,[^,|:\\x00-\\x1f\\x7f]+([|][^,|\\x00-\\x1f\\x7f]+)?)*$"})"},
      {"unit", "UCUM: the unit in which values are shown beside what was sent"},
      {"bucket", "values by", schema::one_of({"day", "month", "year"})},
      {"derived", "series made of others, several with commas",
       R"({"type":"string","pattern":"^(bmi|egfr|growth)(,(bmi|egfr|growth))*$"})"},
      count_text("_count", trend_count_default, trend_count_max),
      {"_cursor", "of the list of series: `next` of the page before"},
      as_of_text(),
      at_text()};
  route.projections = {"series", "chart"};
  route.write = [](const ops::http::Request& request, const PatientRead& read,
                   JsonWriter& json) -> Status {
    const auto asked = read_trend_request(request);
    if (!asked) return asked.error();
    const auto moment = moment_of(request, read);
    if (!moment) return moment.error();
    return TrendAnswer(read, *asked, *moment, json).write();
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query
