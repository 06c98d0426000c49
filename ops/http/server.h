// The HTTP/1.1 server: asynchronous sessions on few I/O threads, routes on a bounded
// pool of worker threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ops/http/http.h"

namespace prometheus {
class Registry;
}

namespace ops::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: a free one
  std::string site;           // of a principal that names none
  int io_threads = 1;
  int worker_threads = 32;  // routes may wait for the log
  std::size_t body_bytes_max =
      128u << 20;  // 413 above, before the body is read where Content-Length says so
  std::size_t bodies_bytes_max = 256u
                                 << 20;  // of all requests together: 429 with Retry-After above
  std::size_t header_bytes_max = 64u << 10;
  std::size_t connections_max = 1024;
  std::size_t queued_requests_max = 1024;   // 503 with Retry-After above
  std::size_t stream_bytes_max = 1u << 20;  // unsent bytes of a streamed response
  std::chrono::seconds header_timeout{10};  // slow clients
  std::chrono::seconds body_timeout{60};    // without progress
  std::chrono::seconds idle_timeout{120};
  // Answers in place of the router, which it asks itself: what is to be done around every route.
  std::function<Response(Request&)> route = {};
};

// Beside a request's own headers, whose names cannot have a colon: the address it came from.
inline constexpr std::string_view peer_header = ":peer";

class Server {
 public:
  // `router` and `metrics` outlive this. unavailable: the address is taken (named).
  static events::Result<std::unique_ptr<Server>> start(const ServerOptions& options,
                                                       const Router& router,
                                                       prometheus::Registry& metrics);
  virtual ~Server() = default;  // stops accepting, finishes what runs, closes
  virtual std::uint16_t port() const = 0;
};

}  // namespace ops::http
