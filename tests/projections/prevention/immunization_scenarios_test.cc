#include <gmock/gmock.h>

#include "projections/prevention/immunization/shipped_schedule.h"
#include "tests/projections/prevention/immunization_scenario.h"

namespace projections::immunization::test {
namespace {

const char* const files[] = {"tests/projections/prevention/childhood.txt",
                             "tests/projections/prevention/adults.txt",
                             "tests/projections/prevention/doubts.txt"};

TEST(ImmunizationScenariosTest, EachScenarioComesOutAsItSays) {
  const auto& schedule = shipped_schedule();
  ASSERT_TRUE(schedule) << schedule.error().message;
  std::size_t played = 0;
  for (const char* file : files) {
    for (const auto& scenario : read_scenarios(file)) {
      EXPECT_THAT(play(scenario, *schedule), ::testing::IsEmpty()) << file << ": " << scenario.name;
      ++played;
    }
  }
  EXPECT_GE(played, 40u);
}

}  // namespace
}  // namespace projections::immunization::test
