// Merkle trees as RFC 6962 section 2.1 defines them, and what a leaf is made of here.
//
// Leaf of a record, hashed as RFC 6962's MTH({d}) = SHA-256(0x00 || d):
//   d = log id (16 bytes) || partition u32 || offset i64 || append time i64, microseconds
//       since 1970 || size of key u32 || key || size of value u32 || value
// Integers are big-endian. The offset is part of the leaf because a leaf's index is not it:
// Kafka's offsets have gaps (markers of foreign transactions), the tree has none.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "events/log/event_log.h"

namespace events::proof {

using Hash = std::array<std::uint8_t, 32>;

Hash empty_root();  // MTH of no leaf: SHA-256 of nothing
Hash leaf_hash(std::string_view entry);
Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(0x01 || left || right)
Hash record_leaf(const LogId& log, PartitionId partition, const LogRecord& record);

// The hash over the leaves [index * 2^level, (index + 1) * 2^level), all of them there.
using NodeAt = std::function<Result<Hash>(unsigned level, std::uint64_t index)>;

// All sizes are numbers of leaves; proofs are in the order of RFC 6962.
Result<Hash> root_of(std::uint64_t size, const NodeAt& node);
Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                          const NodeAt& node);
Result<std::vector<Hash>> consistency_proof(std::uint64_t first, std::uint64_t second,
                                            const NodeAt& node);

// RFC 9162 sections 2.1.3.2 and 2.1.4.2. Any input may come.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root);
bool verify_consistency(std::uint64_t first, const Hash& first_root, std::uint64_t second,
                        const Hash& second_root, std::span<const Hash> proof);

// The root of leaves that come one by one; keeps one hash a level.
class RunningRoot {
 public:
  void add(const Hash& leaf);
  std::uint64_t size() const { return size_; }
  Hash root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;  // of the perfect subtrees, largest first
};

}  // namespace events::proof
