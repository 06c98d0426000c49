#include "events/proof/merkle.h"

#include <gmock/gmock.h>

#include <random>

#include "events/hmac.h"

namespace events::proof {
namespace {

std::string hex_of(const Hash& hash) { return to_hex(bytes_of(hash)); }

Hash hash_of_hex(std::string_view hex) {
  const auto bytes = from_hex(hex);
  Hash hash;
  std::memcpy(hash.data(), bytes->data(), hash.size());
  return hash;
}

// The leaves and roots of the reference implementation of RFC 6962
// (certificate-transparency, merkletree/merkle_tree_test.cc).
const std::vector<std::string> reference_leaves{"",
                                                "00",
                                                "10",
                                                "2021",
                                                "3031",
                                                "40414243",
                                                "5051525354555657",
                                                "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> reference_roots{
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Hash> leaves(std::size_t count) {
  std::vector<Hash> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(leaf_hash(std::to_string(i)));
  return all;
}

// Straight from RFC 6962 section 2.1, without any of the shortcuts.
Hash plain_root(std::span<const Hash> of) {
  if (of.empty()) return empty_root();
  if (of.size() == 1) return of.front();
  std::size_t left = 1;
  while (2 * left < of.size()) left *= 2;
  return node_hash(plain_root(of.first(left)), plain_root(of.subspan(left)));
}

NodeAt nodes_of(const std::vector<Hash>& all) {
  return [&all](unsigned level, std::uint64_t index) -> Result<Hash> {
    return plain_root(std::span(all).subspan(index << level, std::size_t{1} << level));
  };
}

TEST(MerkleTest, RootsAreThoseOfTheReference) {
  RunningRoot running;
  EXPECT_EQ(hex_of(running.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < reference_leaves.size(); ++i) {
    running.add(leaf_hash(*from_hex(reference_leaves[i])));
    EXPECT_EQ(hex_of(running.root()), reference_roots[i]) << i + 1;
  }
}

// The paths that the same reference gives.
TEST(MerkleTest, ProofsAreThoseOfTheReference) {
  std::vector<Hash> all;
  for (const auto& leaf : reference_leaves) all.push_back(leaf_hash(*from_hex(leaf)));
  const auto path = inclusion_proof(0, 8, nodes_of(all));
  ASSERT_TRUE(path);
  EXPECT_THAT(*path,
              ::testing::ElementsAre(
                  hash_of_hex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
                  hash_of_hex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                  hash_of_hex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")));
  const auto steps = consistency_proof(6, 8, nodes_of(all));
  ASSERT_TRUE(steps);
  EXPECT_THAT(*steps,
              ::testing::ElementsAre(
                  hash_of_hex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
                  hash_of_hex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                  hash_of_hex("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")));
}

TEST(MerkleTest, EveryLeafOfEverySizeIsProvenAndNoOther) {
  const auto all = leaves(40);
  for (std::size_t size = 1; size <= all.size(); ++size) {
    const Hash root = plain_root(std::span(all).first(size));
    for (std::size_t i = 0; i < size; ++i) {
      auto path = inclusion_proof(i, size, nodes_of(all));
      ASSERT_TRUE(path);
      ASSERT_TRUE(verify_inclusion(all[i], i, size, *path, root)) << i << " of " << size;
      EXPECT_FALSE(verify_inclusion(all[i], (i + 1) % size, size, *path, root) && size > 1);
      EXPECT_FALSE(verify_inclusion(leaf_hash("other"), i, size, *path, root));
      EXPECT_FALSE(verify_inclusion(all[i], size, size, *path, root));
      path->push_back(root);
      EXPECT_FALSE(verify_inclusion(all[i], i, size, *path, root)) << "a hash too many";
    }
  }
}

TEST(MerkleTest, EveryPairOfSizesIsConsistentAndAnAlteredPastIsNot) {
  auto all = leaves(40);
  auto altered = all;
  altered[2] = leaf_hash("altered");
  for (std::size_t second = 1; second <= all.size(); ++second) {
    const Hash newer = plain_root(std::span(all).first(second));
    for (std::size_t first = 0; first <= second; ++first) {
      const Hash older = plain_root(std::span(all).first(first));
      const auto proof = consistency_proof(first, second, nodes_of(all));
      ASSERT_TRUE(proof);
      ASSERT_TRUE(verify_consistency(first, older, second, newer, *proof))
          << first << " " << second;
      const Hash other = plain_root(std::span(altered).first(first));
      if (first <= 2) continue;
      EXPECT_FALSE(verify_consistency(first, other, second, newer, *proof));
    }
  }
}

TEST(MerkleTest, AFlippedBitAnywhereInAProofIsFound) {
  const auto all = leaves(100);
  const Hash root = plain_root(all);
  auto path = inclusion_proof(70, 100, nodes_of(all));
  ASSERT_TRUE(path);
  for (auto& hash : *path) {
    hash[7] ^= 1;
    EXPECT_FALSE(verify_inclusion(all[70], 70, 100, *path, root));
    hash[7] ^= 1;
  }
}

// The bytes that the header of merkle.h writes down, put together by hand.
TEST(MerkleTest, ALeafIsMadeOfEverythingThatIsStoredAndItsPlace) {
  std::array<std::uint8_t, 16> id{};
  id[0] = 0xab;
  const LogRecord record{{258}, KnownTime(Micros(3)), "key", "value"};
  const auto entry = from_hex(
      "ab000000000000000000000000000000"  // log id
      "00000007"                          // partition
      "0000000000000102"                  // offset
      "0000000000000003"                  // append time
      "000000036b6579"                    // key
      "0000000576616c7565");              // value
  EXPECT_EQ(hex_of(record_leaf(LogId(id), {7}, record)), hex_of(leaf_hash(*entry)));
}

}  // namespace
}  // namespace events::proof
