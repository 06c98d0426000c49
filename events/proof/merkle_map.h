// The Merkle map of a partition: stream -> how many commits of it were accepted, and the head
// of their chain. A binary tree over the bits of the stream's key, highest first; keys are
// HMACs, so nobody can crowd them.
//
//   no stream below    32 zero bytes
//   one stream         SHA-256(0x00 || stream key (16 bytes) || count u64 BE || chain head (32))
//   more               SHA-256(0x01 || bits so far, then 0 || bits so far, then 1)
//
// Chain head: from 32 zero bytes, head = SHA-256(head before || SHA-256(record)), where
// `record` is the accepted commit's record, joined if it came in parts (join_parts).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "events/proof/merkle.h"

namespace events::proof {

struct StreamHead {
  std::uint64_t count = 0;
  Hash head{};
  friend bool operator==(const StreamHead&, const StreamHead&) = default;
};

struct MapLeaf {
  StreamKey stream;
  StreamHead head;
};

// A subtree, as its parent sees it.
struct MapNode {
  std::uint64_t streams = 0;
  Hash hash{};
};

MapNode map_leaf(const StreamKey& stream, const StreamHead& head);
MapNode map_parent(const MapNode& left, const MapNode& right);
bool bit_of(const StreamKey& stream, std::size_t depth);  // 0 is the highest of the first byte
// Of streams in the order of their keys that share their first `depth` bits.
MapNode map_subtree(std::span<const MapLeaf> leaves, std::size_t depth);

// From the root down. `met`: the stream that is there instead, if it is not the one asked for.
struct MapProof {
  std::vector<Hash> siblings;
  std::optional<MapLeaf> met;
};
// That `head` is what the map has of the stream; nothing: that it has no such stream.
bool verify_map(const MapProof& proof, const StreamKey& stream,
                const std::optional<StreamHead>& head, const Hash& root);

}  // namespace events::proof
