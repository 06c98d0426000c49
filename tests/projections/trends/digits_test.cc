#include "projections/trends/digits.h"

#include <gmock/gmock.h>

namespace tests {
namespace {

using namespace projections::trends;

TEST(DigitsTest, SaysHowExactlyANumberWasWritten) {
  struct Case {
    const char* text;
    int decimals, significant;
  };
  for (const auto& [text, decimals, significant] :
       {Case{"5.20", 2, 3}, Case{"100", 0, 3}, Case{"0.05", 2, 1}, Case{"1e2", -2, 1},
        Case{"-1.5", 1, 2}, Case{"0", 0, 0}, Case{"0.00", 2, 0}, Case{"1.50e-1", 3, 3}}) {
    const auto digits = read_digits(text);
    ASSERT_TRUE(digits) << text;
    EXPECT_EQ(digits->decimals, decimals) << text;
    EXPECT_EQ(digits->significant, significant) << text;
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

// 36 ft are 10.9728 m: two digits would lose, five would invent (NIST SP 811, B.7.2).
TEST(DigitsTest, AConvertedNumberHasAsManyDigitsAsWereKnown) {
  EXPECT_EQ(converted_digits(*read_digits("36"), 10.9728L), "11.0");
  EXPECT_EQ(converted_digits(*read_digits("1.0"), 88.4L), "88");
  EXPECT_EQ(converted_digits(*read_digits("0.9"), 79.56L), "80");
  EXPECT_EQ(converted_digits(*read_digits("0"), 0), "0");
}

}  // namespace
}  // namespace tests
