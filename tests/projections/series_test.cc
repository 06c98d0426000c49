#include "projections/series.h"

#include <gmock/gmock.h>

#include "tests/projections/facts_builder.h"
#include "tests/projections/folded_rows.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Type = events::ResourceType;

class SeriesTest : public ::testing::Test {
 protected:
  void given(const std::string& id, const std::string& facts) {
    rows_.send("Patient/ana", Type::Observation, id, facts);
  }
  std::vector<std::string> values(const std::string& code,
                                  std::optional<std::string> system = "http://loinc.org") const {
    const auto series = projections::series_of(*rows_.view(), FoldedRows::stream("Patient/ana"),
                                               {std::move(system), code}, 100);
    EXPECT_TRUE(series);
    std::vector<std::string> texts;
    for (const auto& value : *series) texts.push_back(value.value + " " + value.unit);
    return texts;
  }
  FoldedRows rows_;
};

TEST_F(SeriesTest, PartsOfAPanelAreSeriesOfTheirOwn) {
  given("bp1", observation("bp1", "2024-01-01", {"85354-9", "", ""},
                           {{"8480-6", "120", "mm[Hg]"}, {"8462-4", "80", "mm[Hg]"}}));
  given("bp2",
        observation("bp2", "2024-02-01", {"85354-9", "", ""}, {{"8480-6", "130", "mm[Hg]"}}));

  EXPECT_THAT(values("8480-6"), ElementsAre("130 mm[Hg]", "120 mm[Hg]"));
  EXPECT_THAT(values("8462-4", std::nullopt), ElementsAre("80 mm[Hg]"));
  EXPECT_THAT(values("85354-9"), IsEmpty());
}

TEST_F(SeriesTest, DigitsStayAsSent) {
  given("o", observation("o", "2024-01-01", {"2160-0", "1.10", "mg/dL"}));

  EXPECT_THAT(values("2160-0"), ElementsAre("1.10 mg/dL"));
}

TEST_F(SeriesTest, ACorrectedTimeOrCodeMovesTheValue) {
  given("o", observation("o", "2024-01-01", {"2160-0", "1.1", "mg/dL"}));
  given("o", observation("o", "2024-01-02", {"38483-4", "1.2", "mg/dL"}, {}, "corrected"));

  EXPECT_THAT(values("2160-0"), IsEmpty());
  EXPECT_THAT(values("38483-4"), ElementsAre("1.2 mg/dL"));
  EXPECT_EQ(rows_.rows("series").size(), 1u);
}

TEST_F(SeriesTest, ADeletedObservationLeavesNoValue) {
  given("o", observation("o", "2024-01-01", {"2160-0", "1.1", "mg/dL"}));
  rows_.remove("Patient/ana", Type::Observation, "o");

  EXPECT_THAT(rows_.rows("series"), IsEmpty());
}

}  // namespace
}  // namespace tests
