#include "projections/chart.h"

#include <gmock/gmock.h>

#include "tests/projections/facts_builder.h"
#include "tests/projections/folded_rows.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Type = events::ResourceType;

class ChartTest : public ::testing::Test {
 protected:
  void given(const std::string& id, const std::string& onset) {
    rows_.send("Patient/ana", Type::Condition, id, condition(id, "name of " + id, onset));
  }
  std::vector<std::string> problems() const {
    const auto view = rows_.view();
    std::vector<std::string> ids;
    projections::ChartCursor cursor(*view, FoldedRows::stream("Patient/ana"), Type::Condition);
    for (; cursor.valid(); cursor.next()) {
      ids.push_back(cursor.id() + " v" + std::to_string(cursor.version().value));
    }
    EXPECT_TRUE(cursor.status());
    return ids;
  }
  FoldedRows rows_;
};

TEST_F(ChartTest, ASectionIsNewestFirstAndWhatHasNoDateComesLast) {
  given("old", "1999");
  given("undated", "");
  given("new", "2024-06-10T08:30:00Z");
  given("ancient", "1931-02");

  EXPECT_THAT(problems(), ElementsAre("new v1", "old v1", "ancient v1", "undated v1"));
}

TEST_F(ChartTest, AChangedDateMovesTheRowAndLeavesNoneBehind) {
  given("a", "2020");
  given("b", "2021");
  given("a", "2022");

  EXPECT_THAT(problems(), ElementsAre("a v2", "b v1"));
  EXPECT_EQ(rows_.rows("chart").size(), 2u);
}

TEST_F(ChartTest, AnIdenticalPutChangesNothingHere) {
  given("a", "2020");
  const auto before = rows_.rows("chart");
  given("a", "2020");

  EXPECT_EQ(rows_.rows("chart"), before);
}

TEST_F(ChartTest, ADeletedResourceLeavesTheChartAndMayComeBack) {
  given("a", "2020");
  rows_.remove("Patient/ana", Type::Condition, "a");
  EXPECT_THAT(problems(), IsEmpty());

  given("a", "2020");
  EXPECT_THAT(problems(), ElementsAre("a v3"));
}

TEST_F(ChartTest, ACursorStartsAtATimeAndReadsOn) {
  given("a", "2020-01-01");
  given("b", "2021-01-01");
  given("c", "2022-01-01");
  const auto view = rows_.view();

  projections::ChartCursor cursor(*view, FoldedRows::stream("Patient/ana"), Type::Condition,
                                  events::Micros(when("2021-01-01")->low));

  ASSERT_TRUE(cursor.valid());
  EXPECT_EQ(cursor.id(), "b");
  cursor.next();
  EXPECT_EQ(cursor.id(), "a");
}

}  // namespace
}  // namespace tests
