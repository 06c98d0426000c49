#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "projections/trends/digits.h"
#include "projections/trends/rules.h"
#include "projections/trends/statistics.h"

namespace projections::trends {
namespace {

constexpr int adult_from_years = 18;
constexpr std::array category_names = {"G1", "G2", "G3a", "G3b", "G4", "G5"};

// A value of a measured or a derived series.
struct Sample {
  std::string when, digits;
  events::Micros time{};
  long double value = 0;
  std::vector<Input> inputs;
};
using Samples = std::vector<Sample>;  // newest first

Samples samples_of(const Trend& trend) {
  Samples samples;
  for (const auto& point : trend.points) {
    if (!point.counts()) continue;
    samples.push_back({point.sent.when,
                       point.shown->digits,
                       *point.time,
                       point.shown->value,
                       {input_of(point.sent)}});
  }
  return samples;
}
Samples samples_of(const Derived& derived) {
  Samples samples;
  for (const auto& value : derived.values) {
    samples.push_back({value.when, value.digits, value.time, value.value, value.inputs});
  }
  return samples;
}

// 1.3 - 1.0 is 0.3 also where binary has it otherwise.
bool reaches(long double value, long double threshold) {
  return value >= threshold - 1e-9L * std::fabs(threshold);
}

std::string hours_text(events::Micros span) {
  const auto hours = std::chrono::duration<double, std::ratio<3600>>(span).count();
  return hours <= 72 ? fmt::format("{:.0f} hours", hours) : fmt::format("{:.0f} days", hours / 24);
}

// One rule over one series, seen from one value back.
class Search {
 public:
  Search(const Rule& rule, const Samples& samples, const PatientFacts& facts)
      : rule_(rule), samples_(samples), facts_(facts) {}

  std::vector<Detected> all() {
    for (std::size_t at = 0; at < samples_.size(); ++at) look_back_from(at);
    return std::move(found_);
  }

 private:
  void look_back_from(std::size_t at) {
    const auto& now = samples_[at];
    if (!concerns(now)) return;
    using Kind = Rule::Kind;
    switch (rule_.kind) {
      case Kind::rise:
      case Kind::ratio:
        return rise(now, extreme_before(at, false));
      case Kind::fall:
      case Kind::percent_fall:
        return fall(now, extreme_before(at, true));
      case Kind::slope_fall:
        return at == 0 ? slope(now) : void();
      case Kind::category_fall:
        return at == 0 ? category(now, oldest_before(at)) : void();
      case Kind::crossing:
        return crossing(now, at);
    }
  }

  bool concerns(const Sample& sample) const {
    if (rule_.group == "creatinine" && facts_.state_at("dialysis", sample.time)) return false;
    if (!rule_.adults_only) return true;
    if (!facts_.birth) return false;
    const auto years = age_in_years(*facts_.birth, sample.when);
    return years && *years >= adult_from_years;
  }

  bool in_window(const Sample& before, const Sample& now) const {
    const auto apart = now.time - before.time;
    return apart > events::Micros(0) && rule_.from <= apart && apart <= rule_.to;
  }

  const Sample* extreme_before(std::size_t at, bool highest) const {
    const Sample* best = nullptr;
    for (std::size_t i = at + 1; i < samples_.size(); ++i) {
      const auto& before = samples_[i];
      if (samples_[at].time - before.time > rule_.to) break;
      if (!in_window(before, samples_[at])) continue;
      if (rule_.group == "weight" && facts_.state_at("pregnancy", before.time)) continue;
      if (!best || (highest ? before.value > best->value : before.value < best->value)) {
        best = &before;
      }
    }
    return best;
  }
  const Sample* oldest_before(std::size_t at) const {
    const Sample* oldest = nullptr;
    for (std::size_t i = at + 1; i < samples_.size(); ++i) {
      if (in_window(samples_[i], samples_[at])) oldest = &samples_[i];
    }
    return oldest;
  }

  void rise(const Sample& now, const Sample* before) {
    if (before == nullptr || before->value <= 0) return;
    const bool ratio = rule_.kind == Rule::Kind::ratio;
    const long double by = ratio ? now.value / before->value : now.value - before->value;
    if (!reaches(by, rule_.threshold)) return;
    found(now, *before,
          ratio ? fmt::format(
                      "{} rose to {} times its lowest value before, from {} to {}{} within {}",
                      rule_.group, rounded(by, 1), before->digits, now.digits, unit(),
                      hours_text(now.time - before->time))
                : fmt::format("{} rose from {} to {}{} within {}", rule_.group, before->digits,
                              now.digits, unit(), hours_text(now.time - before->time)));
  }

  void fall(const Sample& now, const Sample* before) {
    if (before == nullptr || before->value <= 0) return;
    const bool percent = rule_.kind == Rule::Kind::percent_fall;
    long double by = before->value - now.value;
    if (percent) by = 100 * by / before->value;
    if (!reaches(by, rule_.threshold)) return;
    found(now, *before,
          fmt::format("{} fell from {} to {}{}{} within {}", rule_.group, before->digits,
                      now.digits, unit(),
                      percent ? fmt::format(", by {} percent,", rounded(by, 1)) : std::string(),
                      hours_text(now.time - before->time)));
  }

  // Of the newest value and those before it in the window.
  void slope(const Sample& now) {
    std::vector<TimedValue> line;
    std::vector<Input> inputs;
    for (const auto& sample : samples_) {
      if (now.time - sample.time > rule_.to) break;
      line.push_back({sample.time, sample.value});
      inputs.insert(inputs.end(), sample.inputs.begin(), sample.inputs.end());
    }
    const auto slope = slope_of(line);
    if (!slope || slope->days < days_between(events::Micros(0), rule_.from)) return;
    if (!(-slope->per_year > rule_.threshold * (1 + 1e-9L))) return;
    found_.push_back(
        {&rule_, now.when, now.time,
         fmt::format("{} falls by {} {} a year over {} values in {} days", rule_.group,
                     rounded(-slope->per_year, 1), rule_.unit, slope->n, rounded(slope->days, 0)),
         unique(std::move(inputs))});
  }

  void category(const Sample& now, const Sample* before) {
    if (before == nullptr || before->value <= 0) return;
    const int from = gfr_category(before->value), to = gfr_category(now.value);
    const long double percent = 100 * (before->value - now.value) / before->value;
    if (to <= from || !reaches(percent, rule_.threshold)) return;
    const auto name = [](int category) {
      return category_names[static_cast<std::size_t>(category - 1)];
    };
    found(now, *before,
          fmt::format("{} fell from {} to {}, by {} percent, and from category {} to {} within {}",
                      rule_.group, before->digits, now.digits, rounded(percent, 1), name(from),
                      name(to), hours_text(now.time - before->time)));
  }

  void crossing(const Sample& now, std::size_t at) {
    if (at + 1 >= samples_.size()) return;
    const auto& before = samples_[at + 1];
    if (!reaches(now.value, rule_.threshold) || reaches(before.value, rule_.threshold)) return;
    found(now, before,
          fmt::format("{} came to {}{}, from {} before", rule_.group, now.digits, unit(),
                      before.digits));
  }

  std::string unit() const {
    const auto* analyte = Analytes::built_in().of_group(rule_.group);
    return analyte == nullptr ? std::string() : " " + analyte->unit;
  }
  static std::vector<Input> unique(std::vector<Input> inputs) {
    std::vector<Input> once;
    for (auto& input : inputs) {
      if (std::find(once.begin(), once.end(), input) == once.end())
        once.push_back(std::move(input));
    }
    return once;
  }
  void found(const Sample& now, const Sample& before, std::string reason) {
    auto inputs = now.inputs;
    inputs.insert(inputs.end(), before.inputs.begin(), before.inputs.end());
    found_.push_back({&rule_, now.when, now.time, std::move(reason), unique(std::move(inputs))});
  }

  const Rule& rule_;
  const Samples& samples_;
  const PatientFacts& facts_;
  std::vector<Detected> found_;
};

std::vector<Detected> detect_in(std::string_view group, const Samples& samples,
                                const PatientFacts& facts) {
  std::vector<Detected> found;
  for (const auto& rule : rules()) {
    if (rule.group != group) continue;
    std::ranges::move(Search(rule, samples, facts).all(), std::back_inserter(found));
  }
  std::ranges::stable_sort(found,
                           [](const Detected& a, const Detected& b) { return a.time > b.time; });
  return found;
}

}  // namespace

std::vector<Detected> detect(const Trend& trend, const PatientFacts& facts) {
  // Thresholds are in the analyte's own unit; an axis in another would need another number.
  if (trend.analyte == nullptr || trend.unit != trend.analyte->unit) return {};
  return detect_in(trend.analyte->group, samples_of(trend), facts);
}

std::vector<Detected> detect(const Derived& egfr, const PatientFacts& facts) {
  return detect_in(egfr.name, samples_of(egfr), facts);
}

std::vector<Detected> acute_rises(const Trend& creatinine, const PatientFacts& facts) {
  auto found = detect(creatinine, facts);
  std::erase_if(found, [](const Detected& one) {
    return one.rule->kind != Rule::Kind::rise && one.rule->kind != Rule::Kind::ratio;
  });
  return found;
}

}  // namespace projections::trends
