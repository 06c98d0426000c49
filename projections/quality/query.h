// ELM's Query, read.
#pragma once

#include "projections/quality/node.h"

namespace projections::quality {

struct Query {
  struct Source {
    Node expression;
    std::size_t slot = 0;
    Name alias = nullptr;
  };
  struct Let {
    Node expression;
    std::size_t slot = 0;
  };
  struct Relationship {
    Source source;
    Node such_that;
    bool with = true;  // else without
  };
  struct Aggregate {
    Node starting;
    Node expression;
    std::size_t slot = 0;
    bool distinct = false;  // ELM: absent means all
  };
  struct Sort {
    std::optional<Node> by{};  // of the element in this_slot; none: the element itself
    bool descending = false;
  };

  std::vector<Source> sources{};
  std::vector<Let> lets{};
  std::vector<Relationship> relationships{};
  std::optional<Node> where{};
  std::optional<Node> result{};
  bool distinct = false;  // of a return clause, where absent means true
  std::optional<Aggregate> aggregate{};
  std::vector<Sort> sorts{};
  std::size_t this_slot = 0;
};

Value run_query(const Node& node, Frame& frame);

}  // namespace projections::quality
