#include "events/compression.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "events/hmac.h"

namespace events {
namespace {

constexpr std::size_t inflated_max = 1 << 20;

const std::string& sample() {
  static const std::string text = [] {
    std::string repeated;
    for (int i = 0; i < 40; ++i)
      repeated += R"({"resourceType":"Observation","status":"final","code":{"coding":[)";
    return repeated;
  }();
  return text;
}

TEST(CompressionTest, WhatIsCompressedInflates) {
  for (const std::string& text : {std::string(), sample(), std::string(500'000, '\0')}) {
    EXPECT_EQ(inflate(compress(text, nullptr), nullptr, inflated_max), text);
  }
}

TEST(CompressionTest, ADictionaryMakesSmallDocumentsSmaller) {
  Dictionary dictionary(sample());
  const std::string text =
      R"({"resourceType":"Observation","status":"final","code":{"coding":[7]}})";
  const std::string with(compress(text, &dictionary));
  const std::string without(compress(text, nullptr));
  EXPECT_LT(with.size(), without.size() / 2);
  EXPECT_EQ(inflate(with, &dictionary, inflated_max), text);
  EXPECT_EQ(inflate(without, nullptr, inflated_max), text);
}

TEST(CompressionTest, WithoutItsDictionaryAFrameNeverInflatesToItsText) {
  Dictionary dictionary(sample());
  const std::string text =
      R"({"resourceType":"Observation","status":"final","code":{"coding":[7]}})";
  auto inflated = inflate(std::string(compress(text, &dictionary)), nullptr, inflated_max);
  EXPECT_TRUE(!inflated || *inflated != text);
}

TEST(CompressionTest, FramesBeyondTheLimitAreCorruptBeforeTheyAreInflated) {
  const std::string bomb(compress(std::string(inflated_max + 1, 'x'), nullptr));
  EXPECT_LT(bomb.size(), 1000u);
  EXPECT_EQ(inflate(bomb, nullptr, inflated_max).error().code, ErrorCode::corrupt);
}

TEST(CompressionTest, OtherBytesAreCorrupt) {
  const std::string frame(compress(sample(), nullptr));
  EXPECT_FALSE(inflate("", nullptr, inflated_max));
  EXPECT_FALSE(inflate("not a frame", nullptr, inflated_max));
  EXPECT_FALSE(inflate(frame.substr(0, frame.size() - 1), nullptr, inflated_max));
  EXPECT_FALSE(inflate(frame + frame, nullptr, inflated_max));
}

TEST(DictionaryTest, IsNamedByTheFirstHalfOfItsDigest) {
  Dictionary dictionary(sample());
  EXPECT_EQ(dictionary.digest().bytes(), bytes_of(sha256(sample())).substr(0, 16));
}

TEST(DictionaryTest, TheCurrentOneIsInTheProgram) {
  const Digest16 current = current_dictionary();
  EXPECT_TRUE(current.is_zero() || find_dictionary(current) != nullptr);
  EXPECT_EQ(find_dictionary(Digest16{}), nullptr);
}

}  // namespace
}  // namespace events
