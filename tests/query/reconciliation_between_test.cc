// What happens between the look at a record and the commit that signs it: the way in is held up
// while others write, and its answers are lost.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "query/reconciliation/routes.h"
#include "tests/ingest/door.h"
#include "tests/projections/knowledge/shipped.h"

namespace tests {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

std::string order(const std::string& id, const std::string& drug) {
  return fmt::format(
      R"({{"resourceType":"MedicationRequest","id":"{}","status":"active","intent":"order","subject":{{"reference":"Patient/ana"}},"medicationCodeableConcept":{{"text":"{}"}}}})",
      id, drug);
}

class ReconciliationBetween : public ::testing::Test {
 protected:
  using Between = std::function<void()>;

  ReconciliationBetween() {
    query::reconciliation::add_reconciliation_routes(
        door_.router, *door_.sources,
        [](const query::PatientRead&) { return projections::knowledge::test::shipped_knowledge(); },
        [this](ops::http::Request& request) {
          if (between_) std::exchange(between_, nullptr)();
          if (refuses_) {
            ++refused_;
            return ops::http::outcome_response(
                {events::ErrorCode::conflict, "a gate is closed", {}});
          }
          auto response = door_.router.route(request);
          if (std::exchange(answer_is_lost_, false)) response.status = 504;
          return response;
        });
    put("Patient", "ana", ingest::test::patient("1", "ana"));
    put("MedicationRequest", "lisi", order("lisi", "lisinopril"));
  }
  void put(const std::string& type, const std::string& id, const std::string& body) {
    ASSERT_EQ(door_.send("PUT", "/fhir/" + type + "/" + id, body).status, 201);
  }
  ops::http::Response stop() {
    const auto proposal = door_.send("GET", "/charts/ana/reconciliations/proposal");
    body_ = fmt::format(
        R"({{"position":"{}","decisions":[{{"decision":"stop","reason":"cough","resources":["MedicationRequest/lisi/_history/1"]}}]}})",
        std::string(json::parse(proposal.body).at("position").as_string()));
    return sign();
  }
  ops::http::Response sign() { return door_.send("POST", "/charts/ana/reconciliations", body_); }
  std::size_t lists() {
    const auto all = json::parse(door_.send("GET", "/charts/ana/reconciliations").body);
    return all.at("reconciliations").as_array().size();
  }

  ingest::test::Door door_;
  Between between_;
  bool answer_is_lost_ = false, refuses_ = false;
  int refused_ = 0;
  std::string body_;
};

TEST_F(ReconciliationBetween, AnOrderThatComesInBetweenIsNamedAndNothingIsSigned) {
  between_ = [this] { put("MedicationRequest", "warf", order("warf", "warfarin")); };

  const auto refused = stop();

  EXPECT_EQ(refused.status, 412) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("MedicationRequest/warf version 1"));
  EXPECT_THAT(door_.read("MedicationRequest", "lisi"), HasSubstr(R"("status":"active")"));
  EXPECT_EQ(lists(), 0u);
}

// CLINICAL.md, "What people see": an arriving allergy is looked at before anything is signed.
TEST_F(ReconciliationBetween, AnAllergyThatComesInBetweenIsNamedAndNothingIsSigned) {
  between_ = [this] {
    put("AllergyIntolerance", "a",
        R"({"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/ana"},)"
        R"("code":{"text":"penicillin"}})");
  };

  const auto refused = stop();

  EXPECT_EQ(refused.status, 412) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("AllergyIntolerance/a version 1"));
  EXPECT_THAT(door_.read("MedicationRequest", "lisi"), HasSubstr(R"("status":"active")"));
  EXPECT_EQ(lists(), 0u);
}

TEST_F(ReconciliationBetween, WhatHasNothingToDoWithItHindersNobody) {
  between_ = [this] {
    put("Condition", "c", ingest::test::condition("Patient/ana", "cough", "c"));
  };

  const auto done = stop();

  EXPECT_EQ(done.status, 201) << done.body;
  EXPECT_THAT(door_.read("MedicationRequest", "lisi"), HasSubstr(R"("status":"stopped")"));
}

TEST_F(ReconciliationBetween, WhatTheWayInRefusesIsToldOnce) {
  refuses_ = true;

  const auto refused = stop();

  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("a gate is closed"));
  EXPECT_EQ(refused_, 1);
}

TEST_F(ReconciliationBetween, ARepeatAfterALostAnswerFindsWhatWasSigned) {
  answer_is_lost_ = true;
  EXPECT_EQ(stop().status, 504);

  const auto again = sign();

  EXPECT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(again.body, sign().body);
  EXPECT_EQ(lists(), 1u);
}

TEST_F(ReconciliationBetween, ARecordThatChangesAtEachTryIsGivenUp) {
  int times = 0;
  std::function<void()> disturb = [&] {
    const auto id = fmt::format("c{}", ++times);
    put("Condition", id, ingest::test::condition("Patient/ana", "cough", id));
    between_ = disturb;
  };
  between_ = disturb;

  const auto refused = stop();

  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("nothing was written"));
  EXPECT_EQ(lists(), 0u);
}

}  // namespace
}  // namespace tests
