// A server on a free loopback port with a few routes of its own.
#pragma once

#include <gmock/gmock.h>
#include <prometheus/registry.h>

#include <condition_variable>
#include <mutex>

#include "ops/http/client.h"
#include "ops/http/server.h"
#include "tests/ops/raw_client.h"

namespace ops::http {

// Holds routes back until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool wait_for(int waiting) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return waiting_ >= waiting; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture() {
    options_.port = 0;
    options_.header_timeout = std::chrono::seconds(1);
    options_.body_timeout = std::chrono::seconds(1);
    router_.add("GET", "/hello", [](const Request&) { return Response::text(200, "hello"); });
    router_.add("POST", "/echo", [](const Request& request) {
      EXPECT_GE(request.body.capacity(), request.body.size() + 64);
      return Response::text(200, request.body);
    });
    router_.add("POST", "/fhir",
                [](const Request& request) { return Response::fhir(200, request.body); });
    router_.add("GET", "/wait", [this](const Request&) {
      gate_.pass();
      return Response::text(200, "waited");
    });
  }
  ~ServerFixture() override { gate_.open(); }

  void start() {
    auto server = Server::start(options_, router_, metrics_);
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  // Sends, and reads until the server closes.
  std::string exchange(std::string_view bytes) {
    RawClient client(server_->port());
    client.send(bytes);
    return client.read_all();
  }
  Client client() {
    return Client(Url{"127.0.0.1", std::to_string(server_->port()), ""}, std::chrono::seconds(10));
  }

  ServerOptions options_;
  Router router_;
  prometheus::Registry metrics_;
  Gate gate_;
  std::unique_ptr<Server> server_;
};

}  // namespace ops::http
