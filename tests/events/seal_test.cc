#include "events/seal.h"

#include <gtest/gtest.h>

#include <thread>

namespace events {
namespace {

Secret key_of_ones() {
  Secret key;
  key.fill(1);
  return key;
}

// The expected bytes come from another implementation (Node's crypto, aes-256-gcm).
TEST(SealTest, SealingIsAes256Gcm) {
  EXPECT_EQ(to_hex(seal(key_of_ones(), nonce_of(2), "ad", "text")),
            "d9a0a10ac9c325ab768996f70e28bd19b71397ce");
}

TEST(SealTest, WhatIsSealedOpens) {
  for (const std::string& text : {std::string(), std::string("x"), std::string(100'000, 'y')}) {
    EXPECT_EQ(
        unseal(key_of_ones(), nonce_of(7), "ad", seal(key_of_ones(), nonce_of(7), "ad", text)),
        text);
  }
}

TEST(SealTest, AnotherKeyNonceOrAssociatedDataDoesNotOpen) {
  const std::string sealed = seal(key_of_ones(), nonce_of(7), "ad", "text");
  EXPECT_EQ(unseal(Secret{}, nonce_of(7), "ad", sealed).error().code, ErrorCode::corrupt);
  EXPECT_EQ(unseal(key_of_ones(), nonce_of(8), "ad", sealed).error().code, ErrorCode::corrupt);
  EXPECT_EQ(unseal(key_of_ones(), nonce_of(7), "da", sealed).error().code, ErrorCode::corrupt);
  EXPECT_TRUE(unseal(key_of_ones(), nonce_of(7), "ad", sealed)) << "a refusal spoilt the context";
}

TEST(SealTest, NoFlippedOrMissingByteOpens) {
  const std::string sealed = seal(key_of_ones(), nonce_of(0), "", "text");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string flipped = sealed;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_FALSE(unseal(key_of_ones(), nonce_of(0), "", flipped)) << i;
    EXPECT_FALSE(unseal(key_of_ones(), nonce_of(0), "", sealed.substr(0, i))) << i;
  }
}

TEST(SealTest, ThreadsSealBesideEachOther) {
  const std::string expected = seal(key_of_ones(), nonce_of(3), "ad", "text");
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        ASSERT_EQ(seal(key_of_ones(), nonce_of(3), "ad", "text"), expected);
        ASSERT_TRUE(unseal(key_of_ones(), nonce_of(3), "ad", expected));
      }
    });
  }
}

}  // namespace
}  // namespace events
