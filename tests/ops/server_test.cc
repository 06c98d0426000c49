#include "ops/http/server.h"

#include <prometheus/text_serializer.h>
#include <zlib.h>

#include <thread>

#include "tests/ops/server_fixture.h"

namespace ops::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ServerTest : public ServerFixture {};

std::string gzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(text.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

std::string post(std::string_view body, std::string_view headers = {}) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST_F(ServerTest, AKeptConnectionAnswersManyRequests) {
  start();
  auto client = this->client();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask("GET", "/hello");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "hello");
  }
  const auto echoed = client.ask("POST", "/echo", {}, std::string(300'000, 'x'));
  ASSERT_TRUE(echoed);
  EXPECT_EQ(echoed->body, std::string(300'000, 'x'));
}

TEST_F(ServerTest, ARequestThatNamesNoSiteComesFromTheServersOwn) {
  options_.site = "north";
  router_.add("GET", "/site",
              [](const Request& request) { return Response::text(200, request.principal.site); });
  start();
  auto client = this->client();
  EXPECT_EQ(client.ask("GET", "/site")->body, "north");
  EXPECT_EQ(client.ask("GET", "/site", {{"X-Chartlog-Site", "south"}})->body, "south");
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  const auto answers = exchange(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ntwo"
      "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(count(answers, "HTTP/1.1 200"), 3);
  EXPECT_LT(answers.find("one"), answers.find("two"));
  EXPECT_THAT(answers, EndsWith("hello"));
}

TEST_F(ServerTest, RequestIdsAreEchoed) {
  start();
  EXPECT_THAT(
      exchange("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Request-Id: abc\r\n\r\n"),
      HasSubstr("X-Request-Id: abc\r\n"));
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
  start();
  const auto answer = exchange("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, ChunkedBodiesArrive) {
  start();
  EXPECT_THAT(exchange("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n"
                       "4;x=y\r\nwiki\r\n5\r\npedia\r\n0\r\n\r\n"),
              EndsWith("\r\n\r\nwikipedia"));
}

TEST_F(ServerTest, ABodyInSmallPiecesArrives) {
  start();
  RawClient client(server_->port());
  for (const char c : post("slowly but surely")) client.send(std::string_view(&c, 1));
  EXPECT_THAT(client.read_all(), EndsWith("slowly but surely"));
}

TEST_F(ServerTest, ExpectContinueIsToldToGoOnOrNot) {
  options_.body_bytes_max = 10;
  start();
  RawClient client(server_->port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: "
      "100-continue\r\nContent-Length: 2\r\n\r\n");
  ASSERT_TRUE(client.read_until("100 Continue\r\n\r\n"));
  client.send("ok");
  EXPECT_THAT(client.read_all(), EndsWith("\r\n\r\nok"));
  const auto refused = exchange(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(
      exchange("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 1\r\n\r\nx"),
      StartsWith("HTTP/1.1 417"));
}

TEST_F(ServerTest, GzipBodiesAreInflatedWithinTheLimit) {
  options_.body_bytes_max = 100'000;
  start();
  const std::string text(90'000, 'z');
  EXPECT_THAT(exchange(post(gzip(text), "Content-Encoding: gzip\r\n")),
              EndsWith("\r\n\r\n" + text));
  EXPECT_THAT(exchange(post(gzip(std::string(100'001, 'z')), "Content-Encoding: gzip\r\n")),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(exchange(post("not gzip", "Content-Encoding: gzip\r\n")), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(exchange(post(gzip(text).substr(0, 60), "Content-Encoding: gzip\r\n")),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(exchange(post("x", "Content-Encoding: br\r\n")), StartsWith("HTTP/1.1 415"));
}

TEST_F(ServerTest, ABodyOverTheLimitIs413InTheFormOfItsSide) {
  options_.body_bytes_max = 1000;
  start();
  EXPECT_THAT(exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n"),
              ::testing::AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("application/problem+json")));
  EXPECT_THAT(exchange("POST /fhir HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n" +
                       std::string(1001, 'x')),
              ::testing::AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("OperationOutcome")));
  EXPECT_THAT(
      exchange("POST /fhir HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
               std::string(1001, 'x') + "\r\n0\r\n\r\n"),
      StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, AllBodiesTogetherAreBoundedByBytes) {
  options_.bodies_bytes_max = 20'000;
  start();
  RawClient holder(server_->port());
  holder.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 15000\r\n\r\n");
  ASSERT_TRUE(holder.read_until("100 Continue"));
  const auto refused = exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 15000\r\n\r\n");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(refused, HasSubstr("Retry-After: 1"));
  holder.send(std::string(15'000, 'x'));
  ASSERT_TRUE(holder.read_until("xxx"));
  EXPECT_THAT(exchange(post(std::string(15'000, 'y'))), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, WrongRequestsAreRefusedAndClosed) {
  options_.header_bytes_max = 8 * 1024;
  start();
  const struct {
    std::string request, status;
  } cases[] = {
      {"nonsense\r\n\r\n", "400"},
      {"GET /hello HTTP/1.1\r\n\r\n", "400"},  // no Host
      {"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
      {"GET /hello HTTP/3.0\r\nHost: a\r\n\r\n", "505"},
      {"GET /hel%lo HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
      {"GET /hello?a=%f HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: two\r\n\r\nab", "400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
       "400"},
      {"GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'x') + "\r\n\r\n", "431"},
      {"GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(70'000, 'x'), "431"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(exchange(c.request), StartsWith("HTTP/1.1 " + c.status))
        << c.request.substr(0, 100);
  }
  EXPECT_THAT(exchange("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              EndsWith("hello"));
}

TEST_F(ServerTest, LengthAndChunkedTogetherAreRefused) {
  start();
  const auto answer = exchange(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\nGET /hello");
  EXPECT_THAT(answer, ::testing::AnyOf(StartsWith("HTTP/1.1 400"), StartsWith("HTTP/1.1 501")));
  EXPECT_EQ(count(answer, "HTTP/1.1"), 1);
}

TEST_F(ServerTest, ASlowHeadAndASlowBodyTimeOut) {
  start();
  RawClient head(server_->port());
  RawClient body(server_->port());
  RawClient silent(server_->port());
  head.send("GET /hello HT");
  body.send("POST /fhir HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(head.read_all(), StartsWith("HTTP/1.1 408"));
  EXPECT_THAT(body.read_all(), StartsWith("HTTP/1.1 408"));
  EXPECT_THAT(exchange("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              EndsWith("hello"));
}

TEST_F(ServerTest, AnIdleConnectionIsClosedWithoutAWord) {
  options_.idle_timeout = std::chrono::seconds(1);
  start();
  RawClient client(server_->port());
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(ServerTest, AHalfClosedClientGetsItsAnswer) {
  start();
  RawClient whole(server_->port());
  whole.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  whole.half_close();
  EXPECT_THAT(whole.read_all(), EndsWith("hello"));
  RawClient torn(server_->port());
  torn.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  torn.half_close();
  const auto answer = torn.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(answer, HasSubstr("ended after 3 bytes"));
}

TEST_F(ServerTest, SlowClientsHoldNoWorker) {
  options_.worker_threads = 1;
  options_.body_timeout = std::chrono::seconds(10);
  start();
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<RawClient>(server_->port()));
    slow.back()->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  }
  EXPECT_THAT(exchange("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              EndsWith("hello"));
}

TEST_F(ServerTest, AFullQueueIs503BeforeAnythingRuns) {
  options_.worker_threads = 1;
  options_.queued_requests_max = 1;
  start();
  RawClient running(server_->port());
  RawClient queued(server_->port());
  running.send("GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(gate_.wait_for(1));
  queued.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::string refused;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  // The queued request is on its way; until it has arrived another one takes its place.
  while (refused.find(" 503 ") == std::string::npos &&
         std::chrono::steady_clock::now() < deadline) {
    RawClient one_more(server_->port());
    one_more.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    if (queued.received().empty()) refused = one_more.read_all();
  }
  EXPECT_THAT(refused, HasSubstr("Retry-After"));
  gate_.open();
  EXPECT_THAT(running.read_all(), EndsWith("waited"));
  EXPECT_THAT(queued.read_all(), EndsWith("hello"));
}

TEST_F(ServerTest, TooManyConnectionsAreTurnedAway) {
  options_.connections_max = 1;
  start();
  auto first = client();
  ASSERT_TRUE(first.ask("GET", "/hello"));
  EXPECT_THAT(exchange(""), StartsWith("HTTP/1.1 503"));
  EXPECT_TRUE(first.ask("GET", "/hello"));
}

TEST_F(ServerTest, StoppingFinishesTheRequestThatRuns) {
  start();
  RawClient running(server_->port());
  RawClient idle(server_->port());
  const auto port = server_->port();
  running.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(gate_.wait_for(1));
  std::thread stopping([this] { server_.reset(); });
  EXPECT_EQ(idle.read_all(), "");  // closed: the server has begun to stop
  EXPECT_FALSE(RawClient(port).connected());
  gate_.open();
  const auto answer = running.read_all();
  EXPECT_THAT(answer, EndsWith("waited"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  stopping.join();
}

TEST_F(ServerTest, ATakenPortIsNamed) {
  start();
  options_.port = server_->port();
  const auto second = Server::start(options_, router_, metrics_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, events::ErrorCode::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(server_->port())));
}

TEST_F(ServerTest, RequestsAreCountedByPatternNotByPath) {
  router_.add("GET", "/charts/{patient}", [](const Request&) { return Response::json(200, "{}"); });
  start();
  auto client = this->client();
  ASSERT_TRUE(client.ask("GET", "/charts/p-1"));
  ASSERT_TRUE(client.ask("GET", "/nothing"));
  const auto text = prometheus::TextSerializer().Serialize(metrics_.Collect());
  EXPECT_THAT(text, HasSubstr(R"(route="/charts/{patient}",status="200"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(route="none",status="404"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr("p-1")));
}

}  // namespace
}  // namespace ops::http
