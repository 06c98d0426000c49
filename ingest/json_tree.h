// Inside of json.h: the nodes that json_reader.cc writes and json.cc reads.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ingest/json.h"

namespace ingest::json {

// In the order of the text, so a container's first child is the node after it.
struct Node {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t name_begin = 0;  // after the quote
  std::uint32_t name_size = 0;   // as written
  std::uint32_t next = 0;        // sibling; 0: none, as the root is nobody's sibling
  std::uint32_t extra =
      0;  // container: children; string with escapes: its place in `unescaped`, from 1
  Kind kind = Kind::null;
  bool named = false;
  bool name_escaped = false;
};
static_assert(sizeof(Node) <= 32);

struct Tree {
  std::string_view text;
  bool duplicates_refused = true;
  std::vector<Node> nodes;
  std::deque<std::string> unescaped;
  std::unordered_map<std::uint32_t, std::string> escaped_names;  // by node

  std::string_view name_of(std::uint32_t node) const {
    const Node& at = nodes[node];
    if (at.name_escaped) return escaped_names.at(node);
    return text.substr(at.name_begin, at.name_size);
  }
};

// Fills `tree`, whose text is set.
events::Status read(Tree& tree, const Limits& limits);

}  // namespace ingest::json
