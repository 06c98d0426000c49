#include <gmock/gmock.h>

#include "tests/scenarios/scenario.h"

namespace tests {
namespace {

using ::testing::IsEmpty;

void play_file(const std::string& name) {
  const auto scenarios = read_scenarios("tests/scenarios/" + name);
  EXPECT_GE(scenarios.size(), 2u);
  for (const auto& scenario : scenarios) {
    SCOPED_TRACE(scenario.name);
    EXPECT_THAT(play(scenario), IsEmpty());
  }
}

TEST(Scenarios, MedicationListsSayWhatAClinicianWouldSay) { play_file("medications.txt"); }
TEST(Scenarios, ADrugIsOneLineAcrossSites) { play_file("medication_lines.txt"); }
TEST(Scenarios, DosesAndSupplyAreShownOverTime) { play_file("medication_supply.txt"); }
TEST(Scenarios, OnADrugAtATimeIsAnswered) { play_file("medication_taking.txt"); }
TEST(Scenarios, ChartsShowWhatIsTrueNow) { play_file("charts.txt"); }

TEST(Scenarios, AWrongExpectationIsFoundOut) {
  const Scenario wrong{"wrong",
                       {"given 2024-03-01 MedicationRequest ana metformin status=active",
                        "when  medications of ana then active: none; past: metformin"}};
  EXPECT_EQ(play(wrong).size(), 3u);  // active in both scopes, past in one
}

}  // namespace
}  // namespace tests
