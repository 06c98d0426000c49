// A running node: storage, the way in, the ways out, HTTP.
#pragma once

#include <memory>

#include "events/result.h"
#include "ops/http/http.h"
#include "ops/node/settings.h"

namespace ops::node {

class Node {
 public:
  static events::Result<std::unique_ptr<Node>> start(const NodeSettings& settings);
  ~Node();  // finishes what runs, drains, flushes
  std::uint16_t port() const;
  const std::vector<http::RouteText>& routes() const;

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace ops::node
