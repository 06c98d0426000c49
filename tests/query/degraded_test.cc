// What readers are told while a shard lags or a projection is parked.
#include <atomic>

#include "events/record.h"
#include "projections/catalog.h"
#include "query/charts.h"
#include "query/quarantine.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/knowledge/shipped.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using projections::knowledge::test::shipped_knowledge;

using ::testing::HasSubstr;

// A projection of ours that cannot take the resource `poison` until it is mended.
class Frail final : public projections::Projection {
 public:
  explicit Frail(const projections::Projection& whole, const std::atomic<bool>* mended = nullptr)
      : whole_(whole), mended_(mended) {}
  std::string_view name() const override { return whole_.name(); }
  std::uint32_t version() const override { return whole_.version(); }
  events::Status apply(const projections::AcceptedEvent& event, projections::Family family,
                       projections::RowBatch& batch) const override {
    const bool mended = mended_ != nullptr && *mended_;
    if (name() == "chart" && event.id == "poison" && !mended) return events::corrupt("poison");
    return whole_.apply(event, family, batch);
  }
  events::Status forget(const events::StreamKey& stream, projections::Family family,
                        projections::RowBatch& batch) const override {
    return whole_.forget(stream, family, batch);
  }

 private:
  const projections::Projection& whole_;
  const std::atomic<bool>* const mended_;
};

// Patient ana, whose chart a program could not follow, and ben.
class QuarantineRetryTest : public ::testing::Test {
 protected:
  QuarantineRetryTest() {
    for (const auto& whole : projections::all_projections())
      frail_.push_back(std::make_unique<Frail>(*whole, &mended_));
    fixture_.options.projections = frail_;
    fixture_.open();
    sources_.emplace(query::Sources{*fixture_.shards, fixture_.log, fixture_.node.keys->log_id(),
                                    fixture_.node.secrets.log_secret});
    query::add_chart_routes(router_, *sources_, [](const auto&) { return shipped_knowledge(); });
    query::add_quarantine_route(router_, *sources_);
    query::add_quarantine_retry_route(router_, *sources_);
    given("ana", "well");
    given("ana", "poison");
    given("ana", "after");
    given("ben", "well2");
  }
  void given(const std::string& of_patient, const std::string& id) {
    Act act = update(id);
    act.facts = condition(id, id, "2020");
    Request request;
    request.patient = of_patient;
    request.acts = {act};
    fixture_.submit(request);
    fixture_.settle();
  }
  ops::http::Response ask(const std::string& method, const std::string& path,
                          const std::string& body = {}) {
    ops::http::Request request;
    request.method = method;
    request.path = request.target = path;
    request.body = body;
    return router_.route(request);
  }
  boost::json::value read(const std::string& path) {
    return boost::json::parse(ask("GET", path).body);
  }
  ops::http::Response retry(const std::string& event, const std::string& projection = "chart") {
    return ask("POST", "/quarantine/retry",
               R"({"event":")" + event + R"(","projection":")" + projection + "\"}");
  }

  std::atomic<bool> mended_ = false;
  std::vector<std::unique_ptr<const projections::Projection>> frail_;
  ShardsFixture fixture_;
  std::optional<query::Sources> sources_;
  ops::http::Router router_;
};

TEST_F(QuarantineRetryTest, APatientIsCompleteOnceTheCauseIsMended) {
  mended_ = true;

  const auto answer = retry("0:1");

  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto told = boost::json::parse(answer.body);
  EXPECT_EQ(told.at("outcome").as_string(), "complete");
  EXPECT_EQ(told.at("patient").as_string(), "ana");
  EXPECT_TRUE(read("/quarantine").at("parked").as_array().empty());
  const auto chart = read("/charts/ana");
  EXPECT_FALSE(chart.as_object().contains("incomplete"));
  EXPECT_EQ(chart.at("problems").at("items").as_array().size(), 3u);
  given("ana", "later");
  EXPECT_EQ(read("/charts/ana").at("problems").at("items").as_array().size(), 4u);
}

TEST_F(QuarantineRetryTest, WhatStillFailsSaysWhyAndStaysParkedAsItWas) {
  const auto before = read("/quarantine").at("parked");

  const auto answer = retry("0:1");

  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto told = boost::json::parse(answer.body);
  EXPECT_EQ(told.at("outcome").as_string(), "still parked");
  EXPECT_THAT(std::string(told.at("reason").as_string()), HasSubstr("poison"));
  EXPECT_EQ(read("/quarantine").at("parked"), before);
  EXPECT_EQ(read("/charts/ana").at("problems").at("items").as_array().size(), 1u);
  EXPECT_FALSE(read("/charts/ben").as_object().contains("incomplete"));
}

TEST_F(QuarantineRetryTest, WhatIsNotParkedOrNotNamedIsRefusedAndFoldsNothing) {
  mended_ = true;
  EXPECT_EQ(retry("0:0").status, 404);
  EXPECT_EQ(retry("0:1", "medications").status, 404);
  EXPECT_EQ(retry("7:1").status, 404);
  for (const char* place : {"", "0", "0:", ":1", "0:01", "-1:1", "0:1:2", "0:9999999999999999999"})
    EXPECT_EQ(retry(place).status, 400) << place;
  EXPECT_EQ(retry("0:1", "").status, 400);
  for (const char* body :
       {"", "[]", "{}", R"({"event":"0:1"})", R"({"event":1,"projection":"chart"})",
        R"({"event":"0:1","projection":"chart","all":true})"})
    EXPECT_EQ(ask("POST", "/quarantine/retry", body).status, 400) << body;
  EXPECT_EQ(read("/quarantine").at("parked").as_array().size(), 1u);
}

TEST(DegradedTest, AChartSaysThatItIsIncompleteAndOtherPatientsChartsDoNot) {
  std::vector<std::unique_ptr<const projections::Projection>> frail;
  for (const auto& whole : projections::all_projections())
    frail.push_back(std::make_unique<Frail>(*whole));
  ShardsFixture fixture;
  fixture.options.projections = frail;
  fixture.open();
  const query::Sources sources{*fixture.shards, fixture.log, fixture.node.keys->log_id(),
                               fixture.node.secrets.log_secret};
  ops::http::Router router;
  query::add_chart_routes(router, sources, [](const auto&) { return shipped_knowledge(); });
  const auto given = [&](const std::string& of_patient, const std::string& id) {
    Act act = update(id);
    act.facts = condition(id, id, "2020");
    Request request;
    request.patient = of_patient;
    request.acts = {act};
    fixture.submit(request);
    fixture.settle();
  };
  query::add_quarantine_route(router, sources);
  const auto read = [&](const std::string& path) {
    ops::http::Request request;
    request.method = "GET";
    request.path = request.target = path;
    return boost::json::parse(router.route(request).body);
  };
  const auto chart_of = [&](const std::string& of_patient) {
    return read("/charts/" + of_patient);
  };
  given("ana", "well");
  given("ana", "poison");
  given("ben", "well2");

  const auto chart = chart_of("ana");
  EXPECT_EQ(chart.at("incomplete").at(0).at("projection").as_string(), "chart");
  EXPECT_EQ(chart.at("problems").at("items").as_array().size(), 1u);
  EXPECT_FALSE(chart_of("ben").as_object().contains("incomplete"));

  const auto quarantine = read("/quarantine");
  ASSERT_EQ(quarantine.at("parked").as_array().size(), 1u);
  const auto& parked = quarantine.at("parked").at(0);
  EXPECT_EQ(parked.at("projection").as_string(), "chart");
  EXPECT_EQ(parked.at("patient").as_string(), "ana");
  EXPECT_THAT(std::string(parked.at("reason").as_string()), HasSubstr("poison"));
  EXPECT_EQ(parked.at("event").as_string(), "0:1");
  EXPECT_EQ(parked.at("since"), chart.at("incomplete").at(0).at("since"));
  EXPECT_TRUE(quarantine.at("records").as_array().empty());
}

TEST(DegradedTest, AReaderWhoWantsMoreThanTheShardHasIsToldHowFarBehindItIs) {
  ReadFixture read(1);
  query::add_chart_routes(read.router, read.sources,
                          [](const auto&) { return shipped_knowledge(); });
  const auto position = read.send("ana", "Patient", "ana",
                                  patient("ana", {"Reed", "Ann", "1970-05-06", "female", "77"}));
  events::HeaderFields fields;  // a kind that no build knows yet: the shard stops before it
  fields.kind = events::schema::RecordKind::settings;
  fields.log = read.node.keys->log_id();
  fields.stream = read.stream("ana");
  fields.commit = events::CommitKey({1});
  read.log.put(
      {0}, "",
      events::build_record(read.node.secrets.log_secret, events::build_header(fields), "x"));

  const auto answer = read.get(
      "/charts/ana",
      {{"chartlog-min-position", read.token({position.partition, {position.offset.value + 1}})}});

  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_NE(header_of(answer, "Retry-After"), nullptr);
  EXPECT_THAT(answer.body, HasSubstr("1 records behind"));
  EXPECT_EQ(read.get("/charts/ana").status, 200);
}

}  // namespace
}  // namespace tests
