// Which version and period of a measure is meant when nobody says.
#include <gtest/gtest.h>

#include "query/measures/choice.h"

namespace query::measures {
namespace {

using std::chrono::sys_days;

std::vector<kept::BoardPointer> boards(
    const std::vector<std::pair<std::string, std::string>>& all) {
  std::vector<kept::BoardPointer> made;
  for (const auto& [version, period] : all) {
    auto package = std::make_shared<kept::Package>();
    package->version = version;
    made.push_back(std::make_shared<const kept::Board>(
        kept::Board{0, {}, *kept::read_period(period), std::move(package)}));
  }
  return made;
}

const sys_days today = std::chrono::year(2026) / 5 / 9;

std::string choice_of(const std::vector<std::pair<std::string, std::string>>& all,
                      const Choice& choice = {}) {
  const auto board = chosen(boards(all), choice, today);
  return board ? board->package->version + " " + board->period.text : "none";
}

TEST(MeasureChoiceTest, VersionsAreOrderedByTheirNumbers) {
  for (const auto& [newer, older] :
       std::vector<std::pair<std::string, std::string>>{{"1.10", "1.9"},
                                                        {"0.5.000", "0.4.000"},
                                                        {"2", "1.9.9"},
                                                        {"1.0.1", "1.0"},
                                                        {"1.0-b", "1.0-a"},
                                                        {"v12", "v9"}}) {
    EXPECT_TRUE(is_newer_version(newer, older)) << newer << " " << older;
    EXPECT_FALSE(is_newer_version(older, newer)) << newer << " " << older;
  }
  EXPECT_FALSE(is_newer_version("1.0", "1.0"));
}

TEST(MeasureChoiceTest, ThePeriodThatTodayIsInElseTheOneThatEndsLast) {
  EXPECT_EQ(choice_of({{"1", "2025"}, {"1", "2026"}, {"1", "2027"}}), "1 2026-01-01/2026-12-31");
  EXPECT_EQ(choice_of({{"1", "2026"}, {"1", "2026-04-01/2026-06-30"}}), "1 2026-04-01/2026-06-30");
  EXPECT_EQ(choice_of({{"1", "2025"}, {"1", "2024"}}), "1 2025-01-01/2025-12-31");
}

TEST(MeasureChoiceTest, TheNewestVersionOfThePeriodNotOfAll) {
  const std::vector<std::pair<std::string, std::string>> all{
      {"1", "2026"}, {"2", "2026"}, {"1", "2025"}, {"3", "2024"}};
  EXPECT_EQ(choice_of(all), "2 2026-01-01/2026-12-31");
  const std::string period = "2025-01-01/2025-12-31", version = "1", no_version = "9";
  EXPECT_EQ(choice_of(all, {&period}), "1 2025-01-01/2025-12-31");
  EXPECT_EQ(choice_of(all, {nullptr, &version}), "1 2026-01-01/2026-12-31");
  EXPECT_EQ(choice_of(all, {&period, &version}), "1 2025-01-01/2025-12-31");
  EXPECT_EQ(choice_of(all, {&period, &no_version}), "none");
}

}  // namespace
}  // namespace query::measures
