// A request once it is whole, answered on a worker's thread; and the head of an
// answer as bytes.
#pragma once

#include <string>

#include "ops/http/server.h"
#include "ops/http/session.h"

namespace ops::http {

// Inflates the body if need be, asks the router, counts.
Response answer(Floor& floor, Request& request, ByteShare& share);

struct HeadOptions {
  bool http_1_1 = true;
  bool keep_alive = true;
  bool without_body = false;  // HEAD
};
// Status line and headers, Date and Connection among them; header values cannot
// break out of their line.
std::string head_bytes(const Response& response, const std::string& request_id,
                       const HeadOptions& options);

}  // namespace ops::http
