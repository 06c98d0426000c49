#include "ops/node/loader.h"

#include <gmock/gmock.h>
#include <prometheus/registry.h>

#include <fstream>
#include <mutex>
#include <set>

#include "ops/http/server.h"
#include "tests/temporary_folder.h"

namespace ops::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// Against a server whose routes answer what each test wants.
class LoaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto take = [this](const http::Request& request) { return answer(request); };
    router_.add("POST", "/fhir", take);
    router_.add("POST", "/fhir/{type}", take);
    router_.add("PUT", "/fhir/{type}/{id}", take);
    router_.add("GET", "/commits/{id}", [](const http::Request&) {
      return http::Response::json(200, R"({"state":"accepted"})");
    });
    http::ServerOptions options;
    options.port = 0;
    server_ = std::move(*http::Server::start(options, router_, metrics_));
  }
  http::Response answer(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request.method + " " + request.path);
    keys_.insert(*request.header("idempotency-key"));
    // What is loaded was ordered before: no gate is to refuse it.
    EXPECT_EQ(*request.header("chartlog-history"), "true");
    if (!answers_.empty()) {
      auto next = answers_.front();
      answers_.erase(answers_.begin());
      return next;
    }
    if (request.path != "/fhir") return http::Response::fhir(201, "");
    return http::Response::fhir(
        200, R"({"entry":[{"response":{"status":"201 Created"}},{"response":{"status":"200"}}]})");
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.path() / name) << text;
  }
  LoadSummary load_all() {
    LoadOptions options;
    options.paths = {folder_.path()};
    options.url = "http://127.0.0.1:" + std::to_string(server_->port());
    auto summary = load(options, {});
    EXPECT_TRUE(summary) << summary.error().message;
    return summary ? *summary : LoadSummary{};
  }

  tests::TemporaryFolder folder_;
  prometheus::Registry metrics_;
  http::Router router_;
  std::mutex mutex_;
  std::vector<http::Response> answers_;
  std::vector<std::string> asked_;
  std::set<std::string> keys_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(LoaderTest, SendsInTurnsAndCountsWhatWasAccepted) {
  write("a.ndjson", R"({"resourceType":"Observation","id":"o"})"
                    "\n"
                    R"({"resourceType":"Patient","id":"p"})"
                    "\n"
                    R"({"resourceType":"Organization","id":"g"})"
                    "\n");
  write("z.json", R"({"resourceType":"Bundle","type":"batch"})");
  const auto summary = load_all();
  EXPECT_THAT(asked_, ElementsAre("POST /fhir", "PUT /fhir/Organization/g", "PUT /fhir/Patient/p",
                                  "PUT /fhir/Observation/o"));
  EXPECT_EQ(summary.documents, 4u);
  EXPECT_EQ(summary.documents_known, 4u);
  EXPECT_EQ(summary.accepted, 5u);
  EXPECT_EQ(summary.refused, 0u);
}

TEST_F(LoaderTest, AResourceWithoutIdIsPosted) {
  write("a.json", R"({"resourceType":"Observation"})");
  load_all();
  EXPECT_THAT(asked_, ElementsAre("POST /fhir/Observation"));
}

TEST_F(LoaderTest, TheKeyIsTheDigestOfTheBytes) {
  write("a.ndjson", "{}\n{}\n{ }\n");
  load_all();
  EXPECT_THAT(keys_, SizeIs(2));
  EXPECT_EQ(keys_.count("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
            1u);  // of {}
}

TEST_F(LoaderTest, OverloadIsWaitedOutWithTheSameKey) {
  write("a.json", R"({"resourceType":"Patient","id":"p"})");
  answers_ = {http::Response::fhir(503, "{}").with("Retry-After", "1")};
  const auto summary = load_all();
  EXPECT_EQ(summary.accepted, 1u);
  EXPECT_EQ(summary.retries, 1u);
  EXPECT_THAT(keys_, SizeIs(1));
  EXPECT_THAT(asked_, SizeIs(2));
}

TEST_F(LoaderTest, AnUnknownOutcomeIsAskedForBeforeAnythingIsSentAgain) {
  write("a.json", R"({"resourceType":"Patient","id":"p"})");
  answers_ = {http::Response::fhir(504, "{}").with("Chartlog-Commit", "1.ab")};
  EXPECT_EQ(load_all().accepted, 1u);
  EXPECT_THAT(asked_, SizeIs(1));
}

TEST_F(LoaderTest, RefusalsAreCountedWithFileLineAndReason) {
  write("a.ndjson",
        "\n"
        R"({"resourceType":"Patient","id":"p"})"
        "\n");
  write("b.json", R"({"resourceType":"Bundle","type":"batch"})");
  const events::Error error = events::unprocessable("not a date", "Patient.birthDate");
  answers_ = {http::Response::fhir(
                  200, R"({"entry":[{"response":{"status":"201"}},{"response":{"status":"422",)"
                       R"("outcome":{"issue":[{"diagnostics":"no code"}]}}}]})"),
              http::outcome_response(error)};
  const auto summary = load_all();
  EXPECT_EQ(summary.accepted, 1u);
  EXPECT_EQ(summary.refused, 2u);
  EXPECT_THAT(summary.reasons,
              UnorderedElementsAre("b.json:1: entry 1: 422 no code",
                                   "a.ndjson:2: 422 Patient.birthDate: not a date"));
}

TEST_F(LoaderTest, AServerThatIsNotThereIsGivenUp) {
  write("a.json", "{}");
  LoadOptions options;
  options.paths = {folder_.path()};
  options.url = "http://127.0.0.1:" + std::to_string(server_->port());
  options.patience = std::chrono::seconds(1);
  server_.reset();
  const auto summary = load(options, {});
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->refused, 1u);
  EXPECT_THAT(summary->reasons.front(), HasSubstr("cannot connect"));
}

}  // namespace
}  // namespace ops::node
