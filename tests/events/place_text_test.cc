#include "events/place_text.h"

#include <gtest/gtest.h>

namespace tests {
namespace {

TEST(PlaceTextTest, APlaceIsReadAsItIsWritten) {
  const events::Position place{{15}, {9'000'000'000'000'000'000}};
  EXPECT_EQ(events::place_text(place), "15:9000000000000000000");
  EXPECT_EQ(events::parse_place("15:9000000000000000000"), place);
  EXPECT_EQ(events::parse_place("0:0"), events::Position({{0}, {0}}));
}

TEST(PlaceTextTest, WhatIsWrittenOtherwiseIsNoPlace) {
  for (const char* text : {"", ":", "1", "1:", ":1", "1-2", "1:-2", "-1:2", "+1:2", "01:2", "1:02",
                           "1:2 ", " 1:2", "1:2x", "1::2", "4294967296:0", "0:9223372036854775808"})
    EXPECT_FALSE(events::parse_place(text)) << text;
}

}  // namespace
}  // namespace tests
