#include "ops/http/websocket.h"

#include <deque>

#include "tests/ops/server_fixture.h"

namespace ops::http {
namespace {

using ::testing::HasSubstr;

// A text message as a client sends it; a mask of zeros leaves the text as it is.
std::string frame(std::string_view text) {
  return std::string("\x81") + static_cast<char>(0x80 | text.size()) + std::string(4, '\0') +
         std::string(text);
}

class WebSocketTest : public ServerFixture {
 protected:
  WebSocketTest() {
    options_.stream_bytes_max = 64 * 1024;
    router_.add("GET", "/socket", [this](const Request&) {
      auto handler = std::make_shared<WebSocketHandler>();
      handler->opened = [this](auto wire) { wire_ = std::move(wire), note("opened"); };
      handler->received = [this](std::string_view text) { note("heard " + std::string(text)); };
      handler->drained = [this] { note("drained"); };
      handler->closed = [this] { note("closed"); };
      Response response;
      response.websocket = handler;
      return response;
    });
  }
  ~WebSocketTest() override { server_.reset(); }

  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(what);
    changed_.notify_all();
  }
  bool noted(const std::string& what) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      return std::find(notes_.begin(), notes_.end(), what) != notes_.end();
    });
  }
  bool connect(RawClient& client) {
    client.send(
        "GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    return client.read_until("\r\n\r\n") && noted("opened");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> notes_;
  std::shared_ptr<WebSocket> wire_;
};

TEST_F(WebSocketTest, MessagesGoBothWaysAndTheRouteIsToldWhenAllIsSent) {
  start();
  RawClient client(server_->port());
  ASSERT_TRUE(connect(client));
  EXPECT_THAT(client.received(), HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));  // RFC 6455, 1.3
  client.send(frame("bind"));
  EXPECT_TRUE(noted("heard bind"));
  EXPECT_TRUE(wire_->send("news"));
  EXPECT_TRUE(client.read_until("\x81\x04news"));
  EXPECT_TRUE(noted("drained"));
  wire_->close();
  EXPECT_TRUE(client.read_until("\x88\x02"));
}

TEST_F(WebSocketTest, AClientThatGoesIsNoticed) {
  start();
  {
    RawClient client(server_->port());
    ASSERT_TRUE(connect(client));
  }
  EXPECT_TRUE(noted("closed"));
  EXPECT_FALSE(wire_->send("late"));
}

TEST_F(WebSocketTest, ASlowReaderIsCutOffAtTheBound) {
  start();
  RawClient client(server_->port(), 4096);
  ASSERT_TRUE(connect(client));
  const std::string message(32 * 1024, 'x');
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool cut = false;
  while (!cut && std::chrono::steady_clock::now() < deadline) cut = !wire_->send(message);
  EXPECT_TRUE(cut);
}

TEST_F(WebSocketTest, ARequestThatAsksForNoUpgradeIsToldSo) {
  start();
  EXPECT_THAT(exchange("GET /socket HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              HasSubstr("400 Bad Request"));
}

TEST_F(WebSocketTest, TheServerStopsWithSocketsOpen) {
  start();
  RawClient client(server_->port());
  ASSERT_TRUE(connect(client));
  server_.reset();
  EXPECT_TRUE(noted("closed"));
}

}  // namespace
}  // namespace ops::http
