#include "projections/quality/score.h"

#include <algorithm>

namespace projections::quality {
namespace {

std::optional<Decimal> sum_of(const std::vector<Decimal>& values) {
  std::optional<Decimal> sum = Decimal(0);
  for (const auto& value : values) sum = sum ? Decimal::add(*sum, value) : sum;
  return sum;
}

std::optional<Decimal> quotient(std::optional<Decimal> dividend, std::optional<Decimal> divisor) {
  return dividend && divisor ? Decimal::divide(*dividend, *divisor) : std::nullopt;
}

std::optional<Decimal> mean_of(const std::vector<Decimal>& values) {
  return quotient(sum_of(values), Decimal(static_cast<std::int64_t>(values.size())));
}

std::optional<Decimal> median_of(std::vector<Decimal> values) {
  std::sort(values.begin(), values.end());
  const auto half = values.size() / 2;
  if (values.size() % 2 == 1) return values[half];
  return mean_of({values[half - 1], values[half]});
}

Decimal count_of(std::span<const PopulationCount> populations, std::string_view code) {
  std::size_t count = 0;
  for (const auto& population : populations) {
    if (population.code == code) count += population.count;
  }
  return Decimal(static_cast<std::int64_t>(count));
}

std::optional<Decimal> without(std::optional<Decimal> count, const Decimal& left_out) {
  return count ? Decimal::add(*count, -left_out) : std::nullopt;
}

std::optional<Decimal> observed(std::span<const ObservedValues> observations, std::string_view of) {
  for (const auto& each : observations) {
    if (each.of == of) return aggregated(each.aggregate, each.values);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Decimal> aggregated(Aggregate aggregate, std::vector<Decimal> values) {
  if (aggregate == Aggregate::count) return Decimal(static_cast<std::int64_t>(values.size()));
  if (aggregate == Aggregate::sum) return sum_of(values);
  if (values.empty()) return std::nullopt;
  if (aggregate == Aggregate::average) return mean_of(values);
  if (aggregate == Aggregate::median) return median_of(std::move(values));
  return aggregate == Aggregate::minimum ? *std::min_element(values.begin(), values.end())
                                         : *std::max_element(values.begin(), values.end());
}

std::optional<Decimal> score_of(Scoring scoring, std::span<const PopulationCount> populations,
                                std::span<const ObservedValues> observations) {
  const auto count = [&](std::string_view code) { return count_of(populations, code); };
  if (scoring == Scoring::cohort) return std::nullopt;
  if (scoring == Scoring::continuous_variable) return observed(observations, "measure-population");
  if (scoring == Scoring::ratio && !observations.empty())
    return quotient(observed(observations, "numerator"), observed(observations, "denominator"));
  auto denominator = without(count("denominator"), count("denominator-exclusion"));
  if (scoring == Scoring::proportion)
    denominator = without(denominator, count("denominator-exception"));
  return quotient(without(count("numerator"), count("numerator-exclusion")), denominator);
}

}  // namespace projections::quality
