#include "projections/trends/trend.h"

#include <algorithm>
#include <array>

#include "events/clinical_time.h"
#include "projections/trends/digits.h"

namespace projections::trends {
namespace {

// HL7 ObservationInterpretation: critical (panic) degrees.
constexpr std::array critical_codes = {"AA", "HH", "LL"};

// What a status makes of a value (FHIR R4, ObservationStatus).
struct Standing {
  std::string_view status, mark;
  bool counts;
};
constexpr std::array standings = {
    Standing{"final", "", true},
    Standing{"preliminary", "preliminary", true},
    Standing{"amended", "corrected", true},
    Standing{"corrected", "corrected", true},
    Standing{"registered", "registered", false},
    Standing{"cancelled", "cancelled", false},
    Standing{"unknown", "status_unknown", false},
};

Standing standing_of(std::string_view status) {
  for (const auto& standing : standings) {
    if (standing.status == status) return standing;
  }
  return {status, "status_unknown", false};
}

// The direction that an interpretation code says: -1, 0, +1; nothing if it says none.
std::optional<int> direction_of(std::string_view code) {
  if (code == "L" || code == "LL" || code == "LU") return -1;
  if (code == "H" || code == "HH" || code == "HU") return 1;
  if (code == "N") return 0;
  return std::nullopt;
}

// Where the value surely lies by its range; nothing if it is a bound that may lie anywhere.
std::optional<int> place_in_range(const SeriesValue& value) {
  const auto number = read_digits(value.value);
  const auto low = read_digits(value.low), high = read_digits(value.high);
  if (!number || (!low && !high)) return std::nullopt;
  const bool below = value.comparator.starts_with('<'), above = value.comparator.starts_with('>');
  if (low &&
      (number->value < low->value || (value.comparator == "<" && number->value == low->value)))
    return above ? std::nullopt : std::optional(-1);
  if (high &&
      (number->value > high->value || (value.comparator == ">" && number->value == high->value)))
    return below ? std::nullopt : std::optional(1);
  if (below && low) return std::nullopt;
  if (above && high) return std::nullopt;
  return 0;
}

void place_on_axis(const Trend& trend, Point& point) {
  if (point.sent.value.empty()) return;
  if (trend.unit.empty()) {
    if (const auto number = read_digits(point.sent.value); number && point.sent.unit_code.empty()) {
      point.shown = Converted{point.sent.value, "", number->value};
    } else {
      point.not_converted = "no value has a unit that reads";
    }
    return;
  }
  if (point.sent.unit_code.empty()) {
    point.not_converted = "sent without a unit";
    return;
  }
  const auto on_axis = [&](const std::string& digits) {
    return convert(trend.analyte, digits, point.sent.unit_code, trend.unit);
  };
  auto shown = on_axis(point.sent.value);
  if (!shown) {
    point.not_converted = shown.error().message;
    return;
  }
  point.shown = std::move(*shown);
  if (auto low = on_axis(point.sent.low)) point.low = std::move(*low);
  if (auto high = on_axis(point.sent.high)) point.high = std::move(*high);
}

std::string why_left_out(const Point& point) {
  if (point.sent.value.empty()) return "coded";
  if (!standing_of(point.sent.status).counts) {
    return point.sent.status == "cancelled" ? "cancelled" : "status";
  }
  if (is_bound(point.sent)) return "bound";
  if (!point.shown) return "not_converted";
  if (!point.time) return "no_time";
  const auto time = events::parse_clinical_time(point.sent.when);
  if (time && time->precision < events::TimePrecision::day) return "time_imprecise";
  return {};
}

std::string axis_of(const Analyte* analyte, const std::vector<SeriesValue>& values,
                    const std::optional<std::string>& unit) {
  if (unit) return *unit;
  if (analyte != nullptr) return analyte->unit;
  for (const auto& value : values) {
    if (!value.value.empty() && parse_unit(value.unit_code)) return value.unit_code;
  }
  return {};
}

}  // namespace

bool is_bound(const SeriesValue& value) { return !value.comparator.empty(); }

Flag flag_of(const SeriesValue& value) {
  Flag flag;
  flag.critical = std::find(critical_codes.begin(), critical_codes.end(), value.interpretation) !=
                  critical_codes.end();
  flag.code = value.interpretation;
  const auto place = place_in_range(value);
  if (!place) return flag;
  const auto said = direction_of(value.interpretation);
  flag.disagrees = said && *said != *place;
  if (flag.critical) return flag;  // says more than the range can
  flag.from_range = true;
  flag.code = *place < 0 ? "L" : *place > 0 ? "H" : "N";
  return flag;
}

Trend make_trend(const Analyte* analyte, std::string name, std::vector<SeriesValue> values,
                 const std::optional<std::string>& unit) {
  std::erase_if(values, [](const auto& value) { return value.status == "entered-in-error"; });
  std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.time.value_or(events::Micros::min()) > b.time.value_or(events::Micros::min());
  });
  Trend trend;
  trend.analyte = analyte;
  trend.name = std::move(name);
  trend.unit = axis_of(analyte, values, unit);
  if (const auto axis = parse_unit(trend.unit)) {
    trend.ratio_scale = axis->shift == 0 && !axis->dimension.contains("[pH]");
  }
  trend.points.reserve(values.size());
  for (auto& value : values) {
    Point point;
    point.sent = std::move(value);
    point.time = point.sent.time;
    point.flag = flag_of(point.sent);
    point.mark = standing_of(point.sent.status).mark;
    place_on_axis(trend, point);
    point.left_out = why_left_out(point);
    trend.points.push_back(std::move(point));
  }
  return trend;
}

}  // namespace projections::trends
