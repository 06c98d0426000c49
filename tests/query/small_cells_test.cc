// What of a measure's figures is withheld from people without rights to single patients.
#include "query/measures/small_cells.h"

#include <gmock/gmock.h>

namespace query::measures {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

kept::Figures of(std::int64_t denominator, std::int64_t numerator, std::int64_t excluded = 0) {
  return {{"patients", 1'000},
          {"initial-population", denominator},
          {"denominator", denominator},
          {"denominator-exclusion", excluded},
          {"numerator", numerator}};
}

Withheld of_one(const kept::Figures& figures) { return withheld({{"", figures}}).front(); }

std::vector<Withheld> of_all(const std::vector<std::int64_t>& patients) {
  std::vector<kept::CellFigures> cells;
  for (const auto count : patients) cells.push_back({std::to_string(cells.size()), {{"p", count}}});
  return withheld(cells);
}
// The places of the cells whose number is not shown.
std::vector<std::size_t> hidden_of(const std::vector<std::int64_t>& patients) {
  std::vector<std::size_t> places;
  const auto all = of_all(patients);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].contains("p")) places.push_back(i);
  return places;
}

TEST(SmallCellsTest, OneToTenAreWithheldAndNobodyOrElevenAreShown) {
  EXPECT_THAT(of_one({{"p", 0}}), IsEmpty());
  EXPECT_THAT(of_one({{"p", 1}}), UnorderedElementsAre("p"));
  EXPECT_THAT(of_one({{"p", 10}}), UnorderedElementsAre("p"));
  EXPECT_THAT(of_one({{"p", 11}}), IsEmpty());
}

TEST(SmallCellsTest, ARateIsWithheldWithAnyNumberItIsMadeOf) {
  EXPECT_THAT(of_one(of(100, 50)), IsEmpty());
  EXPECT_THAT(of_one(of(100, 5)), UnorderedElementsAre("numerator", "rate"));
  EXPECT_THAT(of_one(of(100, 50, 3)), UnorderedElementsAre("denominator-exclusion", "rate"));
}

TEST(SmallCellsTest, FewWhoDidNotMeetAreNotToBeSubtracted) {
  EXPECT_THAT(of_one(of(100, 95)), UnorderedElementsAre("numerator", "rate"));
  EXPECT_THAT(of_one(of(100, 89)), IsEmpty());
  EXPECT_THAT(of_one(of(100, 100)), IsEmpty());
}

TEST(SmallCellsTest, FewWhoAreLeftAfterExclusionsAreNotToBeSubtracted) {
  EXPECT_THAT(of_one(of(100, 0, 93)), UnorderedElementsAre("denominator-exclusion", "rate"));
}

TEST(SmallCellsTest, FewWhoAreOutsideTheDenominatorAreNotToBeSubtracted) {
  auto figures = of(100, 50);
  figures["initial-population"] = 104;
  EXPECT_THAT(of_one(figures), UnorderedElementsAre("denominator", "rate"));
}

TEST(SmallCellsTest, TheDifferenceToTheTotalDoesNotGiveTheOneSmallCellAway) {
  EXPECT_THAT(hidden_of({5, 40, 300}), ::testing::ElementsAre(0, 1));
  EXPECT_THAT(hidden_of({50, 40, 300}), IsEmpty());
}

TEST(SmallCellsTest, SmallCellsThatTogetherWouldStillTellGetAnother) {
  EXPECT_THAT(hidden_of({1, 1, 30, 300}), ::testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(hidden_of({10, 9, 8, 300}), ::testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(hidden_of({5, 12, 60, 300}), ::testing::ElementsAre(0, 1, 2));
}

TEST(SmallCellsTest, WhereNobodyIsNothingIsHiddenAndNothingGained) {
  EXPECT_THAT(hidden_of({5, 0, 0, 300}), ::testing::ElementsAre(0, 3));
}

// Whoever knows the total and the rule is left with more than one number for each cell.
TEST(SmallCellsTest, NoHiddenNumberFollowsFromTheTotal) {
  for (std::int64_t a = 1; a < 30; ++a) {
    for (std::int64_t b = 1; b < 30; ++b) {
      const std::vector<std::int64_t> counts{a, b, 100};
      const auto hidden = hidden_of(counts);
      ASSERT_NE(hidden.size(), 1u) << a << " " << b;
      std::int64_t together = 0;
      for (const auto place : hidden) together += counts[place];
      ASSERT_TRUE(hidden.empty() || together >= 2 * shown_from) << a << " " << b;
    }
  }
}

TEST(SmallCellsTest, ThePurposeThatIsStatedDecides) {
  for (const char* purpose : {"", "TREAT", "ETREAT", "BTG", "HOPERAT", "HQUALIMP"})
    EXPECT_TRUE(may_see_patients({.purpose = purpose})) << purpose;
  for (const char* purpose : {"HRESCH", "PUBHLTH", "HMARKT", "HPAYMT", "treat", "anything"}) {
    EXPECT_FALSE(may_see_patients({.purpose = purpose})) << purpose;
    EXPECT_EQ(permit_patients({.purpose = purpose}).error().code, events::ErrorCode::forbidden);
  }
}

}  // namespace
}  // namespace query::measures
