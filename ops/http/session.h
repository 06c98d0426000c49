// One client's connection: reads requests one after the other, hands each to a
// worker, writes its answer. For server.cc only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <unordered_set>

#include "ops/http/byte_budget.h"
#include "ops/http/server.h"
#include "ops/http/server_metrics.h"
#include "ops/http/workers.h"

namespace ops::http {

// What all sessions share; outlives them.
struct Floor {
  Floor(const ServerOptions& server_options, const Router& routes, prometheus::Registry& registry)
      : options(server_options),
        router(routes),
        metrics(registry),
        bodies(server_options.bodies_bytes_max),
        workers(server_options.worker_threads, server_options.queued_requests_max) {}

  const ServerOptions options;
  const Router& router;
  ServerMetrics metrics;
  ByteBudget bodies;
  std::string authority;  // "127.0.0.1:8080"
  Workers workers;        // last: its jobs use the rest
};

class Session;

// An I/O thread and the connections it owns. A session lives on one loop from its first
// byte to its last, so nothing in it needs a lock.
struct Loop {
  boost::asio::io_context context{1};
  std::unordered_set<std::shared_ptr<Session>> sessions;
  bool stopping = false;
};

// All calls on the loop's thread.
class Session {
 public:
  using Clock = std::chrono::steady_clock;
  virtual ~Session() = default;
  // Looks at the clock; called a few times a second.
  virtual void tick(Clock::time_point now) = 0;
  // Finishes the request that runs, if one does, and closes.
  virtual void stop() = 0;
  virtual void close() = 0;
};

// Adds the session to the loop; it removes itself when it ends.
void start_session(Floor& floor, Loop& loop, boost::asio::ip::tcp::socket socket);

}  // namespace ops::http
