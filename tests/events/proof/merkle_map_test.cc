#include "events/proof/merkle_map.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "events/hmac.h"

namespace events::proof {
namespace {

StreamKey key_of_number(std::size_t number) {
  const auto hash = sha256(std::to_string(number));
  return *StreamKey::from_bytes(bytes_of(hash).substr(0, StreamKey::size));
}

std::vector<MapLeaf> some_leaves(std::size_t count) {
  std::vector<MapLeaf> leaves;
  for (std::size_t i = 0; i < count; ++i)
    leaves.push_back({key_of_number(i), {i + 1, sha256("head " + std::to_string(i))}});
  std::sort(leaves.begin(), leaves.end(),
            [](const MapLeaf& one, const MapLeaf& other) { return one.stream < other.stream; });
  return leaves;
}

// A proof made the plain way: from the root down, all siblings computed from the leaves.
MapProof proof_of(std::span<const MapLeaf> leaves, const StreamKey& stream) {
  MapProof proof;
  for (std::size_t depth = 0; leaves.size() > 1; ++depth) {
    std::vector<MapLeaf> same, other;
    for (const auto& leaf : leaves)
      (bit_of(leaf.stream, depth) == bit_of(stream, depth) ? same : other).push_back(leaf);
    proof.siblings.push_back(map_subtree(other, depth + 1).hash);
    static std::vector<std::vector<MapLeaf>> kept;
    kept.push_back(same);
    leaves = kept.back();
  }
  if (!leaves.empty() && leaves.front().stream != stream) proof.met = leaves.front();
  return proof;
}

TEST(MerkleMapTest, EveryStreamIsProvenWithItsHeadAndNoOtherHead) {
  for (const std::size_t count : {1u, 2u, 3u, 100u}) {
    const auto leaves = some_leaves(count);
    const Hash root = map_subtree(leaves, 0).hash;
    for (const auto& leaf : leaves) {
      const auto proof = proof_of(leaves, leaf.stream);
      ASSERT_TRUE(verify_map(proof, leaf.stream, leaf.head, root));
      auto fewer = leaf.head;
      fewer.count -= 1;
      EXPECT_FALSE(verify_map(proof, leaf.stream, fewer, root)) << "an older head";
      EXPECT_FALSE(verify_map(proof, leaf.stream, std::nullopt, root)) << "said to be absent";
    }
  }
}

TEST(MerkleMapTest, AStreamThatIsNotThereIsProvenAbsent) {
  const auto leaves = some_leaves(50);
  const Hash root = map_subtree(leaves, 0).hash;
  for (std::size_t i = 1000; i < 1050; ++i) {
    const auto stream = key_of_number(i);
    const auto proof = proof_of(leaves, stream);
    EXPECT_TRUE(verify_map(proof, stream, std::nullopt, root));
    EXPECT_FALSE(verify_map(proof, stream, StreamHead{1, sha256("any")}, root));
  }
}

TEST(MerkleMapTest, WhoseLeafIsMetMustLieOnTheWay) {
  const auto leaves = some_leaves(50);
  const Hash root = map_subtree(leaves, 0).hash;
  auto proof = proof_of(leaves, leaves[7].stream);
  proof.met = leaves[7];
  // A stream on the other side of the first bit: this proof says nothing of it.
  const auto other = std::find_if(leaves.begin(), leaves.end(), [&](const MapLeaf& leaf) {
    return bit_of(leaf.stream, 0) != bit_of(leaves[7].stream, 0);
  });
  EXPECT_FALSE(verify_map(proof, other->stream, std::nullopt, root));
  EXPECT_FALSE(verify_map(proof, leaves[7].stream, std::nullopt, root));
}

TEST(MerkleMapTest, AnEmptyMapHasNothing) {
  const auto stream = key_of_number(1);
  EXPECT_TRUE(verify_map({}, stream, std::nullopt, Hash{}));
  EXPECT_FALSE(verify_map({}, stream, StreamHead{1, {}}, Hash{}));
}

}  // namespace
}  // namespace events::proof
