#include "projections/trends/digits.h"

#include <gmock/gmock.h>

namespace tests {
namespace {

using namespace projections::trends;

TEST(DigitsTest, SaysHowExactlyANumberWasWritten) {
  struct Case {
    const char* text;
    int decimals;
  };
  for (const auto& [text, decimals] :
       {Case{"5.20", 2}, Case{"100", 0}, Case{"0.05", 2}, Case{"1e2", -2}, Case{"-1.5", 1},
        Case{"0", 0}, Case{"0.00", 2}, Case{"1.50e-1", 3}}) {
    const auto digits = read_digits(text);
    ASSERT_TRUE(digits) << text;
    EXPECT_EQ(digits->decimals, decimals) << text;
  }
  EXPECT_FALSE(read_digits("1e31"));
  EXPECT_FALSE(read_digits(std::string(65, '1')));
}

TEST(DigitsTest, RoundsHalfAwayFromZeroWithoutExponentOrNegativeZero) {
  EXPECT_EQ(rounded(0.125L, 2), "0.13");
  EXPECT_EQ(rounded(-0.125L, 2), "-0.13");
  EXPECT_EQ(rounded(2.5L, 0), "3");
  EXPECT_EQ(rounded(1.005L, 2), "1.01");  // which binary holds as 1.00499…
  EXPECT_EQ(rounded(-0.001L, 2), "0.00");
  EXPECT_EQ(rounded(1234, -2), "1200");
  EXPECT_EQ(rounded_to_significant(0.00012345L, 2), "0.00012");
  EXPECT_EQ(rounded_to_significant(99.96L, 3), "100");
  EXPECT_EQ(rounded_to_significant(9.96L, 2), "10");
  EXPECT_EQ(rounded_to_significant(123456, 2), "120000");
}

// 36 ft are 10.9728 m: 11 m would lose, 10.97 m invent (NIST SP 811, B.7.2).
TEST(DigitsTest, AConvertedNumberHasAsManyDigitsAsWereKnown) {
  EXPECT_EQ(converted_digits(*read_digits("36"), 10.9728L, 0.3048L), "11.0");
  EXPECT_EQ(converted_digits(*read_digits("1.0"), 88.4L, 88.4L), "88");
  EXPECT_EQ(converted_digits(*read_digits("1.2"), 106.08L, 88.4L), "106");
  EXPECT_EQ(converted_digits(*read_digits("12.5"), 125, 10), "125");
  EXPECT_EQ(converted_digits(*read_digits("125"), 12.5L, 0.1L), "12.5");
  EXPECT_EQ(converted_digits(*read_digits("1"), 453.59L, 453.59L), "500");
  EXPECT_EQ(converted_digits(*read_digits("0"), 0, 0.01L), "0.00");
}

}  // namespace
}  // namespace tests
