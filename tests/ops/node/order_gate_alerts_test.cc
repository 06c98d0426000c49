// A refusal of the gate as an alert that was shown, on a whole node.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <mutex>
#include <set>
#include <thread>

#include "tests/ops/node/ordering_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Order stopped_order{"new", "fluoxetine", "20"};

class GateAlertsTest : public OrderingNode {
 protected:
  void with_an_maoi() {
    begin();
    takes("phenelzine", "15");
  }
  json::array alerts_found(const std::string& query) {
    const auto bundle = read("/fhir/DetectedIssue?" + query);
    const auto* entries = bundle.as_object().if_contains("entry");
    return entries == nullptr ? json::array() : entries->as_array();
  }
};

std::string alert_in(const http::Answer& refused) {
  constexpr std::string_view head = "recorded as DetectedIssue/";
  const auto at = refused.body.find(head);
  EXPECT_NE(at, refused.body.npos) << refused.body;
  return at == refused.body.npos ? "" : refused.body.substr(at + head.size(), 36);
}

// The pages sign so: reasons and order in one commit that rests on exactly what was checked.
TEST_F(GateAlertsTest, AnOrderMayRestOnTheRecordAsItWasChecked) {
  with_an_maoi();
  const auto check = [&] {
    const auto answer = send("POST", "/charts/ana/medications/$check", order_json(stopped_order));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  };
  const auto sign = [&](const json::value& checked) {
    const std::string uuid(checked.at("cards").at(0).at("uuid").as_string());
    auto issue = read("/fhir/DetectedIssue/" + uuid);
    issue.as_object()["status"] = "final";
    issue.as_object()["mitigation"] = json::parse(
        R"([{"action":{"coding":[{"system":"urn:chartlog:override-reason","code":"monitored"}]}}])");
    const auto order =
        order_json({"new", "fluoxetine", "20", "dr-lee",
                    R"("detectedIssue":[{"reference":"DetectedIssue/)" + uuid + R"("}],)"});
    return send("POST", "/fhir",
                fmt::format(
                    R"({{"resourceType":"Bundle","type":"transaction","entry":[
                    {{"resource":{},"request":{{"method":"PUT","url":"DetectedIssue/{}"}}}},
                    {{"resource":{},"request":{{"method":"PUT","url":"MedicationRequest/new"}}}}]}})",
                    json::serialize(issue), uuid, order),
                {{"Chartlog-If-Record", std::string(checked.at("record").as_string())}});
  };
  const auto stale = check();
  takes("metformin", "500", "came-between");
  EXPECT_EQ(sign(stale).status, 412);
  const auto fresh = check();
  EXPECT_EQ(fresh.at("alerts").at("already_recorded").to_number<int>(), 1);
  const auto signed_order = sign(fresh);
  EXPECT_EQ(signed_order.status, 200) << signed_order.body;
}

TEST_F(GateAlertsTest, ARefusalNamesTheAlertThatWasShownToWhoeverOrdered) {
  with_an_maoi();
  const auto refused = order(stopped_order);
  ASSERT_EQ(refused.status, 422);
  const auto issue = read("/fhir/DetectedIssue/" + alert_in(refused));
  EXPECT_EQ(issue.at("status").as_string(), "preliminary");
  EXPECT_EQ(issue.at("code").at("coding").at(0).at("code").as_string(), "onc-high-08");
  EXPECT_EQ(issue.at("extension").at(1).at("valueReference").at("reference").as_string(),
            "Practitioner/dr-lee");
  EXPECT_EQ(metric("alert_outcomes{outcome=\"shown\",tier=\"stop\"}"), 1);
  EXPECT_EQ(uuid_of(sign(stopped_order), "onc-high-08"), alert_in(refused));
}

TEST_F(GateAlertsTest, TheSameRefusalAgainRecordsNothingEvenOfAnOrderWithoutId) {
  with_an_maoi();
  auto text = order_json(stopped_order);
  text.replace(text.find(R"("id":"new",)"), 11, "");
  const auto first = send("POST", "/fhir/MedicationRequest", text);
  ASSERT_EQ(first.status, 422);
  const auto log = metric("log_appended_records_total");
  const auto again = send("POST", "/fhir/MedicationRequest", text);
  EXPECT_EQ(alert_in(again), alert_in(first));
  EXPECT_EQ(metric("log_appended_records_total"), log);
}

// More at once than the server has workers (ServerOptions::worker_threads): each records its alert
// by a write of its own while it is planned, and waits for nobody.
TEST_F(GateAlertsTest, ManyRefusedAtOnceAreAllAnsweredAndAllRecorded) {
  constexpr int orders = 48;
  with_an_maoi();
  std::mutex mutex;
  std::set<std::string> alerts;
  {
    std::vector<std::jthread> askers;
    for (int i = 1; i <= orders; ++i) {
      askers.emplace_back([&, i] {
        const auto refused =
            order({fmt::format("m{}", i), "fluoxetine", std::to_string(i), "dr-lee"});
        EXPECT_EQ(refused.status, 422) << refused.body;
        const std::lock_guard lock(mutex);
        alerts.insert(alert_in(refused));
      });
    }
  }
  EXPECT_EQ(alerts.size(), std::size_t(orders));
  EXPECT_EQ(alerts_found("patient=ana&_count=100").size(), std::size_t(orders));
  EXPECT_EQ(metric("alerts_not_recorded_total{event=\"shown\"}"), -1);
}

// The child is refused with the orders: an alert would be all that is known of it.
TEST_F(GateAlertsTest, ANewPatientIsJudgedByTheAgeThatComesWithTheOrder) {
  begin();
  std::string text = order_json({"c1", "codeine", "15"});
  text.replace(text.find("Patient/ana"), 11, "Patient/kim");
  const auto born = [&](const std::string& day) {
    return send("POST", "/fhir",
                R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" + text +
                    R"(,"request":{"method":"PUT","url":"MedicationRequest/c1"}},{"resource":
            {"resourceType":"Patient","id":"kim","birthDate":")" +
                    day + R"("},"request":{"method":"PUT","url":"Patient/kim"}}]})");
  };
  const auto refused = born("2020-05-06");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("rule child-codeine"),
                                  HasSubstr("not recorded, since its patient is not"),
                                  Not(HasSubstr("DetectedIssue/"))));
  EXPECT_TRUE(alerts_found("patient=kim").empty());
  EXPECT_EQ(send("GET", "/fhir/Patient/kim", {}).status, 404);
  EXPECT_EQ(born("1970-05-06").status, 200);
}

}  // namespace
}  // namespace ops::node
