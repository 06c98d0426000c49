#include "projections/proof/stream_map.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "projections/families.h"
#include "projections/ledger.h"

namespace projections {
namespace {

using events::StreamKey;
using events::proof::MapLeaf;
using events::proof::MapNode;
using events::proof::StreamHead;

constexpr std::size_t streams_below = 8;  // of a node that is read from rows, about
constexpr std::size_t depth_max = 20;

std::string_view stream_rows_prefix() {
  static const std::string prefix = stream_row_key(StreamKey()).substr(0, 1);
  return prefix;
}

// The key whose first `depth` bits are those of `bits`, the others zero.
StreamKey first_key(std::uint64_t bits, std::size_t depth) {
  std::array<std::uint8_t, StreamKey::size> bytes{};
  for (std::size_t i = 0; i < depth; ++i) {
    if ((bits >> (depth - 1 - i) & 1) != 0)
      bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | 0x80u >> i % 8);
  }
  return StreamKey(bytes);
}

std::uint64_t first_bits(const StreamKey& stream, std::size_t depth) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < depth; ++i)
    bits = bits << 1 | (events::proof::bit_of(stream, i) ? 1 : 0);
  return bits;
}

// A row without an accepted commit (parts that wait, prepared ones) is no stream of the map.
Result<std::optional<MapLeaf>> leaf_of(std::string_view key, std::string_view value) {
  const auto stream = StreamKey::from_bytes(key.substr(1));
  auto row = decode_stream_row(value);
  if (!row) return row.error();
  if (!stream) return events::corrupt("a stream's key in `ledger` does not read");
  if (row->accepted == 0) return std::optional<MapLeaf>();
  MapLeaf leaf{*stream, {row->accepted, {}}};
  if (row->chain_head.size() != leaf.head.head.size())
    return events::corrupt("a chain's head in `ledger` does not read");
  std::memcpy(leaf.head.head.data(), row->chain_head.data(), row->chain_head.size());
  return std::optional(leaf);
}

// Those whose first `depth` bits are `bits`, in the order of their keys.
Result<std::vector<MapLeaf>> leaves_below(const RowView& rows, std::uint64_t bits,
                                          std::size_t depth) {
  std::vector<MapLeaf> leaves;
  const auto all =
      rows.scan(ledger_family, stream_rows_prefix(), stream_row_key(first_key(bits, depth)));
  for (; all->valid(); all->next()) {
    auto leaf = leaf_of(all->key(), all->value());
    if (!leaf) return leaf.error();
    if (!*leaf) continue;
    if (first_bits((*leaf)->stream, depth) != bits) break;
    leaves.push_back(**leaf);
  }
  if (auto read = all->status(); !read) return read.error();
  return leaves;
}

// The proof's part below the nodes in memory.
void descend(std::span<const MapLeaf> leaves, std::size_t depth, const StreamKey& stream,
             StreamMap::Answer& answer) {
  while (leaves.size() > 1) {
    const auto middle = static_cast<std::size_t>(
        std::partition_point(
            leaves.begin(), leaves.end(),
            [&](const MapLeaf& leaf) { return !events::proof::bit_of(leaf.stream, depth); }) -
        leaves.begin());
    const bool right = events::proof::bit_of(stream, depth);
    const auto other = right ? leaves.first(middle) : leaves.subspan(middle);
    ++depth;
    answer.proof.siblings.push_back(events::proof::map_subtree(other, depth).hash);
    leaves = right ? leaves.subspan(middle) : leaves.first(middle);
  }
  if (leaves.empty()) return;
  if (leaves.front().stream == stream) {
    answer.head = leaves.front().head;
  } else {
    answer.proof.met = leaves.front();
  }
}

}  // namespace

std::size_t StreamMap::leaf_node(const StreamKey& stream) const {
  return (std::size_t{1} << depth_) + first_bits(stream, depth_);
}

Status StreamMap::build(const RowView& rows) {
  auto leaves = leaves_below(rows, 0, 0);
  if (!leaves) return leaves.error();
  depth_ = 0;
  while (depth_ < depth_max && leaves->size() > streams_below << depth_) ++depth_;
  const std::size_t first = std::size_t{1} << depth_;
  nodes_.assign(2 * first, {});
  for (auto at = leaves->begin(); at != leaves->end();) {
    const auto node = leaf_node(at->stream);
    const auto end = std::find_if(
        at, leaves->end(), [&](const MapLeaf& leaf) { return leaf_node(leaf.stream) != node; });
    nodes_[node] = events::proof::map_subtree({at, end}, depth_);
    at = end;
  }
  for (std::size_t node = first; node-- > 1;)
    nodes_[node] = events::proof::map_parent(nodes_[2 * node], nodes_[2 * node + 1]);
  return {};
}

Status StreamMap::read_below(const RowView& rows, std::size_t node) {
  const auto leaves = leaves_below(rows, node - (std::size_t{1} << depth_), depth_);
  if (!leaves) return leaves.error();
  nodes_[node] = events::proof::map_subtree(*leaves, depth_);
  return {};
}

Status StreamMap::update(const RowView& rows, std::span<const StreamKey> touched) {
  std::set<std::size_t> nodes;
  for (const auto& stream : touched) nodes.insert(leaf_node(stream));
  for (const auto node : nodes)
    if (auto read = read_below(rows, node); !read) return read;
  while (depth_ > 0 && !nodes.empty() && *nodes.begin() > 1) {
    std::set<std::size_t> parents;
    for (const auto node : nodes) parents.insert(node / 2);
    for (const auto node : parents)
      nodes_[node] = events::proof::map_parent(nodes_[2 * node], nodes_[2 * node + 1]);
    nodes.swap(parents);
  }
  // Grown well beyond what build() would have made of it.
  const bool crowded = root().streams > (2 * streams_below) << depth_ && depth_ < depth_max;
  return crowded ? build(rows) : Status();
}

Result<StreamMap::Answer> StreamMap::prove(const RowView& rows, const StreamKey& stream) const {
  Answer answer;
  // Above a single stream there is no node.
  std::size_t depth = 0, node = 1;
  for (; depth < depth_ && nodes_[node].streams > 1; ++depth) {
    const std::size_t next = 2 * node + (events::proof::bit_of(stream, depth) ? 1 : 0);
    answer.proof.siblings.push_back(nodes_[next ^ 1].hash);
    node = next;
  }
  if (nodes_[node].streams == 0) return answer;
  const auto leaves = leaves_below(rows, first_bits(stream, depth), depth);
  if (!leaves) return leaves.error();
  descend(*leaves, depth, stream, answer);
  return answer;
}

}  // namespace projections
