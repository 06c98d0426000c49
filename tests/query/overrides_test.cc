// What a check asks to be recorded, and what recorded overrides do to the next check.
#include "query/checks/overrides.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "ops/http/text.h"
#include "projections/alert_outcomes.h"
#include "tests/query/checks_fixture.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string fluoxetine(const std::string& dose = "20", const std::string& by = "lee") {
  std::string order = text_draft("new", "fluoxetine");
  order.pop_back();
  const std::string dosage =
      dose.empty()
          ? ""
          : fmt::format(
                R"(,"dosageInstruction":[{{"timing":{{"repeat":{{"frequency":1,"period":1,"periodUnit":"d"}}}},
                "doseAndRate":[{{"doseQuantity":{{"value":{},"unit":"mg"}}}}]}}])",
                dose);
  const std::string requester =
      by.empty() ? "" : R"(,"requester":{"reference":"Practitioner/)" + by + "\"}";
  return order + dosage + requester + "}";
}

// How a recorded override differs from one that counts.
struct Overridden {
  std::string severity = "high", status = "final", by = "lee", reason = "monitored";
  std::string about = {};  // else that of the card
};

class OverridesTest : public ChecksFixture {
 protected:
  OverridesTest() {
    given_patient();
    takes("list-1", {"", "phenelzine"});
    query::checks::add_check_routes(router_, read_.sources, checks_,
                                    [this](ops::http::Request& asked) {
                                      asked_.push_back(asked);
                                      ops::http::Response response;
                                      response.status = status_;
                                      return response;
                                    });
  }
  boost::json::value check_and_record(const std::string& order) {
    auto request = ops::http::read_head(
        {"POST", "/charts/ana/medications/$check", {{"x-chartlog-subject", "dr-x"}}}, "here:80");
    request->body = order;
    const auto response = router_.route(*request);
    EXPECT_EQ(response.status, 200) << response.body;
    return boost::json::parse(response.body);
  }
  // The DetectedIssue that the last check wanted written.
  boost::json::value issue() const {
    return boost::json::parse(asked_.back().body).at("entry").at(0).at("resource");
  }
  std::string about() {
    if (asked_.empty()) check_and_record(fluoxetine());
    return std::string(issue().at("identifier").at(0).at("value").as_string());
  }
  void given(const Overridden& one) {
    schema::DetectedIssueT of;
    of.status = one.status;
    of.severity = one.severity;
    of.code = code_of(std::string(projections::alert_rule_system), "onc-high-08");
    auto identifier = std::make_unique<schema::IdentifierT>();
    identifier->system = "urn:chartlog:alert";
    identifier->value = one.about.empty() ? about() : one.about;
    of.identifiers.push_back(std::move(identifier));
    auto mitigation = std::make_unique<schema::MitigationT>();
    mitigation->action = code_of(std::string(projections::override_reason_system), one.reason);
    mitigation->date = when("2026-11-20");
    if (!one.by.empty()) mitigation->author = refer_to(schema::ResourceType::Practitioner, one.by);
    of.mitigations.push_back(std::move(mitigation));
    read_.send("ana", "DetectedIssue", "seen",
               facts_of(schema::ResourceType::DetectedIssue, "seen", std::move(of)));
  }
  std::string tier(const std::string& order) {
    const auto answer = check(order);
    for (const auto& card : answer.at("cards").as_array())
      if (card.at("rule").as_string() == "onc-high-08")
        return std::string(card.at("tier").as_string());
    return "none";
  }

  int status_ = 200;
  ops::http::Router router_;
  std::vector<ops::http::Request> asked_;
};

TEST_F(OverridesTest, WhatIsShownIsWrittenInTheAskersNameUnlessItIsThere) {
  const auto answer = check_and_record(fluoxetine());
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_[0].method + " " + asked_[0].path, "POST /fhir");
  EXPECT_EQ(asked_[0].principal.subject, "dr-x");
  const auto entry = boost::json::parse(asked_[0].body).at("entry").at(0);
  EXPECT_EQ(entry.at("request").at("ifNoneMatch").as_string(), "*");
  EXPECT_EQ(issue().at("id"), answer.at("cards").at(0).at("uuid"));
  EXPECT_EQ(answer.at("alerts").at("recorded").to_number<int>(), 1);
}

TEST_F(OverridesTest, ACheckIsAnsweredWhenItCannotBeRecorded) {
  status_ = 503;
  const auto answer = check_and_record(fluoxetine());
  EXPECT_FALSE(answer.at("cards").as_array().empty());
  EXPECT_EQ(answer.at("alerts").at("not_recorded").to_number<int>(), 1);
  EXPECT_EQ(answer.at("alerts").at("because").as_string(), "the write was answered 503");
  EXPECT_EQ(read_.metric("alerts_not_recorded_total", "shown"), 1);
}

TEST_F(OverridesTest, NothingIsAskedForWhereNothingStopsOrWarns) {
  check_and_record(text_draft("new", "metformin"));
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(OverridesTest, OnlyTheSameByTheSamePrescriberIsOneTierLower) {
  given({});
  EXPECT_EQ(tier(fluoxetine()), "warn");
  EXPECT_EQ(tier(fluoxetine("20", "ito")), "stop");
  EXPECT_EQ(tier(fluoxetine("20", "")), "stop");  // nobody knows by whom
  EXPECT_EQ(tier(fluoxetine("40")), "stop");
  takes("list-1", {"", "phenelzine", "active", "2026-01-05", "2"});  // the other drug's dose
  EXPECT_EQ(tier(fluoxetine()), "stop");
}

TEST_F(OverridesTest, ALoweredCardSaysWhoWhenAndWhyAndRestsOnIt) {
  given({});
  const auto card = check(fluoxetine()).at("cards").at(0);
  EXPECT_EQ(card.at("lowered_from").as_string(), "stop");
  EXPECT_THAT(std::string(card.at("detail").as_string()),
              HasSubstr("Shown as warn instead of stop: overridden by Practitioner/lee on "
                        "2026-11-20 (monitored)."));
  EXPECT_EQ(card.at("rests_on").as_array().back().at("id").as_string(), "seen");
}

TEST_F(OverridesTest, WhatIsNoOverrideOfIt) {
  for (const auto& one :
       {Overridden{.severity = "moderate"}, Overridden{.status = "entered-in-error"},
        Overridden{.reason = "because"}, Overridden{.by = ""}, Overridden{.about = "another"}}) {
    given(one);
    EXPECT_EQ(tier(fluoxetine()), "stop") << one.severity << one.status << one.reason << one.by;
  }
}

TEST_F(OverridesTest, WithoutADoseNobodyCanSayThatItIsUnchanged) {
  check_and_record(fluoxetine(""));
  given({});
  EXPECT_EQ(tier(fluoxetine("")), "stop");
}

}  // namespace
}  // namespace tests
