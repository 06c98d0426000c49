#include "events/result.h"

#include <gtest/gtest.h>

namespace events {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return invalid("odd");
  return number / 2;
}

TEST(ResultTest, CarriesTheValueOrTheError) {
  EXPECT_EQ(*half(4), 2);
  EXPECT_EQ(half(3).error().message, "odd");
}

}  // namespace
}  // namespace events
