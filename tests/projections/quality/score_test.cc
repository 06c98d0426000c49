// What counts and observations come to.
#include "projections/quality/score.h"

#include <gmock/gmock.h>

namespace projections::quality::test {
namespace {

std::vector<Decimal> decimals(std::initializer_list<int> values) {
  std::vector<Decimal> found;
  for (const int value : values) found.emplace_back(value);
  return found;
}
std::string text_of(const std::optional<Decimal>& score) {
  return score ? score->to_text() : "none";
}

const std::vector<PopulationCount> of_ten{
    {"", "denominator", 10}, {"", "denominator-exclusion", 1}, {"", "denominator-exception", 1},
    {"", "numerator", 5},    {"", "numerator-exclusion", 1},
};

TEST(ScoreTest, AProportionIsOfThoseThatAreNeitherExcludedNorExcepted) {
  EXPECT_EQ(text_of(score_of(Scoring::proportion, of_ten, {})), "0.5");
  EXPECT_EQ(text_of(score_of(Scoring::proportion, {}, {})), "none");
}

TEST(ScoreTest, ARatioKnowsNoExceptions) {
  EXPECT_EQ(text_of(score_of(Scoring::ratio, of_ten, {})), "0.44444444");
}

TEST(ScoreTest, ARatioOfObservationsIsTheNumeratorsOverTheDenominators) {
  const std::vector<ObservedValues> observations{
      {"", "denominator", Aggregate::sum, decimals({3, 5})},
      {"", "numerator", Aggregate::count, decimals({1, 1})}};

  EXPECT_EQ(text_of(score_of(Scoring::ratio, of_ten, observations)), "0.25");
}

TEST(ScoreTest, AContinuousVariableIsItsObservationsAggregate) {
  const auto score = [](Aggregate aggregate, std::initializer_list<int> values) {
    const std::vector<ObservedValues> observations{
        {"", "measure-population", aggregate, decimals(values)}};
    return text_of(score_of(Scoring::continuous_variable, {}, observations));
  };
  EXPECT_EQ(score(Aggregate::count, {4, 1, 9, 2}), "4.0");
  EXPECT_EQ(score(Aggregate::sum, {4, 1, 9, 2}), "16.0");
  EXPECT_EQ(score(Aggregate::average, {4, 1, 9, 2}), "4.0");
  EXPECT_EQ(score(Aggregate::median, {4, 1, 9, 2}), "3.0");
  EXPECT_EQ(score(Aggregate::median, {4, 1, 9}), "4.0");
  EXPECT_EQ(score(Aggregate::minimum, {4, 1, 9, 2}), "1.0");
  EXPECT_EQ(score(Aggregate::maximum, {4, 1, 9, 2}), "9.0");
  EXPECT_EQ(score(Aggregate::median, {}), "none");
  EXPECT_EQ(score(Aggregate::count, {}), "0.0");
}

TEST(ScoreTest, ACohortHasNone) {
  EXPECT_EQ(text_of(score_of(Scoring::cohort, of_ten, {})), "none");
}

}  // namespace
}  // namespace projections::quality::test
