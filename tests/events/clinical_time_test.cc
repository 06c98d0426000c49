#include "events/clinical_time.h"

#include <gtest/gtest.h>

namespace events {
namespace {

using namespace std::chrono_literals;

Micros at(int year, unsigned month, unsigned day, Micros time = 0us) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                               static_cast<int>(day))
             .time_since_epoch() +
         time;
}

struct Span {
  const char* text;
  Micros low, high;
  TimePrecision precision;
};

TEST(ClinicalTimeTest, TextMeansTheSpanThatItCanMean) {
  const Span spans[] = {
      {"2024", at(2024, 1, 1), at(2025, 1, 1), TimePrecision::year},
      {"2024-02", at(2024, 2, 1), at(2024, 3, 1), TimePrecision::month},
      {"2023-12", at(2023, 12, 1), at(2024, 1, 1), TimePrecision::month},
      {"2024-02-29", at(2024, 2, 29), at(2024, 3, 1), TimePrecision::day},
      {"2024-06-10T08:30", at(2024, 6, 10, 8h + 30min), at(2024, 6, 10, 8h + 31min),
       TimePrecision::minute},
      {"2024-06-10T08:30:05Z", at(2024, 6, 10, 8h + 30min + 5s), at(2024, 6, 10, 8h + 30min + 6s),
       TimePrecision::second},
      {"2024-06-10T08:30:05.25Z", at(2024, 6, 10, 8h + 30min + 5250ms),
       at(2024, 6, 10, 8h + 30min + 5260ms), TimePrecision::fraction},
      {"2024-06-10T00:30:00+02:00", at(2024, 6, 9, 22h + 30min), at(2024, 6, 9, 22h + 30min + 1s),
       TimePrecision::second},
      {"2024-06-10T23:30:00-05:30", at(2024, 6, 11, 5h), at(2024, 6, 11, 5h + 1s),
       TimePrecision::second},
      {"1899-12-31", at(1899, 12, 31), at(1900, 1, 1), TimePrecision::day},
  };
  for (const Span& span : spans) {
    auto time = parse_clinical_time(span.text);
    ASSERT_TRUE(time) << span.text;
    EXPECT_EQ(time->low, span.low) << span.text;
    EXPECT_EQ(time->high, span.high) << span.text;
    EXPECT_EQ(time->precision, span.precision) << span.text;
    EXPECT_EQ(time->text, span.text);
  }
}

TEST(ClinicalTimeTest, DigitsBeyondMicrosecondsStayInTheText) {
  auto time = parse_clinical_time("2024-06-10T08:30:05.123456789Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->low, at(2024, 6, 10, 8h + 30min + 5s + 123456us));
  EXPECT_EQ(time->high - time->low, 1us);
}

TEST(ClinicalTimeTest, LeapSecondIsTheLastInstantOfItsMinute) {
  auto time = parse_clinical_time("2016-12-31T23:59:60Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->low, at(2017, 1, 1) - 1us);
  EXPECT_EQ(time->high, at(2017, 1, 1));
}

TEST(ClinicalTimeTest, ZoneIsKeptAsWritten) {
  EXPECT_EQ(parse_clinical_time("2024-06-10T08:30:05-05:30")->zone, std::optional(-330min));
  EXPECT_EQ(parse_clinical_time("2024-06-10T08:30:05Z")->zone, std::optional(0min));
  EXPECT_EQ(parse_clinical_time("2024-06-10")->zone, std::nullopt);
}

TEST(ClinicalTimeTest, ImpossibleDatesAreRefusedWithARemedy) {
  for (const char* bad : {"",
                          "24",
                          "0000",
                          "2024-",
                          "2024-13",
                          "2024-13-01",
                          "2023-02-29",
                          "2024-04-31",
                          "2024-00-10",
                          "2024-1-1",
                          "2024-01-01T",
                          "2024-01-01T24:00:00Z",
                          "2024-01-01T10",
                          "2024-01-01T10:60:00Z",
                          "2024-01-01T10:00:61Z",
                          "2024-01-01T10:00:00.Z",
                          "2024-01-01T10:00:00+15:00",
                          "2024-01-01T10:00:00+14:01",
                          "2024-01-01T10:00:00+0200",
                          "2024-01-01T10:00:00z",
                          "2024-01-01 10:00:00Z",
                          " 2024",
                          "2024 ",
                          "2024-01-01Z",
                          "+2024",
                          "20240101"}) {
    auto time = parse_clinical_time(bad);
    ASSERT_FALSE(time) << bad;
    EXPECT_EQ(time.error().code, ErrorCode::invalid);
    EXPECT_NE(time.error().message.find("YYYY-MM-DD"), std::string::npos);
  }
}

TEST(ClinicalTimeTest, InstantsNeedSecondsAndAZone) {
  EXPECT_TRUE(parse_instant("2024-01-01T10:00:00.5+01:00"));
  for (const char* bad : {"2024-01-01", "2024-01-01T10:00Z", "2024-01-01T10:00:00"}) {
    EXPECT_FALSE(parse_instant(bad)) << bad;
  }
}

TEST(ClinicalTimeTest, InstantsAreWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(format_instant(KnownTime(at(2024, 6, 10, 8h + 30min + 123456us))),
            "2024-06-10T08:30:00.123Z");
  EXPECT_EQ(format_instant(KnownTime(-1us)), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace events
