#include "events/ids.h"

#include <gtest/gtest.h>

namespace events {
namespace {

// The vectors of org.apache.kafka.common.utils.UtilsTest.
TEST(IdsTest, Murmur2EqualsJavas) {
  EXPECT_EQ(murmur2("21"), -973932308);
  EXPECT_EQ(murmur2("foobar"), -790332482);
  EXPECT_EQ(murmur2("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(murmur2("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(murmur2("abc"), 479470107);
}

TEST(IdsTest, EveryPartitionGetsItsShareOfStreams) {
  std::array<int, 16> streams{};
  for (int i = 0; i < 16'000; ++i) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &i, sizeof i);
    ++streams.at(partition_of(StreamKey(bytes), 16).value);
  }
  for (int count : streams) EXPECT_NEAR(count, 1000, 200);
}

TEST(IdsTest, FhirIdsAreLettersDigitsDashAndDotUpTo64) {
  EXPECT_TRUE(is_fhir_id("a.B-9"));
  EXPECT_TRUE(is_fhir_id(std::string(64, 'a')));
  for (const char* bad : {"", "a b", "a/b", "ä", "a_b", "a\n"})
    EXPECT_FALSE(is_fhir_id(bad)) << bad;
  EXPECT_FALSE(is_fhir_id(std::string(65, 'a')));
}

TEST(IdsTest, HexGoesThereAndBack) {
  EXPECT_EQ(to_hex(std::string("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(from_hex("00fF1a"), std::string("\x00\xff\x1a", 3));
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
}

TEST(IdsTest, Base32IsRfc4648InLowerCaseWithoutPadding) {
  EXPECT_EQ(to_base32(""), "");
  EXPECT_EQ(to_base32("f"), "my");
  EXPECT_EQ(to_base32("foob"), "mzxw6yq");
  EXPECT_EQ(to_base32("foobar"), "mzxw6ytboi");
}

TEST(IdsTest, CommitIdsReadBackAndOtherTextsDoNot) {
  CommitId id{{11}, CommitKey({1, 2, 3})};
  EXPECT_EQ(id.text(), "11.01020300000000000000000000000000");
  EXPECT_EQ(CommitId::parse(id.text()), id);
  for (const char* bad :
       {"", ".", "11", "11.", "11.0102", "-1.01020300000000000000000000000000",
        "011.01020300000000000000000000000000", "4294967296.01020300000000000000000000000000",
        "11.0102030000000000000000000000000g", "11.010203000000000000000000000000000"}) {
    EXPECT_EQ(CommitId::parse(bad), std::nullopt) << bad;
  }
}

TEST(IdsTest, TokensKeepTheMaximumOfEachPartition) {
  LogId log({0xab});
  PositionToken token(log);
  token.see({{3}, {9}});
  token.see({{3}, {5}});
  PositionToken other(log);
  other.see_next({0}, {7});
  other.see_next({3}, {11});
  token.merge(other);
  EXPECT_EQ(token.text(), "ab000000000000000000000000000000:0-7,3-11");
  EXPECT_EQ(token.next_offset({3}), Offset{11});
  EXPECT_EQ(token.next_offset({4}), std::nullopt);
}

TEST(IdsTest, TokensReadBack) {
  for (const char* text :
       {"ab000000000000000000000000000000:0-7,3-11", "ab000000000000000000000000000000:"}) {
    auto token = PositionToken::parse(text);
    ASSERT_TRUE(token) << text;
    EXPECT_EQ(token->text(), text);
  }
}

TEST(IdsTest, TextsThatAreNoTokenAreInvalid) {
  for (const char* bad :
       {"", "ab", "ab:0-7", "ab000000000000000000000000000000:0",
        "ab000000000000000000000000000000:0-7,", "ab000000000000000000000000000000:0--7",
        "ab000000000000000000000000000000:0-7,0-8",
        "ab000000000000000000000000000000:0-9223372036854775808",
        "ab000000000000000000000000000000:4294967296-1"}) {
    auto token = PositionToken::parse(bad);
    ASSERT_FALSE(token) << bad;
    EXPECT_EQ(token.error().code, ErrorCode::invalid);
  }
}

}  // namespace
}  // namespace events
