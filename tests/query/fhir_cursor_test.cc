#include <gtest/gtest.h>

#include "query/fhir/cursor.h"

namespace query::fhir {
namespace {

using events::Micros;

std::string by_date(std::optional<Micros> time, bool descending) {
  return SortKey().date(time, descending).bytes();
}

TEST(FhirCursor, SortKeysLieInTheOrderOfTheirDates) {
  EXPECT_LT(by_date(Micros(-5), false), by_date(Micros(3), false));
  EXPECT_GT(by_date(Micros(-5), true), by_date(Micros(3), true));
}

TEST(FhirCursor, AMissingDateSortsLastInBothDirections) {
  EXPECT_LT(by_date(Micros::max(), false), by_date(std::nullopt, false));
  EXPECT_LT(by_date(Micros::min(), true), by_date(std::nullopt, true));
}

TEST(FhirCursor, AnIdThatBeginsAnotherComesFirstAscendingAndLastDescending) {
  EXPECT_LT(SortKey().id("a").bytes(), SortKey().id("ab").bytes());
  EXPECT_GT(SortKey().id("a", true).bytes(), SortKey().id("ab", true).bytes());
}

TEST(FhirCursor, GivesBackEveryKeyOfItsOwnQuery) {
  std::string key;
  for (int i = 0; i < 40; ++i) {
    const auto back = decode_cursor(7, encode_cursor(7, key));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, key);
    key.push_back(static_cast<char>(i * 37));
  }
}

TEST(FhirCursor, RefusesTheCursorOfAnotherQueryAndOtherText) {
  EXPECT_FALSE(decode_cursor(8, encode_cursor(7, "key")).has_value());
  EXPECT_FALSE(decode_cursor(7, "").has_value());
  EXPECT_FALSE(decode_cursor(7, "???").has_value());
}

}  // namespace
}  // namespace query::fhir
