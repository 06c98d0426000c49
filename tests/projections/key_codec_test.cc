#include "projections/key_codec.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

namespace projections {
namespace {

using ::testing::IsEmpty;
using ::testing::Optional;

constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
constexpr auto highest = std::numeric_limits<std::int64_t>::max();

TEST(KeyCodecTest, SignedNumbersSortAsNumbers) {
  std::vector<std::string> keys;
  for (const std::int64_t value :
       {lowest, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, highest}) {
    keys.push_back(KeyWriter().ascending(value).key());
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(KeyCodecTest, DescendingNumbersSortNewestFirst) {
  std::vector<std::string> keys;
  for (const std::int64_t value :
       {highest, std::int64_t{1}, std::int64_t{0}, std::int64_t{-1}, lowest}) {
    keys.push_back(KeyWriter().descending(value).key());
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(KeyCodecTest, ATextSortsBeforeAllTextsThatItBegins) {
  const auto shorter = KeyWriter().text("a").u8(0xFF).key();
  for (const auto* longer : {"ab", "a b", "a\x01"}) {
    EXPECT_LT(shorter, KeyWriter().text(longer).key());
  }
  EXPECT_LT(shorter, KeyWriter().text(std::string("a\0", 2)).key());
}

TEST(KeyCodecTest, ReadsBackWhatItWrote) {
  const std::string odd("\0x\xFF\0", 4);
  const auto key = KeyWriter()
                       .u8(7)
                       .u16(513)
                       .u64(1)
                       .ascending(-5)
                       .descending(lowest)
                       .text(odd)
                       .text("")
                       .raw("\xFF!")
                       .key();

  KeyReader reader(key);

  EXPECT_THAT(reader.u8(), Optional(7));
  EXPECT_THAT(reader.u16(), Optional(513));
  EXPECT_THAT(reader.u64(), Optional(1u));
  EXPECT_THAT(reader.ascending(), Optional(-5));
  EXPECT_THAT(reader.descending(), Optional(lowest));
  EXPECT_THAT(reader.text(), Optional(odd));
  EXPECT_THAT(reader.text(), Optional(std::string()));
  EXPECT_THAT(reader.raw(2), Optional(std::string_view("\xFF!")));
  EXPECT_TRUE(reader.done());
}

TEST(KeyCodecTest, RefusesTornKeys) {
  EXPECT_EQ(KeyReader("\x01").u16(), std::nullopt);
  EXPECT_EQ(KeyReader("abc").raw(4), std::nullopt);
  EXPECT_EQ(KeyReader("abc").text(), std::nullopt);
  EXPECT_EQ(KeyReader(std::string_view("a\0", 2)).text(), std::nullopt);
  EXPECT_EQ(KeyReader(std::string_view("a\0b", 3)).text(), std::nullopt);
}

}  // namespace
}  // namespace projections
