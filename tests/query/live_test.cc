#include "query/live.h"

#include "events/settings_streams.h"
#include "projections/measures/keeper.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/measures/small_measure.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LiveTest : public ::testing::Test {
 protected:
  LiveTest() { query::add_live_routes(read_.router, read_.sources, hub_); }

  std::shared_ptr<Listener> listen(const std::string& target,
                                   std::vector<std::pair<std::string, std::string>> headers = {}) {
    auto response = read_.get(target, std::move(headers));
    EXPECT_EQ(response.status, 200) << response.body;
    auto listener = std::make_shared<Listener>();
    if (response.stream) response.stream(listener);
    return listener;
  }
  events::Position given(const std::string& id, const std::string& of_patient = "ana") {
    return read_.send(of_patient, "Condition", id, condition(id, id, "2020"));
  }
  void follow_a_measure() {
    namespace measures = projections::measures;
    for (const auto& stream : events::settings_streams(read_.node.secrets.log_secret, 2)) {
      Act setting;
      setting.type = "Setting";
      setting.id = "measure-Small-1.0";
      setting.facts = measures::test::setting_facts(
          setting.id, measures::test::small_payload({"2025-01-01/2025-12-31"}));
      Request request;
      request.stream = stream;
      request.acts = {setting};
      read_.submit(request);
    }
    auto keeper =
        measures::Keeper::open(read_.folder.path() / "measures", *read_.shards,
                               read_.sources.log_id, read_.node.secrets.log_secret, registry_);
    ASSERT_TRUE(keeper) << keeper.error().message;
    keeper_ = std::move(*keeper);
    hub_.follow(*keeper_);
    until_measured();  // who is there when a measure begins has not moved
  }
  void until_measured() {
    ASSERT_TRUE(
        keeper_->wait_until_idle(std::chrono::steady_clock::now() + std::chrono::seconds(30)));
  }
  static query::LiveOptions quick() {
    query::LiveOptions options;
    options.moves_back_max = 1;
    options.heartbeat = std::chrono::milliseconds(30);
    options.changes_a_turn = 2;
    return options;
  }
  ReadFixture read_{2};
  prometheus::Registry registry_;
  std::unique_ptr<projections::measures::Keeper> keeper_;  // outlives the hub that follows it
  query::LiveHub hub_{quick(), read_.sources};
};

TEST_F(LiveTest, WithoutSinceAListenerHearsWhatCommitsFromNowOn) {
  given("before");
  auto listener = listen("/live");
  given("after");

  ASSERT_TRUE(listener->hears(R"("id":"after")"));
  EXPECT_THAT(listener->heard(), Not(HasSubstr("before")));
  EXPECT_THAT(listener->heard(), HasSubstr("event: change\nid: "));
  EXPECT_THAT(listener->heard(), HasSubstr(R"("patient":"ana")"));
  EXPECT_THAT(listener->heard(),
              HasSubstr(R"({"effect":"recorded","type":"Condition","id":"after","version":1})"));
}

TEST_F(LiveTest, FromAnyPositionNothingIsMissedAndNothingTwice) {
  auto first = listen("/live");
  for (int i = 0; i < 9; ++i) given("a" + std::to_string(i), i % 2 == 0 ? "ana" : "ben");
  ASSERT_TRUE(first->hears("event: change", 9));
  first->hang_up();
  for (int i = 0; i < 9; ++i) given("b" + std::to_string(i), i % 2 == 0 ? "ana" : "ben");

  auto again = listen("/live", {{"last-event-id", first->last_id()}});

  ASSERT_TRUE(again->hears("event: change", 9));
  given("end");
  ASSERT_TRUE(again->hears(R"("id":"end")"));
  EXPECT_THAT(again->heard(), Not(HasSubstr(R"("id":"a)")));
  for (int i = 0; i < 9; ++i) {
    EXPECT_TRUE(again->hears(R"("id":"b)" + std::to_string(i) + "\"")) << i;
  }
  std::size_t changes = 0;
  const auto heard = again->heard();
  for (auto at = heard.find("event: change"); at != heard.npos;
       at = heard.find("event: change", at + 1)) {
    ++changes;
  }
  EXPECT_EQ(changes, 10u);
}

TEST_F(LiveTest, APatientsListenerHearsOnlyThatPatient) {
  auto listener = listen("/live?patient=ana");
  given("other", "ben");
  given("own", "ana");

  ASSERT_TRUE(listener->hears(R"("id":"own")"));
  EXPECT_THAT(listener->heard(), Not(HasSubstr("other")));
}

TEST_F(LiveTest, SinceATokenOfOneCommitStartsBehindIt) {
  const auto position = given("one");
  given("two");
  auto listener = listen("/live?patient=ana&since=" + read_.token(position));

  ASSERT_TRUE(listener->hears(R"("id":"two")"));
  EXPECT_THAT(listener->heard(), Not(HasSubstr(R"("id":"one")")));
}

TEST_F(LiveTest, ASilentLineIsKeptAlive) {
  auto listener = listen("/live");

  EXPECT_TRUE(listener->hears(": alive", 2));
}

TEST_F(LiveTest, AListenerThatHasGoneIsLetGo) {
  auto listener = listen("/live");
  listener->hang_up();
  given("one");

  EXPECT_TRUE(listener->is_closed());
}

TEST_F(LiveTest, ASlowListenerIsCutOffAndAHundredOthersHearAll) {
  // As a connection whose unsent bytes have reached their bound.
  struct Slow final : ops::http::ChunkSink {
    bool write(std::string) override { return ++writes < 3; }
    void close() override { closed = true; }
    std::atomic<int> writes = 0;
    std::atomic<bool> closed = false;
  };
  std::vector<std::shared_ptr<Listener>> listeners;
  for (int i = 0; i < 100; ++i) listeners.push_back(listen("/live"));
  auto slow = std::make_shared<Slow>();
  auto response = read_.get("/live");
  response.stream(slow);
  for (int i = 0; i < 9; ++i) given("c" + std::to_string(i));

  for (const auto& listener : listeners) EXPECT_TRUE(listener->hears("event: change", 9));
  EXPECT_TRUE(slow->closed);
  EXPECT_EQ(slow->writes, 3);
}

// A document of the fixture's that is a resource: {"is":"x","resourceType":…}.
Act resource(const std::string& type, const std::string& id, const std::string& rest = {}) {
  Act act;
  act.type = type;
  act.id = id;
  act.content = id + R"(","resourceType":")" + type + R"(","id":")" + id + rest;
  return act;
}

TEST_F(LiveTest, AListenerHearsWhoMovedInAMeasureAndWhy) {
  follow_a_measure();
  auto listener = listen("/live?patient=ana");
  auto of_another = listen("/live?patient=ben");

  read_.submit({resource("Patient", "ana"), resource("Encounter", "e1")});

  ASSERT_TRUE(listener->hears("event: measure"));
  EXPECT_THAT(listener->heard(), HasSubstr(R"("measure":"Small-1.0")"));
  EXPECT_THAT(listener->heard(), HasSubstr(R"("from":"","to":"denominator initial-population")"));
  EXPECT_THAT(listener->heard(), HasSubstr("Encounter/e1 recorded"));
  EXPECT_THAT(of_another->heard(), Not(HasSubstr("event: measure")));
}

TEST_F(LiveTest, OfWhatMovedEarlierAListenerHearsTheNewestAndAPatientsOwnAll) {
  const auto before = read_.token(given("before"));
  follow_a_measure();
  read_.submit({resource("Patient", "ana"), resource("Encounter", "e1")});
  until_measured();
  Request of_ben;
  of_ben.patient = "ben";
  of_ben.acts = {resource("Patient", "ben"), resource("Encounter", "e2")};
  read_.submit(of_ben);
  until_measured();
  auto everybody = listen("/live?since=" + before);
  auto of_ana = listen("/live?patient=ana&since=" + before);

  ASSERT_TRUE(everybody->hears("event: measure"));
  ASSERT_TRUE(of_ana->hears("event: measure"));
  EXPECT_THAT(of_ana->heard(), HasSubstr("Encounter/e1 recorded"));
  EXPECT_TRUE(everybody->hears(": alive"));
  EXPECT_THAT(everybody->heard(), HasSubstr("Encounter/e2 recorded"));
  EXPECT_THAT(everybody->heard(), Not(HasSubstr("Encounter/e1 recorded")));
}

TEST_F(LiveTest, PositionsOfNoPlaceInThisLogAreRefused) {
  const auto position = given("one");
  const auto beyond = read_.token({position.partition, {position.offset.value + 9}});
  EXPECT_EQ(read_.get("/live?since=" + beyond).status, 400);
  EXPECT_EQ(read_.get("/live?since=x").status, 400);
  EXPECT_EQ(read_.get("/live?patient=a%20b").status, 400);
  EXPECT_EQ(read_.get("/live?from=1").status, 400);
}

}  // namespace
}  // namespace tests
