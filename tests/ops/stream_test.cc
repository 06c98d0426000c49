#include <condition_variable>
#include <deque>
#include <thread>

#include "ops/http/stream_sink.h"
#include "tests/ops/server_fixture.h"

namespace ops::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class StreamTest : public ServerFixture {
 protected:
  StreamTest() {
    router_.add("GET", "/live", [this](const Request&) {
      Response response;
      response.with("Content-Type", "text/event-stream");
      response.stream = [this](std::shared_ptr<ChunkSink> sink) {
        const std::lock_guard lock(mutex_);
        sinks_.push_back(std::move(sink));
        changed_.notify_all();
      };
      return response;
    });
  }
  std::shared_ptr<ChunkSink> next_sink() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [this] { return !sinks_.empty(); }))
      return nullptr;
    auto sink = sinks_.front();
    sinks_.pop_front();
    return sink;
  }
  // Writes until it is told to stop.
  static bool is_cut_off(ChunkSink& sink, const std::string& chunk) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
      if (!sink.write(chunk)) return true;
    }
    return false;
  }
  static constexpr std::string_view subscribe = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n";

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<ChunkSink>> sinks_;
};

TEST_F(StreamTest, ChunksArriveAsTheyAreWrittenAndCloseEndsThem) {
  start();
  RawClient client(server_->port());
  client.send(subscribe);
  const auto sink = next_sink();
  ASSERT_NE(sink, nullptr);
  EXPECT_TRUE(client.read_until("\r\n\r\n"));  // the head comes before the first event
  EXPECT_TRUE(sink->write("data: 1\n\n"));
  EXPECT_TRUE(client.read_until("9\r\ndata: 1\n\n\r\n"));
  EXPECT_TRUE(sink->write("data: 2\n\n"));
  sink->close();
  EXPECT_THAT(client.read_all(), EndsWith("9\r\ndata: 2\n\n\r\n0\r\n\r\n"));
  EXPECT_FALSE(sink->write("late"));
}

TEST_F(StreamTest, DroppingTheSinkEndsTheStream) {
  start();
  RawClient client(server_->port());
  client.send(subscribe);
  ASSERT_NE(next_sink(), nullptr);
  EXPECT_THAT(client.read_all(), EndsWith("0\r\n\r\n"));
}

TEST_F(StreamTest, AClientThatReadsTooSlowlyIsCutOff) {
  options_.stream_bytes_max = 256 * 1024;
  options_.body_timeout = std::chrono::seconds(60);
  start();
  RawClient client(server_->port(), 4096);
  client.send(subscribe);
  const auto sink = next_sink();
  ASSERT_NE(sink, nullptr);
  EXPECT_TRUE(is_cut_off(*sink, std::string(1024, 'x')));
  const auto received = client.read_all();
  EXPECT_THAT(received, StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(received.find("0\r\n\r\n"), std::string::npos);  // cut off, not ended
}

// The session may ask at any moment: what is cut off never gets the chunk that ends a whole answer.
TEST(StreamQueueTest, WhatIsCutOffDoesNotLookWhole) {
  bool end = false;
  StreamQueue overflowing(8, {});
  EXPECT_TRUE(overflowing.write("12345678"));
  EXPECT_FALSE(overflowing.write("9"));
  EXPECT_EQ(overflowing.take(true, end), std::nullopt);
  StreamQueue cut(8, {});
  EXPECT_TRUE(cut.write("1"));
  cut.cut();
  EXPECT_EQ(cut.take(true, end), std::nullopt);
  StreamQueue whole(8, {});
  EXPECT_TRUE(whole.write("1"));
  whole.close();
  EXPECT_EQ(whole.take(true, end), "1\r\n1\r\n0\r\n\r\n");
}

// More than the system takes off our hands (4 MB by default), less than would cut it off at once.
TEST_F(StreamTest, AClientThatStopsReadingTimesOut) {
  options_.stream_bytes_max = 32u << 20;
  start();
  RawClient client(server_->port(), 4096);
  client.send(subscribe);
  const auto sink = next_sink();
  ASSERT_NE(sink, nullptr);
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(sink->write(std::string(1u << 20, 'x')));
  EXPECT_TRUE(is_cut_off(*sink, "x"));
}

TEST_F(StreamTest, AClientThatGoesAwayIsNoticed) {
  start();
  std::shared_ptr<ChunkSink> sink;
  {
    RawClient client(server_->port());
    client.send(subscribe);
    sink = next_sink();
    ASSERT_NE(sink, nullptr);
  }
  EXPECT_TRUE(is_cut_off(*sink, "x"));
}

TEST_F(StreamTest, ASinkMayOutliveTheServer) {
  start();
  RawClient client(server_->port());
  client.send(subscribe);
  const auto sink = next_sink();
  ASSERT_NE(sink, nullptr);
  server_.reset();
  EXPECT_FALSE(sink->write("x"));
}

TEST_F(StreamTest, HeadDoesNotStartAStream) {
  start();
  const auto answer = [&] {
    RawClient client(server_->port());
    client.send("HEAD /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return client.read_all();
  }();
  EXPECT_THAT(answer, HasSubstr("text/event-stream"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
  EXPECT_TRUE(sinks_.empty());
}

TEST_F(StreamTest, AFileIsSentAsSlowlyAsItsClientReadsAndArrivesWhole) {
  options_.stream_bytes_max = 1u << 20;
  start();
  RawClient client(server_->port());
  client.send(subscribe);
  const auto sink = next_sink();
  ASSERT_NE(sink, nullptr);
  std::jthread sender([&] {
    for (int i = 0; i < 64; ++i)
      ASSERT_TRUE(sink->write_when_room(std::string(256u << 10, 'a'), std::chrono::seconds(20)));
    sink->close();
  });
  EXPECT_TRUE(client.read_until("0\r\n\r\n"));
}

}  // namespace
}  // namespace ops::http
