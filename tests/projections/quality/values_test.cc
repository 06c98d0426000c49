// Values: exact decimals, partial dates, and what can be said of two of them.
#include <gtest/gtest.h>

#include "projections/quality/compare.h"
#include "projections/quality/literal_text.h"
#include "projections/quality/points.h"
#include "tests/projections/quality/cql_literal.h"

namespace projections::quality::test {
namespace {

Value literal(std::string_view text) {
  const auto value = parse_literal(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}
std::string decimal_text(const std::optional<Decimal>& decimal) {
  return decimal ? decimal->to_text() : "none";
}
Decimal decimal(std::string_view text) { return *Decimal::parse(text); }

TEST(DecimalTest, IsExactToEightPlaces) {
  EXPECT_EQ(decimal_text(Decimal::add(decimal("0.1"), decimal("0.2"))), "0.3");
  EXPECT_EQ(decimal_text(Decimal::divide(decimal("2"), decimal("3"))), "0.66666667");
  EXPECT_EQ(
      decimal_text(Decimal::multiply(decimal("-99999999999999.99999999"), decimal("10000.5"))),
      "-1000049999999999999.9999");
  EXPECT_EQ(decimal_text(Decimal::modulo(decimal("-7.5"), decimal("2"))), "-1.5");
}

TEST(DecimalTest, BeyondItsRangeThereIsNothing) {
  EXPECT_EQ(decimal_text(Decimal::multiply(decimal("100000000000000"), decimal("100000000000000"))),
            "none");
  EXPECT_EQ(decimal_text(Decimal::divide(decimal("1"), decimal("0.0"))), "none");
  EXPECT_FALSE(Decimal::parse("0.000000001"));
  EXPECT_FALSE(Decimal::parse("1e3"));
  EXPECT_FALSE(Decimal::parse(""));
  EXPECT_EQ(decimal_text(Decimal::parse_rounded("0.123456785")), "0.12345679");
}

TEST(MomentTest, TextIsReadAsPreciselyAsItIsWritten) {
  EXPECT_EQ(literal_text(literal("@2024-02T")), "@2024-02T");
  EXPECT_EQ(literal_text(literal("@2024-02-29T10:30+05:30")), "@2024-02-29T10:30+05:30");
  EXPECT_EQ(literal_text(literal("@T10:30:15.5")), "@T10:30:15.500");
  EXPECT_FALSE(parse_date("2023-02-29"));
  EXPECT_FALSE(parse_date_time("2024-06-10T25", 0));
  EXPECT_FALSE(parse_date("2024-6"));
}

TEST(MomentTest, MonthsKeepTheDayWithinTheMonth) {
  const auto january = *parse_date("2024-01-31");
  EXPECT_EQ(to_text(*plus(january, 1000, Precision::month)), "2024-02-29");
  EXPECT_EQ(to_text(*plus(january, -2000, Precision::month)), "2023-11-30");
  EXPECT_FALSE(plus(january, 8'000'000, Precision::year));
}

TEST(CompareTest, PartialDatesLeaveOpenWhatIsOpen) {
  EXPECT_EQ(less(literal("@2014T"), literal("@2014-02-15T")), std::nullopt);
  EXPECT_EQ(less(literal("@2013T"), literal("@2014-02-15T")), true);
  EXPECT_EQ(less(literal("@2024-01-01T00:30+01:00"), literal("@2024-01-01T00:00Z")), true);
  EXPECT_EQ(less(literal("@2024-01-01"), literal("@T10")), std::nullopt);
}

TEST(CompareTest, ADayWithoutAClockIsADayEverywhere) {
  const auto evening = literal("@2024-12-31T23:30:00.000-05:00");  // the next day in UTC

  EXPECT_EQ(order_of(literal("@2024-12-31T"), evening, Precision::day).is(Order::equal), true);
  EXPECT_EQ(order_of(evening, literal("@2024-12-31T"), Precision::day).is(Order::equal), true);
}

TEST(CompareTest, UncertainPointsAreBetweenTheirEnds) {
  Interval months;
  months.low = Value(4);
  months.high = Value(16);
  months.uncertain = true;
  const Value uncertain{months};
  EXPECT_EQ(less(uncertain, Value(17)), true);
  EXPECT_EQ(less(uncertain, Value(4)), false);
  EXPECT_EQ(less(uncertain, Value(10)), std::nullopt);
  EXPECT_EQ(equals(uncertain, Value(3)), false);
  EXPECT_EQ(equals(uncertain, Value(7)), std::nullopt);
}

TEST(CompareTest, QuantitiesCompareAcrossUnits) {
  EXPECT_EQ(equals(literal("1 'g'"), literal("1000 'mg'")), true);
  EXPECT_EQ(equals(literal("1 'g'"), literal("1 'm'")), std::nullopt);
  EXPECT_EQ(equals(literal("1 'year'"), literal("1 'a'")), std::nullopt);
  EXPECT_TRUE(equivalent(literal("1 'year'"), literal("1 'a'")));
}

TEST(PointsTest, ClosedNullIsForEverAndOpenNullUnknown) {
  auto interval = literal("Interval[5, null]").interval();
  EXPECT_EQ(literal_text(end_of(Value(interval))), "2147483647");
  interval.high_closed = false;
  EXPECT_EQ(equals(end_of(Value(interval)), Value(10)), std::nullopt);
  EXPECT_EQ(less(end_of(Value(interval)), Value(5)), false);
}

TEST(PointsTest, NothingComesAfterTheGreatest) {
  bool overflow = false;
  successor(max_value(Value::Kind::moment), overflow);
  EXPECT_TRUE(overflow);
}

}  // namespace
}  // namespace projections::quality::test
