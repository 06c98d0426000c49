// Alerts as events and the gate on a whole node; order_gate.txt has what a pharmacist would ask.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <mutex>
#include <thread>

#include "tests/ops/node/ordering_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* rule = "onc-high-08";
const Order fluoxetine{"new", "fluoxetine", "20"};

class OrderGateNodeTest : public OrderingNode {
 protected:
  void with_phenelzine() {
    begin();
    takes("phenelzine", "15");
  }
  json::array found(const std::string& query) {
    const auto bundle = read("/fhir/DetectedIssue?" + query);
    const auto* entries = bundle.as_object().if_contains("entry");
    return entries == nullptr ? json::array() : entries->as_array();
  }
  std::int64_t versions(const std::string& uuid) {
    return read("/fhir/DetectedIssue/" + uuid + "/_history").at("total").as_int64();
  }
};

TEST_F(OrderGateNodeTest, ARefusalNamesRuleDrugsSourceAndRemedy) {
  with_phenelzine();
  const auto refused = order(fluoxetine);
  EXPECT_EQ(refused.status, 422);
  const auto issue = json::parse(refused.body).at("issue").at(0);
  EXPECT_EQ(issue.at("expression").at(0).as_string(), "MedicationRequest.detectedIssue");
  EXPECT_THAT(std::string(issue.at("diagnostics").as_string()),
              AllOf(HasSubstr("rule onc-high-08"), HasSubstr("fluoxetine with phenelzine"),
                    HasSubstr("Source: "), HasSubstr("Not clinically reviewed"),
                    HasSubstr("urn:chartlog:rule|onc-high-08"),
                    HasSubstr("urn:chartlog:override-reason| benefit-outweighs-risk")));
  EXPECT_EQ(send("GET", "/fhir/MedicationRequest/new", {}).status, 404);
  EXPECT_EQ(metric("orders_gated_total{outcome=\"refused\"}"), 1);
}

TEST_F(OrderGateNodeTest, AContainedReasonIsNotLookedAtAndThatIsSaid) {
  with_phenelzine();
  auto own = fluoxetine;
  std::string issue = reason_json(rule, "monitored");
  issue.insert(1, R"("id":"why",)");
  own.more = R"("contained":[)" + issue + R"(],"detectedIssue":[{"reference":"#why"}],)";
  const auto refused = order(own);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("A contained DetectedIssue is not looked at"));
}

TEST_F(OrderGateNodeTest, DraftsOfOneBundleAreCheckedAgainstEachOther) {
  begin();
  const auto both = [](const std::string& type) {
    return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[{"resource":)" +
           order_json({"a", "simvastatin", "20"}) +
           R"(,"request":{"method":"PUT","url":"MedicationRequest/a"}},{"resource":)" +
           order_json({"b", "clarithromycin", "500"}) +
           R"(,"request":{"method":"PUT","url":"MedicationRequest/b"}}]})";
  };
  const auto refused = send("POST", "/fhir", both("transaction"));
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("onc-high-25"));
  EXPECT_EQ(send("GET", "/fhir/MedicationRequest/a", {}).status, 404);

  // In a batch each stands for itself: the first is recorded, against it the second is stopped.
  const auto entries = json::parse(send("POST", "/fhir", both("batch")).body).at("entry");
  EXPECT_THAT(std::string(entries.at(0).at("response").at("status").as_string()), HasSubstr("201"));
  EXPECT_THAT(std::string(entries.at(1).at("response").at("status").as_string()), HasSubstr("422"));
}

TEST_F(OrderGateNodeTest, APatientMayBeNewWithTheOrders) {
  begin();
  std::string mine = order_json({"a", "simvastatin", "20"});
  std::string other = order_json({"b", "clarithromycin", "500"});
  for (auto* text : {&mine, &other}) text->replace(text->find("Patient/ana"), 11, "urn:uuid:p");
  const auto refused = send(
      "POST", "/fhir",
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:p","resource":
      {"resourceType":"Patient","gender":"male"},"request":{"method":"POST","url":"Patient"}},{"resource":)" +
          mine + R"(,"request":{"method":"PUT","url":"MedicationRequest/a"}},{"resource":)" +
          other + R"(,"request":{"method":"PUT","url":"MedicationRequest/b"}}]})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("onc-high-25"));
}

TEST_F(OrderGateNodeTest, OrdersOfOtherSitesAndWithTheGateOpenAreRecorded) {
  with_phenelzine();
  EXPECT_EQ(order(fluoxetine, {{"X-Chartlog-Site", "south"}}).status, 201);
  node_.reset();
  settings_.order_gate = false;
  start();
  wait_until_ready();
  EXPECT_EQ(order({"second", "fluoxetine", "20"}).status, 201);
}

TEST_F(OrderGateNodeTest, AShownAlertIsADetectedIssueThatSearchFinds) {
  with_phenelzine();
  const auto uuid = uuid_of(sign(fluoxetine), rule);

  const auto issue = read("/fhir/DetectedIssue/" + uuid);
  EXPECT_EQ(issue.at("status").as_string(), "preliminary");
  EXPECT_EQ(issue.at("severity").as_string(), "high");
  EXPECT_EQ(issue.at("code").at("coding").at(0).at("system").as_string(), "urn:chartlog:rule");
  EXPECT_EQ(issue.at("code").at("coding").at(1).at("code").as_string(), "DRG");
  EXPECT_EQ(issue.at("extension").at(0).at("url").as_string(), "urn:chartlog:extension:knowledge");
  EXPECT_EQ(issue.at("extension").at(1).at("valueReference").at("reference").as_string(),
            "Practitioner/dr-lee");
  for (const auto* query :
       {"patient=ana&implicated=MedicationRequest/list&identified=ge2026",
        "code=urn:chartlog:rule|onc-high-08",
        "patient=ana&code=http://terminology.hl7.org/CodeSystem/v3-ActCode|DRG"})
    EXPECT_EQ(found(query).size(), 1u) << query;
  EXPECT_TRUE(found("patient=ana&identified=lt2026").empty());
}

TEST_F(OrderGateNodeTest, TheSameCardAgainChangesNothing) {
  with_phenelzine();
  const auto uuid = uuid_of(sign(fluoxetine), rule);
  const auto log = metric("log_appended_records_total");
  EXPECT_EQ(uuid_of(sign(fluoxetine), rule), uuid);
  EXPECT_EQ(metric("log_appended_records_total"), log);
  ASSERT_EQ(feedback(uuid, "overridden").status, 200);
  sign(fluoxetine);  // what was done with it stands
  EXPECT_EQ(versions(uuid), 2);
  EXPECT_EQ(read("/fhir/DetectedIssue/" + uuid).at("status").as_string(), "final");
}

TEST_F(OrderGateNodeTest, AskedByManyAtOnceAnAlertIsRecordedOnceAndNobodyIsToldThatItIsNot) {
  with_phenelzine();
  std::mutex mutex;
  std::int64_t recorded = 0, not_recorded = 0;
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < 8; ++i) {
      askers.emplace_back([&] {
        const auto alerts = json::parse(send("POST", "/charts/ana/medications/$check",
                                             order_json(fluoxetine, "draft"))
                                            .body)
                                .at("alerts");
        const std::lock_guard lock(mutex);
        recorded += alerts.at("recorded").as_int64();
        not_recorded += alerts.at("not_recorded").as_int64();
      });
    }
  }
  // Who sends the same write at the same moment is told of the one commit that it became.
  EXPECT_GE(recorded, 1);
  EXPECT_EQ(not_recorded, 0);
  const auto all = found("patient=ana");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(versions(std::string(all.front().at("resource").at("id").as_string())), 1);
}

TEST_F(OrderGateNodeTest, FeedbackIsAVersionOfTheAlertAndTheSameFeedbackAgainIsNone) {
  with_phenelzine();
  const auto uuid = uuid_of(sign(fluoxetine), rule);
  const auto said = json::parse(feedback(uuid, "overridden", "monitored").body);
  EXPECT_EQ(said.at("alerts").at("recorded").to_number<int>(), 1);
  const auto again = json::parse(feedback(uuid, "overridden", "monitored").body);
  EXPECT_EQ(again.at("alerts").at("already_recorded").to_number<int>(), 1);
  EXPECT_EQ(versions(uuid), 2);
  const auto mitigation = read("/fhir/DetectedIssue/" + uuid).at("mitigation").as_array();
  ASSERT_EQ(mitigation.size(), 1u);
  EXPECT_EQ(mitigation[0].at("author").at("reference").as_string(), "Practitioner/dr-lee");
  EXPECT_EQ(mitigation[0].at("action").at("coding").at(1).at("code").as_string(), "monitored");

  const auto lowered = sign(fluoxetine);
  EXPECT_THAT(tiers_of(lowered), ElementsAre("warn onc-high-08"));
  EXPECT_THAT(std::string(lowered[0].at("detail").as_string()),
              HasSubstr("instead of stop: overridden by Practitioner/dr-lee on "
                        "2026-11-27T12:00:00Z (monitored)"));
}

// The specification says nothing of feedback about a card that nobody kept: it is taken.
TEST_F(OrderGateNodeTest, FeedbackOnACardThatWasNeverShownIsCountedAndThatItIsNotIsSaid) {
  begin();
  const std::string nobody = "00000000-0000-5000-8000-000000000000";
  const auto answer = feedback(nobody, "accepted");
  EXPECT_EQ(answer.status, 200);
  const auto said = json::parse(answer.body);
  EXPECT_EQ(said.at("counted").to_number<int>(), 1);
  EXPECT_EQ(said.at("alerts").at("never_shown").at(0).as_string(), nobody);
  EXPECT_EQ(metric("cds_feedback_total{outcome=\"accepted\",service=\"order-sign\"}"), 1);
}

TEST_F(OrderGateNodeTest, OnlyWhoIsAboutToOrderIsAlerted) {
  with_phenelzine();
  takes("fluoxetine", "20", "list-2");
  EXPECT_EQ(send("GET", "/charts/ana/medications/$check", {}).status, 200);
  const std::string context =
      R"("hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":{"userId":"Practitioner/1",
      "patientId":"ana")";
  EXPECT_EQ(
      send("POST", "/cds-services/patient-view", R"({"hook":"patient-view",)" + context + "}}")
          .status,
      200);
  EXPECT_EQ(send("POST", "/cds-services/order-select",
                 R"({"hook":"order-select",)" + context +
                     R"(,"selections":["MedicationRequest/new"],"draftOrders":{"resourceType":
                     "Bundle","entry":[{"resource":)" +
                     order_json(fluoxetine, "draft") + "}]}}}")
                .status,
            200);
  EXPECT_TRUE(found("patient=ana").empty());

  const auto checked = json::parse(
      send("POST", "/charts/ana/medications/$check", order_json(fluoxetine, "draft")).body);
  EXPECT_GT(checked.at("alerts").at("recorded").to_number<int>(), 0);
  const std::string uuid(checked.at("cards").at(0).at("uuid").as_string());
  EXPECT_EQ(read("/fhir/DetectedIssue/" + uuid).at("id").as_string(), uuid);
}

TEST_F(OrderGateNodeTest, ANodeThatTakesNoWritesAnswersAndSaysThatItRecordsNothing) {
  with_phenelzine();
  node_.reset();
  settings_.takes_writes = false;
  start();
  wait_until_ready();
  const auto answer =
      send("POST", "/charts/ana/medications/$check", order_json(fluoxetine, "draft"));
  EXPECT_EQ(answer.status, 200);
  const auto alerts = json::parse(answer.body).at("alerts");
  EXPECT_EQ(alerts.at("not_recorded").to_number<int>(), 1);
  EXPECT_EQ(alerts.at("because").as_string(), "this node takes no writes");
  EXPECT_EQ(metric("alerts_not_recorded_total{event=\"shown\"}"), 1);
}

TEST_F(OrderGateNodeTest, RatesAreOfAllShardsByRuleTierAndReason) {
  with_phenelzine();
  feedback(uuid_of(sign(fluoxetine), rule), "overridden", "monitored");
  feedback(uuid_of(sign({"new", "fluoxetine", "40"}), rule), "accepted");
  const auto rates = read("/alerts/rates").at("rates").as_array();
  ASSERT_EQ(rates.size(), 1u);
  EXPECT_EQ(rates[0].at("tier").as_string(), "stop");
  EXPECT_EQ(rates[0].at("shown").to_number<int>(), 2);
  EXPECT_EQ(rates[0].at("override_rate").to_number<double>(), 0.5);
  EXPECT_EQ(rates[0].at("reasons").at(0).at("reason").as_string(), "monitored");
  EXPECT_EQ(found(std::string(rates[0].at("alerts").as_string()).substr(20)).size(), 2u);
  EXPECT_TRUE(read("/alerts/rates?rule=none-such").at("rates").as_array().empty());
  EXPECT_TRUE(read("/alerts/rates?to=2020-01").at("rates").as_array().empty());
  EXPECT_EQ(read("/alerts/rates?from=2020-01").at("rates").as_array().size(), 1u);
  EXPECT_EQ(metric("alert_outcomes{outcome=\"overridden\",tier=\"stop\"}"), 1);
  EXPECT_EQ(metric("alert_outcomes{outcome=\"shown\",tier=\"stop\"}"), 2);
  EXPECT_EQ(metric("alert_outcomes{outcome=\"shown\",tier=\"warn\"}"), 0);
}

TEST_F(OrderGateNodeTest, WhatIsNoQuestionAboutRatesIsRefusedByName) {
  begin();
  for (const auto& [query, says] : {std::pair{"from=2026", "YYYY-MM"},
                                    {"to=2026-13", "YYYY-MM"},
                                    {"from=2026-1x", "from"},
                                    {"from=2026-02&to=2026-01", "to"},
                                    {"rule=", "rule"},
                                    {"asOf=2026-01-01", "asOf"},
                                    {"tier=stop", "tier"}}) {
    const auto refused = send("GET", std::string("/alerts/rates?") + query, {});
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_THAT(refused.body, HasSubstr(says)) << query;
  }
}

}  // namespace
}  // namespace ops::node
