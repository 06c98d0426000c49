#include "projections/proof/stream_map.h"

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "events/hmac.h"
#include "projections/families.h"
#include "projections/ledger.h"
#include "projections/memory_rows.h"

namespace projections {
namespace {

using events::StreamKey;
using events::proof::MapLeaf;
using events::proof::StreamHead;

class StreamMapTest : public ::testing::Test {
 protected:
  static StreamKey key_of(std::size_t number) {
    const auto hash = events::sha256(std::to_string(number));
    return *StreamKey::from_bytes(events::bytes_of(hash).substr(0, StreamKey::size));
  }
  // One more accepted commit of the stream.
  void accept(std::size_t number) {
    const auto stream = key_of(number);
    auto& head = heads_[stream];
    head.count += 1;
    head.head = events::sha256(std::to_string(number) + " " + std::to_string(head.count));
    StreamRow row;
    row.accepted = head.count;
    row.chain_head = events::bytes_of(head.head);
    rows_.put(ledger_family, stream_row_key(stream), encode(row));
    touched_.push_back(stream);
  }
  void update() {
    ASSERT_TRUE(map_.update(rows_, touched_));
    touched_.clear();
  }
  events::proof::MapNode expected() const {
    std::vector<MapLeaf> leaves;
    for (const auto& [stream, head] : heads_) leaves.push_back({stream, head});
    return events::proof::map_subtree(leaves, 0);
  }
  void expect_right() const {
    EXPECT_EQ(map_.root().streams, heads_.size());
    EXPECT_EQ(map_.root().hash, expected().hash);
  }

  MemoryRows rows_{first_projection_family};
  std::map<StreamKey, StreamHead> heads_;
  std::vector<StreamKey> touched_;
  StreamMap map_;
};

TEST_F(StreamMapTest, UpdatesGiveTheRootThatBuildingAnewGives) {
  ASSERT_TRUE(map_.build(rows_));
  expect_right();
  std::mt19937 random(1);
  // From nothing past several depths, streams old and new.
  for (std::size_t round = 0; round < 60; ++round) {
    for (std::size_t i = 0; i < 1 + round; ++i) accept(random() % (20 * (round + 1)));
    update();
    expect_right();
  }
  StreamMap anew;
  ASSERT_TRUE(anew.build(rows_));
  EXPECT_EQ(anew.root().hash, map_.root().hash);
}

TEST_F(StreamMapTest, ProvesWhatItHasAndWhatItHasNot) {
  for (std::size_t i = 0; i < 300; ++i) accept(i);
  ASSERT_TRUE(map_.build(rows_));
  for (std::size_t i = 0; i < 600; ++i) {
    const auto answer = map_.prove(rows_, key_of(i));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->head.has_value(), i < 300);
    EXPECT_TRUE(verify_map(answer->proof, key_of(i), answer->head, map_.root().hash)) << i;
  }
}

TEST_F(StreamMapTest, ARowWithoutAnAcceptedCommitIsNoStream) {
  accept(1);
  StreamRow waiting;
  waiting.chain_head = std::string(32, '\0');
  waiting.pending_bytes = 5;
  rows_.put(ledger_family, stream_row_key(key_of(2)), encode(waiting));
  ASSERT_TRUE(map_.build(rows_));
  expect_right();
}

TEST_F(StreamMapTest, AStreamThatIsNotSaidToBeTouchedKeepsItsOldHead) {
  for (std::size_t i = 0; i < 100; ++i) accept(i);
  ASSERT_TRUE(map_.build(rows_));
  const auto before = map_.root().hash;
  accept(7);
  touched_.clear();
  update();
  EXPECT_EQ(map_.root().hash, before);
}

}  // namespace
}  // namespace projections
