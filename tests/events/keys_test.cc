#include "events/keys.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "events/key_records.h"
#include "tests/events/commits.h"

namespace events {
namespace {

using namespace std::chrono_literals;

constexpr PartitionId only{0};
const StreamKey ana({1});
const StreamKey ben({2});

class KeysTest : public testing::Test {
 protected:
  std::unique_ptr<KeyStore> open(Secrets secrets = tests::test_secrets(),
                                 std::uint32_t partitions = 16) {
    auto store = KeyStore::open(log_, secrets, partitions);
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  std::string refusal(Secrets secrets, std::uint32_t partitions) {
    auto store = KeyStore::open(log_, secrets, partitions);
    if (store) return "accepted";
    EXPECT_EQ(store.error().code, ErrorCode::precondition_failed);
    return store.error().message;
  }
  static bool comes_true(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  MemoryLog log_{1};
};

TEST_F(KeysTest, TheFirstStartMakesTheLogsFormatAndTheSecondFindsIt) {
  LogId id = open()->log_id();
  EXPECT_FALSE(id.is_zero());
  EXPECT_EQ(open()->log_id(), id);
  EXPECT_EQ(log_.records(only).size(), 1u);
}

TEST_F(KeysTest, OfRivalsThatStartAtOnceTheLowestOffsetMadeTheLog) {
  log_.hold();
  auto first = std::async(std::launch::async, [&] { return open()->log_id(); });
  auto second = std::async(std::launch::async, [&] { return open()->log_id(); });
  ASSERT_TRUE(comes_true([&] { return log_.waiting() == 2; }));
  log_.release();
  EXPECT_EQ(first.get(), second.get());
  EXPECT_EQ(log_.records(only).size(), 2u);
}

TEST_F(KeysTest, AnotherNumberOfPartitionsIsRefusedByName) {
  open();
  EXPECT_NE(refusal(tests::test_secrets(), 8).find("16 partitions, not 8"), std::string::npos);
}

TEST_F(KeysTest, OtherSecretsAreRefusedByName) {
  open();
  Secrets other_log = tests::test_secrets();
  other_log.log_secret[0] ^= 1;
  Secrets other_master = tests::test_secrets();
  other_master.master_key[0] ^= 1;
  EXPECT_NE(refusal(other_log, 16).find("log secret"), std::string::npos);
  EXPECT_EQ(refusal(other_log, 16).find("master key"), std::string::npos);
  EXPECT_NE(refusal(other_master, 16).find("master key"), std::string::npos);
}

TEST_F(KeysTest, ALogOfSeveralPartitionsIsNoLogOfKeys) {
  MemoryLog wide(2);
  EXPECT_EQ(KeyStore::open(wide, tests::test_secrets(), 16).error().code,
            ErrorCode::precondition_failed);
}

TEST_F(KeysTest, AKeyIsMadeOnceAndFoundAgain) {
  auto store = open();
  EXPECT_EQ(store->state(ana, 1), KeyState::unknown);
  EXPECT_EQ(store->find(ana, 1).error().code, ErrorCode::unavailable);
  auto made = store->find_or_make(ana);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->epoch, 1u);
  EXPECT_EQ(store->find_or_make(ana)->key, made->key);
  EXPECT_EQ(store->find(ana, 1)->key, made->key);
  EXPECT_EQ(store->state(ana, 1), KeyState::present);
  EXPECT_NE(store->find_or_make(ben)->key, made->key);
  EXPECT_EQ(log_.records(only).size(), 3u);
}

TEST_F(KeysTest, AnotherNodeAndARestartedOneOpenTheSameKey) {
  auto north = open();
  auto south = open();
  auto made = north->find_or_make(ana);
  ASSERT_TRUE(made);
  ASSERT_TRUE(comes_true([&] { return south->state(ana, 1) == KeyState::present; }));
  EXPECT_EQ(south->find(ana, 1)->key, made->key);
  EXPECT_EQ(open()->find(ana, 1)->key, made->key);
}

TEST_F(KeysTest, OfRivalKeysEveryNodeUsesTheFirstOnTheLog) {
  auto north = open();
  auto south = open();
  log_.hold();
  auto of_north = std::async(std::launch::async, [&] { return *north->find_or_make(ana); });
  auto of_south = std::async(std::launch::async, [&] { return *south->find_or_make(ana); });
  ASSERT_TRUE(comes_true([&] { return log_.waiting() == 2; }));
  log_.release();
  const DataKey key = of_north.get();
  EXPECT_EQ(key.key, of_south.get().key);
  EXPECT_EQ(open()->find(ana, 1)->key, key.key);
}

TEST_F(KeysTest, AKeyIsUsedOnlyOnceItIsOnTheLog) {
  auto store = open();
  log_.hold();
  auto made = std::async(std::launch::async, [&] { return store->find_or_make(ana).has_value(); });
  ASSERT_TRUE(comes_true([&] { return log_.waiting() == 1; }));
  EXPECT_EQ(store->state(ana, 1), KeyState::unknown);
  log_.release();
  EXPECT_TRUE(made.get());
}

TEST_F(KeysTest, ManyCallersOfOneStreamMakeOneKey) {
  auto store = open();
  log_.hold();
  std::vector<std::future<Secret>> callers;
  for (int i = 0; i < 4; ++i) {
    callers.push_back(
        std::async(std::launch::async, [&] { return store->find_or_make(ana)->key; }));
  }
  ASSERT_TRUE(comes_true([&] { return log_.waiting() == 1; }));
  log_.release();
  const Secret key = callers[0].get();
  for (std::size_t i = 1; i < callers.size(); ++i) EXPECT_EQ(callers[i].get(), key);
  EXPECT_EQ(log_.records(only).size(), 2u);
}

TEST_F(KeysTest, ManyStreamsWaitForTheLogTogether) {
  auto store = open();
  log_.hold();
  std::vector<std::future<bool>> callers;
  for (std::uint8_t i = 1; i <= 4; ++i) {
    callers.push_back(std::async(
        std::launch::async, [&, i] { return store->find_or_make(StreamKey({i})).has_value(); }));
  }
  EXPECT_TRUE(comes_true([&] { return log_.waiting() == 4; }));
  log_.release();
  for (auto& caller : callers) EXPECT_TRUE(caller.get());
}

TEST_F(KeysTest, ARefusedKeyIsUnavailableAndTheNextCallTriesAgain) {
  auto store = open();
  log_.fail_next(MemoryLog::Fault::not_persisted);
  EXPECT_EQ(store->find_or_make(ana).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(store->find_or_make(ana));
}

TEST_F(KeysTest, AnUnansweredKeyIsSentAgainUntilItIsThere) {
  auto store = open();
  log_.fail_next(MemoryLog::Fault::unknown_lost, 2);
  auto made = store->find_or_make(ana);
  ASSERT_TRUE(made);
  EXPECT_EQ(open()->find(ana, 1)->key, made->key);
}

TEST_F(KeysTest, AnUnansweredKeyThatLandedIsUsed) {
  auto store = open();
  log_.fail_next(MemoryLog::Fault::unknown_landed);
  EXPECT_TRUE(store->find_or_make(ana));
}

TEST_F(KeysTest, ForeignRecordsAreSetAside) {
  auto store = open();
  log_.put(only, "", "garbage");
  Secret other_master{};
  log_.put(only, "", encode_wrapped(other_master, ana, {1, {}}, {}));
  auto made = store->find_or_make(ana);
  ASSERT_TRUE(made);
  EXPECT_NE(made->key, Secret{});
  EXPECT_EQ(open()->find(ana, 1)->key, made->key);
}

TEST_F(KeysTest, AKeyMovedToAnotherStreamDoesNotUnwrap) {
  const Secrets secrets = tests::test_secrets();
  const auto record = decode_key_record(encode_wrapped(secrets.master_key, ana, {1, {7}}, {}));
  auto wrapped = std::get<WrappedKey>(record);
  EXPECT_EQ(unwrap(secrets.master_key, wrapped)->key, Secret{7});
  wrapped.stream = ben;
  EXPECT_FALSE(unwrap(secrets.master_key, wrapped));
  wrapped.stream = ana;
  wrapped.epoch = 2;
  EXPECT_FALSE(unwrap(secrets.master_key, wrapped));
}

}  // namespace
}  // namespace events
