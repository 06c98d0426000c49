// What a node says of a partition at a moment, as the text of a signed note (C2SP tlog-checkpoint:
// origin, tree size, root hash, then lines of our own):
//
//   chartlog/<log id, hex>/<topic>/<partition>
//   <tree size>
//   <root, base64>
//   next <offset after the last record in the tree>
//   time <when it was signed, UTC>
//   map <streams with an accepted commit> <root of their Merkle map, base64>
#pragma once

#include "events/proof/merkle_map.h"
#include "events/proof/signed_note.h"

namespace events::proof {

// A tree's name, and the first line of its checkpoints. Topic of an embedded log: `clinical`.
struct Origin {
  LogId log;
  std::string topic;
  PartitionId partition;

  std::string text() const;
  friend bool operator==(const Origin&, const Origin&) = default;
};

struct Checkpoint {
  Origin origin;
  std::uint64_t size = 0;
  Hash root{};
  Offset next;
  KnownTime time;
  MapNode map;

  std::string text() const;
  static Result<Checkpoint> parse(std::string_view text);  // invalid
};

}  // namespace events::proof
