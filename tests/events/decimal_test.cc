#include <gtest/gtest.h>

#include "events/decimal.h"

namespace events {
namespace {

Decimal decimal(std::string_view text) {
  const auto value = Decimal::parse(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value.value_or(Decimal{});
}

TEST(FhirDecimal, ComparesByValueAndNotByHowItIsWritten) {
  EXPECT_EQ(decimal("1.0"), decimal("1"));
  EXPECT_EQ(decimal("100"), decimal("1e2"));
  EXPECT_EQ(decimal("-0"), decimal("0.00"));
  EXPECT_LT(decimal("0.1"), decimal("0.10000000000000000001"));
  EXPECT_LT(decimal("9.99"), decimal("10"));
  EXPECT_LT(decimal("-10"), decimal("-9.99"));
  EXPECT_LT(decimal("-1"), decimal("0"));
  EXPECT_GT(decimal("12"), decimal("1.2"));
}

TEST(FhirDecimal, ImpliesThePrecisionOfTheDigitsWritten) {
  struct Case {
    const char *text, *low, *high;
  };
  for (const Case& each :
       {Case{"0.005", "0.0045", "0.0055"}, Case{"100", "99.5", "100.5"},
        Case{"100.00", "99.995", "100.005"}, Case{"1e2", "95", "105"}, Case{"0", "-0.5", "0.5"},
        Case{"-2.0", "-2.05", "-1.95"}, Case{"9.5", "9.45", "9.55"},
        Case{"99.95", "99.945", "99.955"}, Case{"5.4e1", "53.5", "54.5"}}) {
    EXPECT_EQ(decimal(each.text).implied_low(), decimal(each.low)) << each.text;
    EXPECT_EQ(decimal(each.text).implied_high(), decimal(each.high)) << each.text;
  }
}

TEST(FhirDecimal, TakesTenthsExactly) {
  EXPECT_EQ(decimal("100").times_tenths(9), decimal("90"));
  EXPECT_EQ(decimal("0.07").times_tenths(11), decimal("0.077"));
  EXPECT_EQ(decimal("-99").times_tenths(11), decimal("-108.9"));
}

TEST(FhirDecimal, RefusesWhatIsNoJsonNumber) {
  for (const char* text :
       {"", "-", "1.", ".5", "01", "+1", "1e", "1e99999", "0x1", "1 ", "NaN", "1,0"}) {
    EXPECT_FALSE(Decimal::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace events
