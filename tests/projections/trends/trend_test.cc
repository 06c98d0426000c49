#include "projections/trends/trend.h"

#include <gmock/gmock.h>

#include "projections/trends/statistics.h"
#include "tests/projections/trends/values.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using namespace projections::trends;

std::vector<std::string> shown(const Trend& trend) {
  std::vector<std::string> all;
  for (const auto& point : trend.points) all.push_back(point.shown ? point.shown->digits : "-");
  return all;
}

TEST(TrendTest, SeveralUnitsOfOneAnalyteShareOneAxis) {
  const auto mixed = trend(
      "creatinine", {value("2024-01-03", "88.4", "umol/L"), value("2024-01-01", "1.10", "mg/dL"),
                     value("2024-01-02", "12", "mg/L")});
  EXPECT_EQ(mixed.unit, "mg/dL");
  EXPECT_THAT(shown(mixed), ElementsAre("1.000", "1.2", "1.10"));
  EXPECT_THAT(shown(trend("creatinine", {value("2024", "1.10", "mg/dL")}, "umol/L")),
              ElementsAre("97.2"));
}

TEST(TrendTest, WhatDoesNotConvertIsKeptMarkedAndOnNoAxis) {
  const auto mixed =
      trend("creatinine", {value("2024-01-04", "1", "squirrels"), value("2024-01-03", "70", "kg"),
                           value("2024-01-02", "1.2", ""), value("2024-01-01", "1.1", "mg/dL")});
  EXPECT_THAT(shown(mixed), ElementsAre("-", "-", "-", "1.1"));
  EXPECT_THAT(mixed.points[0].not_converted, HasSubstr("\"squirrels\" is no unit"));
  EXPECT_THAT(mixed.points[1].not_converted, HasSubstr("kg measures g"));
  EXPECT_EQ(mixed.points[2].not_converted, "sent without a unit");
  EXPECT_THAT(left_out_of(mixed), ElementsAre(Pair("not_converted", 3)));
}

TEST(TrendTest, ACodeOfNoGroupIsShownInTheUnitOfItsNewestValueThatReads) {
  const auto other =
      make_trend(nullptr, "9999-9",
                 {value("2024-01-03", "5", "drops of it"), value("2024-01-02", "2.0", "g"),
                  value("2024-01-01", "1500", "mg")},
                 std::nullopt);
  EXPECT_EQ(other.unit, "g");
  EXPECT_THAT(shown(other), ElementsAre("-", "2.0", "1.500"));
  const auto plain = make_trend(nullptr, "9999-9", {value("2024", "3", "")}, std::nullopt);
  EXPECT_THAT(shown(plain), ElementsAre("3"));
}

TEST(TrendTest, EnteredInErrorIsHiddenAndTheOtherStatusesAreMarked) {
  const auto all = trend(
      "creatinine",
      {value("2024-01-07", "9", "mg/dL", "entered-in-error"),
       value("2024-01-06", "1", "mg/dL", "preliminary"),
       value("2024-01-05", "1", "mg/dL", "corrected"), value("2024-01-04", "1", "mg/dL", "amended"),
       value("2024-01-03", "1", "mg/dL", "cancelled"), value("2024-01-02", "1", "mg/dL", "made-up"),
       value("2024-01-01", "1", "mg/dL")});
  std::vector<std::string> marks;
  for (const auto& point : all.points) marks.push_back(point.mark);
  EXPECT_THAT(marks, ElementsAre("preliminary", "corrected", "corrected", "cancelled",
                                 "status_unknown", ""));
  EXPECT_THAT(left_out_of(all), ElementsAre(Pair("cancelled", 1), Pair("status", 1)));
}

TEST(TrendTest, BoundsAndVagueTimesAreDrawnButCountInNoNumber) {
  auto timeless = value("", "1", "mg/dL");
  auto coded = value("2024-01-05", "", "");
  const auto all = trend("creatinine", {bound("2024-01-04", "<", "0.2", "mg/dL"), coded,
                                        bound("2024-01-03", ">=", "9", "mg/dL"),
                                        value("2024-01", "1", "mg/dL"), timeless});
  EXPECT_THAT(shown(all), ElementsAre("-", "0.2", "9", "1", "1"));
  EXPECT_THAT(left_out_of(all), ElementsAre(Pair("bound", 2), Pair("coded", 1), Pair("no_time", 1),
                                            Pair("time_imprecise", 1)));
}

Flag flag(const std::string& digits, const std::string& comparator, const std::string& low,
          const std::string& high, const std::string& interpretation) {
  auto made = bound("2024", comparator, digits, "mmol/L");
  made.low = low;
  made.high = high;
  made.interpretation = interpretation;
  return flag_of(made);
}

TEST(TrendTest, TheRangeGivenDecidesTheFlagAndCriticalIsWhatTheLabCalledSo) {
  struct Case {
    const char *digits, *comparator, *low, *high, *sent, *flag;
    bool from_range, critical, disagrees;
  };
  for (const auto& one : {
           Case{"3.4", "", "3.5", "5.1", "", "L", true, false, false},
           Case{"3.5", "", "3.5", "5.1", "", "N", true, false, false},
           Case{"5.1", "", "3.5", "5.1", "", "N", true, false, false},
           Case{"5.2", "", "3.5", "5.1", "H", "H", true, false, false},
           Case{"5.2", "", "3.5", "5.1", "N", "H", true, false, true},
           Case{"7.0", "", "3.5", "5.1", "HH", "HH", false, true, false},
           Case{"4.0", "", "3.5", "5.1", "LL", "LL", false, true, true},
           Case{"7.0", "", "", "", "HH", "HH", false, true, false},
           Case{"7.0", "", "", "", "", "", false, false, false},
           Case{"7.0", "", "", "", "POS", "POS", false, false, false},
           Case{"2.0", "<", "3.5", "5.1", "", "L", true, false, false},  // surely below
           Case{"3.5", "<", "3.5", "5.1", "", "L", true, false, false},  // below its own low
           Case{"4.0", "<", "3.5", "5.1", "", "", false, false, false},  // may be low or not
           Case{"9.0", "<", "3.5", "5.1", "", "", false, false, false},  // may be anything
           Case{"9.0", ">", "3.5", "5.1", "", "H", true, false, false},
           Case{"5.1", ">", "3.5", "5.1", "", "H", true, false, false},
           Case{"5.1", ">=", "3.5", "5.1", "", "", false, false, false},
           Case{"2.0", "<", "", "5.1", "", "N", true, false, false},
       }) {
    const auto got = flag(one.digits, one.comparator, one.low, one.high, one.sent);
    SCOPED_TRACE(std::string(one.comparator) + one.digits + " " + one.sent);
    EXPECT_EQ(got.code, one.flag);
    EXPECT_EQ(got.from_range, one.from_range);
    EXPECT_EQ(got.critical, one.critical);
    EXPECT_EQ(got.disagrees, one.disagrees);
  }
}

TEST(TrendTest, ASlopeIsTheLineOfLeastSquaresOverWhatCounts) {
  // By hand: days 0, 10, 20 and values 1, 2, 2 have mean 10 and 5/3; 10/200 = 0.05 a day.
  const auto rising =
      trend("creatinine",
            {value("2024-01-01", "1.0", "mg/dL"), value("2024-01-11", "2.0", "mg/dL"),
             value("2024-01-21", "2.0", "mg/dL"), bound("2024-01-22", ">", "15", "mg/dL"),
             value("2024-01-23", "15", "mg/dL", "cancelled"), value("2024-01-24", "15", "kg")});
  const auto slope = slope_of(rising);
  ASSERT_TRUE(slope);
  EXPECT_NEAR(static_cast<double>(slope->per_day), 0.05, 1e-12);
  EXPECT_NEAR(static_cast<double>(slope->per_year), 18.2625, 1e-9);
  EXPECT_EQ(slope->n, 3u);
  EXPECT_EQ(slope->days, 20);
}

TEST(TrendTest, TwoPointsOrOneMomentHaveNoSlope) {
  EXPECT_FALSE(slope_of(trend("creatinine", {})));
  EXPECT_FALSE(slope_of(
      trend("creatinine", {value("2024-01-01", "1", "mg/dL"), value("2024-01-02", "2", "mg/dL")})));
  const auto once = value("2024-01-01", "1", "mg/dL");
  EXPECT_FALSE(slope_of(trend("creatinine", {once, once, once})));
}

TEST(TrendTest, TheChangeIsSinceTheLastExactValueBefore) {
  const auto falling = trend(
      "hemoglobin",
      {value("2024-01-10T08:00:00Z", "9.5", "g/dL"), value("2024-01-10T08:00:00Z", "9.6", "g/dL"),
       bound("2024-01-09", "<", "2", "g/dL"), value("2024-01-07T20:00:00Z", "12.5", "g/dL")});
  const auto change = change_of(falling);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->absolute, "-3.0");
  EXPECT_EQ(change->percent, "-24.0");
  EXPECT_EQ(change->days, 2.5L);
  EXPECT_EQ(change->before->sent.value, "12.5");
  EXPECT_FALSE(change_of(trend("hemoglobin", {value("2024-01-10", "9.5", "g/dL")})));
}

TEST(TrendTest, PercentOfDegreesPhOrZeroIsNotSaid) {
  const auto fever = trend(
      "temperature", {value("2024-01-02", "39.0", "Cel"), value("2024-01-01", "98.6", "[degF]")});
  EXPECT_EQ(change_of(fever)->absolute, "2.0");
  EXPECT_FALSE(change_of(fever)->percent);
  const auto acid =
      trend("urine_ph", {value("2024-01-02", "6", "[pH]"), value("2024-01-01", "5", "pH")});
  EXPECT_FALSE(change_of(acid)->percent);
  const auto zero =
      trend("iron", {value("2024-01-02", "6", "ug/dL"), value("2024-01-01", "0", "ug/dL")});
  EXPECT_EQ(change_of(zero)->absolute, "6");
  EXPECT_FALSE(change_of(zero)->percent);
}

TEST(TrendTest, BucketsGoByTheDayAsItWasSent) {
  // The same instant on two days: each is counted on the day that its sender wrote.
  const auto values =
      trend("glucose", {value("2024-03-01T00:30:00+02:00", "100", "mg/dL"),
                        value("2024-02-29T22:30:00Z", "110", "mg/dL"),
                        value("2024-02-29T08:00:00Z", "95", "mg/dL"),
                        bound("2024-02-29T09:00:00Z", ">", "600", "mg/dL"),
                        value("2024-02", "120", "mg/dL"), bound("2023-01-01", "<", "10", "mg/dL")});
  const auto days = buckets_of(values, BucketSize::day);
  ASSERT_EQ(days.size(), 3u);
  EXPECT_EQ(days[0].name, "2024-03-01");
  EXPECT_EQ(days[1].name, "2024-02-29");
  EXPECT_EQ(days[1].count, 2u);
  EXPECT_EQ(days[1].bounds, 1u);
  EXPECT_EQ(days[1].min, "95");
  EXPECT_EQ(days[1].max, "110");
  EXPECT_EQ(days[1].mean, "103");  // 102.5: no more digits than were known
  EXPECT_EQ(days[1].first, "95");
  EXPECT_EQ(days[1].last, "110");
  EXPECT_EQ(days[2].count, 0u);
  EXPECT_EQ(days[2].bounds, 1u);
  EXPECT_THAT(days[2].min, IsEmpty());
  const auto months = buckets_of(values, BucketSize::month);
  ASSERT_EQ(months.size(), 3u);
  EXPECT_EQ(months[1].count, 3u);  // with the value of which only the month is known
  EXPECT_EQ(buckets_of(values, BucketSize::year)[0].count, 4u);
}

}  // namespace
}  // namespace tests
