// Which orders are asked about before they are written, and what becomes of the answer. What the
// answer says is tests/ops/node/order_gate_test.cc's.
#include "ingest/fhir/order_gate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>
#include <set>

#include "events/clinical_time.h"
#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string hours_ago(int hours) {
  return events::format_instant(fhir::claimed_now() - std::chrono::hours(hours));
}

// `more`: further members, which come first; `status` active unless it is said.
std::string order(const std::string& id, const std::string& more = {},
                  const std::string& status = "active", const std::string& intent = "order") {
  return fmt::format(
      R"({{"resourceType":"MedicationRequest",{}"status":"{}","intent":"{}",{}
      "subject":{{"reference":"Patient/ana"}},"medicationCodeableConcept":{{"text":"fluoxetine"}}}})",
      id.empty() ? "" : fmt::format(R"("id":"{}",)", id), status, intent, more);
}

class OrderGateTest : public ::testing::Test {
 protected:
  OrderGateTest()
      : door_({}, nullptr,
              [this](const ops::auth::Principal& asker, std::string_view request_id,
                     const events::OrdersToCheck& orders) {
                askers_.push_back(fmt::format("{} {}", asker.subject, request_id));
                return answer(orders);
              }) {}

  events::Result<std::vector<events::Error>> answer(const events::OrdersToCheck& orders) {
    std::string asked = orders.patient + ":";
    for (const auto& one : orders.orders) {
      if (label_) label_(one);
      asked += fmt::format(" {}{}", one.is_new ? "new " : "", one.id);
      if (!one.issues_beside.empty()) asked += " reason-beside";
      for (const auto& id : one.issues_recorded) asked += " reason-" + id;
      if (one.has_contained_issue) asked += " contained";
    }
    for (const auto& id : orders.removed) asked += " removed " + id;
    for (const auto& one : orders.beside)
      asked += fmt::format(" {} {}/{}", one.facts.empty() ? "without" : "with",
                           events::type_name(one.type), one.id);
    if (!door_.read("AllergyIntolerance", "a1").empty()) asked += " after a1";
    asked_.push_back(asked);
    if (!broken_.empty()) return events::unavailable(broken_);
    std::vector<events::Error> against;
    for (const auto& one : orders.orders) {
      if (one.is_new && refused_.contains(one.id))
        against.push_back(events::unprocessable(one.path + ": no", one.path));
    }
    return against;
  }
  int put(const std::string& id, const std::string& body, Headers headers = {}) {
    return door_.send("PUT", "/fhir/MedicationRequest/" + id, body, std::move(headers)).status;
  }

  std::vector<std::string> asked_, askers_;
  std::function<void(const events::OrderToCheck&)> label_;
  std::set<std::string> refused_;
  std::string broken_;
  Door door_;
};

TEST_F(OrderGateTest, OnlyOrdersAuthoredHereAndNowAreAskedAbout) {
  struct Case {
    std::string why, body;
    bool asked;
  };
  const auto authored = [](const std::string& when) {
    return fmt::format(R"("authoredOn":"{}",)", when);
  };
  const std::string today = hours_ago(0).substr(0, 10);
  int number = 0;
  for (const auto& [why, body, asked] : {
           Case{"no date", order("@"), true},
           Case{"an hour ago", order("@", authored(hours_ago(1))), true},
           Case{"today", order("@", authored(today)), true},
           Case{"original order", order("@", {}, "active", "original-order"), true},
           Case{"not reported", order("@", R"("reportedBoolean":false,)"), true},
           Case{"25 hours ago", order("@", authored(hours_ago(25))), false},
           Case{"draft", order("@", {}, "draft"), false},
           Case{"on hold", order("@", {}, "on-hold"), false},
           Case{"stopped", order("@", {}, "stopped"), false},
           Case{"plan", order("@", {}, "active", "plan"), false},
           Case{"reported", order("@", R"("reportedBoolean":true,)"), false},
           Case{"reported by", order("@", R"("reportedReference":{"display":"her son"},)"), false},
           Case{"avoid", order("@", R"("doNotPerform":true,)"), false},
       }) {
    asked_.clear();
    const std::string id = fmt::format("m{}", ++number);
    std::string text = body;
    text.replace(text.find('@'), 1, id);
    EXPECT_EQ(put(id, text), 201) << why;
    EXPECT_EQ(!asked_.empty(), asked) << why;
  }
}

TEST_F(OrderGateTest, HistoryIsNotAskedAbout) {
  EXPECT_EQ(put("m1", order("m1"), {{"chartlog-history", "true"}}), 201);
  EXPECT_THAT(asked_, IsEmpty());
  const auto wrong =
      door_.send("PUT", "/fhir/MedicationRequest/m2", order("m2"), {{"chartlog-history", "yes"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("Chartlog-History"));
  EXPECT_EQ(put("m2", order("m2"), {{"chartlog-history", "false"}}), 201);
  EXPECT_THAT(asked_, ElementsAre("ana: new m2"));
}

TEST_F(OrderGateTest, ARefusedOrderIsNotWrittenWhicheverWayItCame) {
  refused_ = {"m1", "held"};
  EXPECT_EQ(put("m1", order("m1")), 422);
  EXPECT_EQ(put("m1", order("m1"), {{"prefer", "respond-async"}}), 422);
  EXPECT_EQ(door_
                .post(transaction({entry("PUT", "MedicationRequest/m1", order("m1")),
                                   entry("PUT", "MedicationRequest/m2", order("m2"))}))
                .status,
            422);
  EXPECT_EQ(door_.read("MedicationRequest", "m2"), "");  // one refused refuses all

  ASSERT_EQ(put("held", order("held", {}, "on-hold")), 201);
  const auto records = door_.records();
  EXPECT_EQ(door_
                .send("PATCH", "/fhir/MedicationRequest/held",
                      R"([{"op":"replace","path":"/status","value":"active"}])",
                      {{"content-type", "application/json-patch+json"}})
                .status,
            422);
  const auto answer = door_.post(batch({entry("PUT", "MedicationRequest/m1", order("m1")),
                                        entry("PUT", "MedicationRequest/m3", order("m3"))}));
  EXPECT_THAT(answer.body, HasSubstr("Bundle.entry[0].resource: no"));
  EXPECT_EQ(door_.read("MedicationRequest", "m1"), "");
  EXPECT_NE(door_.read("MedicationRequest", "m3"), "");
  EXPECT_EQ(door_.records(), records + 1);
}

TEST_F(OrderGateTest, AnActiveOrderIsNewAgainOnlyWithAnotherDrugOrDose) {
  ASSERT_EQ(put("m1", order("m1")), 201);
  asked_.clear();
  EXPECT_EQ(put("m1", order("m1", R"("note":[{"text":"call back"}],)")), 200);
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_EQ(put("m1", order("m1", R"("dosageInstruction":[{"text":"two a day"}],)")), 200);
  EXPECT_THAT(asked_, ElementsAre("ana: new m1"));
}

TEST_F(OrderGateTest, WhatElseTheRequestDoesIsSaid) {
  ASSERT_EQ(put("old", order("old")), 201);
  ASSERT_EQ(put("gone", order("gone")), 201);
  asked_.clear();
  const std::string issue =
      R"({"resourceType":"DetectedIssue","status":"final","patient":{"reference":"Patient/ana"}})";
  const std::string reasons =
      R"("contained":[{"resourceType":"DetectedIssue","id":"x","status":"final"}],)"
      R"("detectedIssue":[{"reference":"urn:uuid:d1"},{"reference":"DetectedIssue/seen"},)"
      R"({"reference":"#x"}],)";
  EXPECT_EQ(
      door_
          .post(transaction({entry("PUT", "MedicationRequest/m1", order("m1", reasons)),
                             entry("POST", "DetectedIssue", issue, "urn:uuid:d1"),
                             entry("PUT", "MedicationRequest/old", order("old", {}, "stopped")),
                             entry("DELETE", "MedicationRequest/gone", "")}))
          .status,
      200);
  EXPECT_THAT(asked_,
              ElementsAre("ana: new m1 reason-beside reason-seen contained old removed gone"));
}

std::string allergy(const std::string& id, const std::string& patient = "ana") {
  return fmt::format(
      R"({{"resourceType":"AllergyIntolerance","id":"{}","patient":{{"reference":"Patient/{}"}},)"
      R"("code":{{"text":"penicillin"}}}})",
      id, patient);
}

TEST_F(OrderGateTest, WhatOfTheChartComesWithTheOrdersIsSaidWhicheverComesFirst) {
  const auto of_ana = [](const std::string& type, const std::string& id) {
    return fmt::format(
        R"({{"resourceType":"{}","id":"{}",{}"subject":{{"reference":"Patient/ana"}},)"
        R"("code":{{"text":"x"}}}})",
        type, id, type == "Condition" ? "" : R"("status":"final",)");
  };
  ASSERT_EQ(door_.send("PUT", "/fhir/Condition/c1", of_ana("Condition", "c1")).status, 201);
  const std::vector<std::string> beside{
      entry("PUT", "Patient/ana", R"({"resourceType":"Patient","id":"ana"})"),
      entry("PUT", "AllergyIntolerance/a2", allergy("a2")),
      entry("DELETE", "Condition/c1", ""),
      entry("DELETE", "Condition/never", ""),
      entry("PUT", "Observation/o1", of_ana("Observation", "o1")),
      entry("PUT", "DiagnosticReport/r1", of_ana("DiagnosticReport", "r1")),
      entry("PUT", "AllergyIntolerance/b1", allergy("b1", "ben"))};
  const std::string says =
      "ana: new m1 with Patient/ana with AllergyIntolerance/a2 without Condition/c1 with "
      "Observation/o1";
  refused_ = {"m1"};
  auto first = beside, last = beside;
  first.insert(first.begin(), entry("PUT", "MedicationRequest/m1", order("m1")));
  last.push_back(entry("PUT", "MedicationRequest/m1", order("m1")));
  for (const auto& entries : {first, last})
    EXPECT_THAT(door_.post(transaction(entries)).body, HasSubstr("].resource: no"));
  EXPECT_THAT(asked_, ElementsAre(says, says));
}

TEST_F(OrderGateTest, OrdersOfABatchComeAfterItsOtherEntries) {
  const auto answer = door_.post(batch({entry("PUT", "MedicationRequest/m1", order("m1")),
                                        entry("PUT", "AllergyIntolerance/a1", allergy("a1"))}));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(asked_, ElementsAre("ana: new m1 after a1"));
}

TEST_F(OrderGateTest, AnOrderIsNamedAsACheckOfTheSameBodyNamesIt) {
  std::vector<std::string> labels;
  label_ = [&](const events::OrderToCheck& one) { labels.push_back(one.label); };
  ASSERT_EQ(put("m1", order("m1")), 201);
  ASSERT_EQ(door_.send("POST", "/fhir/MedicationRequest", order("")).status, 201);
  ASSERT_EQ(door_
                .post(transaction({entry("PUT", "MedicationRequest/m2", order("m2")),
                                   entry("POST", "MedicationRequest", order(""))}))
                .status,
            200);
  EXPECT_THAT(labels, ElementsAre("MedicationRequest/m1", "MedicationRequest",
                                  "MedicationRequest/m2", "Bundle.entry[1]"));
}

TEST_F(OrderGateTest, WhoAsksIsSaid) {
  ASSERT_EQ(put("m1", order("m1"), {{"x-request-id", "r7"}}), 201);
  EXPECT_THAT(askers_, ElementsAre(HasSubstr("anonymous")));
}

// Whoever repeats gets the first answer, though by now something speaks against the order.
TEST_F(OrderGateTest, ARepeatIsNotJudgedAgain) {
  const Headers key{{"idempotency-key", "k1"}};
  ASSERT_EQ(put("m1", order("m1"), key), 201);
  ASSERT_EQ(put("m1", order("m1", {}, "stopped")), 200);
  refused_ = {"m1"};
  EXPECT_EQ(put("m1", order("m1"), key), 201);
}

TEST_F(OrderGateTest, WhatCannotBeLookedAtIsNotWritten) {
  broken_ = "rows are away";
  EXPECT_EQ(put("m1", order("m1")), 503);
  EXPECT_EQ(door_.read("MedicationRequest", "m1"), "");
}

}  // namespace
}  // namespace ingest::test
