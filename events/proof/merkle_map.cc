#include "events/proof/merkle_map.h"

#include <algorithm>

#include "events/hmac.h"

namespace events::proof {

MapNode map_leaf(const StreamKey& stream, const StreamHead& head) {
  std::string entry(stream.bytes());
  for (int shift = 56; shift >= 0; shift -= 8)
    entry.push_back(static_cast<char>(head.count >> shift & 0xff));
  entry += bytes_of(head.head);
  return {1, leaf_hash(entry)};
}

MapNode map_parent(const MapNode& left, const MapNode& right) {
  const auto streams = left.streams + right.streams;
  if (streams == 0) return {};
  if (streams == 1) return left.streams == 1 ? left : right;
  return {streams, node_hash(left.hash, right.hash)};
}

bool bit_of(const StreamKey& stream, std::size_t depth) {
  return (stream.array()[depth / 8] >> (7 - depth % 8) & 1) != 0;
}

MapNode map_subtree(std::span<const MapLeaf> leaves, std::size_t depth) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1) return map_leaf(leaves.front().stream, leaves.front().head);
  const auto middle = std::partition_point(leaves.begin(), leaves.end(), [&](const MapLeaf& leaf) {
    return !bit_of(leaf.stream, depth);
  });
  const auto left = static_cast<std::size_t>(middle - leaves.begin());
  return map_parent(map_subtree(leaves.first(left), depth + 1),
                    map_subtree(leaves.subspan(left), depth + 1));
}

bool verify_map(const MapProof& proof, const StreamKey& stream,
                const std::optional<StreamHead>& head, const Hash& root) {
  const std::size_t depth = proof.siblings.size();
  if (depth > 8 * StreamKey::size || (head && proof.met)) return false;
  Hash hash{};
  if (head) hash = map_leaf(stream, *head).hash;
  if (proof.met) {
    if (proof.met->stream == stream) return false;
    for (std::size_t i = 0; i < depth; ++i)
      if (bit_of(proof.met->stream, i) != bit_of(stream, i)) return false;
    hash = map_leaf(proof.met->stream, proof.met->head).hash;
  }
  for (std::size_t i = depth; i-- > 0;) {
    hash =
        bit_of(stream, i) ? node_hash(proof.siblings[i], hash) : node_hash(hash, proof.siblings[i]);
  }
  return hash == root;
}

}  // namespace events::proof
