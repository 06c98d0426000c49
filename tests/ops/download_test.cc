#include "ops/http/download.h"

#include <mutex>

#include "tests/ops/server_fixture.h"

namespace ops::http {
namespace {

using namespace std::chrono_literals;
using events::ErrorCode;

class DownloadTest : public ServerFixture {
 protected:
  DownloadTest() {
    for (int i = 0; i < 100'000; ++i) text_ += static_cast<char>('a' + i % 26);
    router_.add("GET", "/file", [this](const Request& request) {
      const auto* range = request.header("range");
      if (range == nullptr) return Response::text(200, text_).with("ETag", "\"1\"");
      const auto begin = std::stoul(range->substr(6));
      return Response::text(206, text_.substr(begin))
          .with("ETag", "\"1\"")
          .with("Content-Range", "bytes " + std::to_string(begin) + "-99999/100000");
    });
    router_.add("GET", "/away",
                [](const Request&) { return Response::text(302, "").with("Location", "/file"); });
    router_.add("GET", "/drip", [this](const Request&) {
      Response response;
      response.stream = [kept = kept_](const std::shared_ptr<ChunkSink>& sink) {
        {
          const std::lock_guard lock(kept->mutex);
          if (!kept->over) kept->sink = sink;
        }
        sink->write("a");
      };
      return response;
    });
  }
  // A route may still be at work for a client that has gone.
  ~DownloadTest() override {
    const std::lock_guard lock(kept_->mutex);
    kept_->over = true;
    kept_->sink.reset();
  }

  events::Result<std::unique_ptr<Download>> open(const std::string& path, std::uint64_t begin = 0) {
    DownloadRequest request;
    request.from = {false, "127.0.0.1", std::to_string(server_->port()), path};
    request.begin = begin;
    request.allow_private = true;
    request.patience = 300ms;
    request.stopped = [this] { return stopped_.load(); };
    return Download::open(std::move(request));
  }
  // All of it, by small reads; what came before an error is in `got`.
  events::Status read_all(Download& download, std::string& got) {
    while (true) {
      std::string part(777, '\0');
      auto size = download.read(part.data(), part.size());
      if (!size) return size.error();
      if (*size == 0) return {};
      got += part.substr(0, *size);
    }
  }

  std::string text_;
  std::atomic<bool> stopped_ = false;
  struct Kept {
    std::mutex mutex;
    // Guarded by mutex.
    bool over = false;
    std::shared_ptr<ChunkSink> sink;
  };
  const std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

TEST_F(DownloadTest, GivesTheBodyInTheCallersPortions) {
  start();
  auto download = open("/file");
  ASSERT_TRUE(download) << download.error().message;
  EXPECT_EQ((*download)->head().status, 200);
  EXPECT_EQ((*download)->head().entity_tag, "\"1\"");
  EXPECT_EQ((*download)->head().length, 100'000u);
  std::string got;
  ASSERT_TRUE(read_all(**download, got));
  EXPECT_TRUE(got == text_);
}

TEST_F(DownloadTest, BeginsWhereItWasAskedTo) {
  start();
  auto download = open("/file", 99'000);
  ASSERT_TRUE(download);
  EXPECT_EQ((*download)->head().begin, 99'000u);
  std::string got;
  ASSERT_TRUE(read_all(**download, got));
  EXPECT_TRUE(got == text_.substr(99'000));
}

TEST_F(DownloadTest, ASourceThatHangsOrDripsIsLeftInTime) {
  router_.add("GET", "/hang", [this](const Request&) {
    gate_.pass();
    return Response::text(200, "");
  });
  start();
  EXPECT_EQ(open("/hang").error().code, ErrorCode::unavailable);
  auto download = open("/drip");
  ASSERT_TRUE(download);
  std::string got;
  EXPECT_FALSE(read_all(**download, got));
  EXPECT_EQ(got, "a") << "what came before is not lost";
}

TEST_F(DownloadTest, ItCanBeStoppedWhileItWaits) {
  start();
  stopped_ = true;
  EXPECT_EQ(open("/drip").error().message, "stopped");
}

TEST_F(DownloadTest, RedirectsAreToldAndNotFollowed) {
  start();
  auto download = open("/away");
  ASSERT_TRUE(download);
  EXPECT_EQ((*download)->head().status, 302);
}

TEST_F(DownloadTest, PrivateAddressesAreRefusedWhenTheNameIsResolved) {
  start();
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    DownloadRequest request;
    request.from = {false, host, std::to_string(server_->port()), "/file"};
    const auto download = Download::open(std::move(request));
    ASSERT_FALSE(download) << host;
    EXPECT_EQ(download.error().code, ErrorCode::forbidden) << host;
  }
}

}  // namespace
}  // namespace ops::http
