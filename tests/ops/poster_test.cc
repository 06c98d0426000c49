#include "ops/http/poster.h"

#include <future>

#include "tests/ops/server_fixture.h"

namespace ops::http {
namespace {

class PosterTest : public ServerFixture {
 protected:
  PosterTest() {
    router_.add("POST", "/away", [](const Request&) {
      return Response::text(307, "").with("Location", "/echo");
    });
    router_.add("POST", "/hang", [this](const Request&) {
      gate_.pass();
      return Response::text(200, "");
    });
  }
  events::Result<int> post(const std::string& path, bool allow_private = true,
                           const std::string& host = "127.0.0.1") {
    const auto poster = Poster::start(allow_private);
    Notification notification;
    notification.to = {false, host, std::to_string(server_->port()), path};
    notification.content_type = "text/plain";
    notification.body = "news";
    notification.timeout = std::chrono::milliseconds(500);
    std::promise<events::Result<int>> told;
    poster->post(std::move(notification), [&](auto result) { told.set_value(std::move(result)); });
    return told.get_future().get();
  }
};

TEST_F(PosterTest, TellsWhatTheEndpointAnswered) {
  start();
  EXPECT_EQ(post("/echo").value_or(0), 200);
  EXPECT_EQ(post("/nothing").value_or(0), 404);
}

TEST_F(PosterTest, DoesNotFollowRedirects) {
  start();
  EXPECT_EQ(post("/away").value_or(0), 307);
}

TEST_F(PosterTest, AnEndpointThatHangsIsLeftInTime) {
  start();
  const auto answered = post("/hang");
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code, events::ErrorCode::unavailable);
}

TEST_F(PosterTest, PrivateAddressesAreRefusedWhenTheNameIsResolved) {
  start();
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    const auto answered = post("/echo", false, host);
    ASSERT_FALSE(answered) << host;
    EXPECT_EQ(answered.error().code, events::ErrorCode::forbidden) << host;
  }
}

TEST(PrivateAddressTest, KnowsWhatIsInsideANetwork) {
  for (const char* address :
       {"127.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",
        "fd12::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:0a00:0001::"}) {
    EXPECT_TRUE(is_private_address(address)) << address;
  }
  for (const char* address : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"}) {
    EXPECT_FALSE(is_private_address(address)) << address;
  }
}

}  // namespace
}  // namespace ops::http
