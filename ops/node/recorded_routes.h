// The node's routes as the outside meets them: nothing is answered before it is on the access
// log's way. The server, and the GETs of a Bundle, come through here.
#pragma once

#include <span>
#include <string_view>

#include "ops/auth/access.h"
#include "ops/http/http.h"

namespace ops::node {

// Routes that hold nothing about anybody, and why; they leave no record.
struct UnrecordedRoute {
  std::string_view pattern;
  std::string_view why;
};
std::span<const UnrecordedRoute> unrecorded_routes();

class RecordedRoutes {
 public:
  // Both outlive this.
  RecordedRoutes(const http::Router& router, auth::RecordAccess record)
      : router_(router), record_(std::move(record)) {}

  // 503 in place of the answer where it cannot be recorded.
  http::Response route(http::Request& request) const;
  // For the node's own writes on the way to another answer, which names what it shows itself.
  http::Response route_unrecorded(http::Request& request) const;

 private:
  const http::Router& router_;
  const auth::RecordAccess record_;
};

}  // namespace ops::node
