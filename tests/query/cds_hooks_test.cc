// CDS Hooks 2.0 as a client sees it: discovery, the three hooks, feedback, refusals.
#include <gmock/gmock.h>

#include "query/checks/cds_request.h"
#include "tests/query/checks_fixture.h"

namespace tests {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* instance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";

std::string call(const std::string& hook, const std::string& context) {
  return R"({"hook":")" + hook + R"(","hookInstance":")" + instance +
         R"(","prefetch":{"patient":null},"context":{"userId":"Practitioner/1","patientId":"ana")" +
         context + "}}";
}

class CdsHooksTest : public ChecksFixture {
 protected:
  CdsHooksTest() {
    given_patient();
    takes("list-1", {"", "phenelzine"});
  }
  boost::json::value sign(const std::vector<std::string>& drafts) {
    return answer_of("/cds-services/order-sign",
                     call("order-sign", ",\"draftOrders\":" + bundle(drafts)));
  }
  static std::vector<std::string> texts(const boost::json::value& answer, const char* member) {
    std::vector<std::string> all;
    for (const auto& card : answer.at("cards").as_array())
      all.emplace_back(card.at(member).as_string());
    return all;
  }
};

TEST_F(CdsHooksTest, DiscoveryListsAServiceForEachHook) {
  const auto services = read_.json("/cds-services").at("services");
  std::vector<std::string> hooks;
  for (const auto& one : services.as_array()) {
    hooks.emplace_back(one.at("hook").as_string());
    EXPECT_FALSE(one.at("id").as_string().empty());
    EXPECT_THAT(std::string(one.at("description").as_string()), HasSubstr("Not clinically"));
  }
  EXPECT_THAT(hooks, ElementsAre("patient-view", "order-select", "order-sign"));
}

TEST_F(CdsHooksTest, AStopIsCriticalHasReasonsToGoOnAndASourceAndADetail) {
  const auto answer = sign({text_draft("new", "fluoxetine")});

  const auto& card = answer.at("cards").at(0);
  EXPECT_EQ(card.at("indicator").as_string(), "critical");
  EXPECT_THAT(std::string(card.at("detail").as_string()), HasSubstr("onc-high-08"));
  EXPECT_THAT(std::string(card.at("detail").as_string()), HasSubstr("Not clinically reviewed"));
  EXPECT_FALSE(card.at("source").at("label").as_string().empty());
  ASSERT_FALSE(card.at("overrideReasons").as_array().empty());
  for (const auto& reason : card.at("overrideReasons").as_array()) {
    EXPECT_FALSE(reason.at("code").as_string().empty());
    EXPECT_FALSE(reason.at("display").as_string().empty());
  }
  for (const auto& one : answer.at("cards").as_array()) {
    EXPECT_LT(one.at("summary").as_string().size(), 140u);
    EXPECT_TRUE(query::checks::is_uuid(std::string(one.at("uuid").as_string())));
    const bool stops = one.at("indicator").as_string() == "critical";
    EXPECT_EQ(one.as_object().contains("overrideReasons"), stops);
  }
}

TEST_F(CdsHooksTest, ALongSummaryIsShortenedAndWholeInTheDetail) {
  const std::string name(200, 'x');
  const auto answer = sign({text_draft("new", name)});
  EXPECT_THAT(texts(answer, "summary"), Contains(HasSubstr("...")));
  EXPECT_THAT(texts(answer, "summary"), Not(Contains(HasSubstr(name))));
  EXPECT_THAT(texts(answer, "detail"), Contains(HasSubstr(name)));
}

TEST_F(CdsHooksTest, WhatCouldNotBeCheckedIsTheLastCard) {
  const auto cards = sign({text_draft("new", "a white pill")}).at("cards").as_array();
  EXPECT_THAT(std::string(cards.back().at("summary").as_string()),
              HasSubstr("Not everything could be checked"));
  EXPECT_THAT(std::string(cards.back().at("detail").as_string()), HasSubstr("a white pill"));
  knowledge_ = nullptr;
  EXPECT_THAT(texts(sign({text_draft("new", "fluoxetine")}), "indicator"), Each("warning"));
}

TEST_F(CdsHooksTest, TheSameCallHasTheSameCardsWithTheSameUuids) {
  const auto one = sign({text_draft("new", "fluoxetine"), text_draft("b", "simvastatin")});
  const auto two = sign({text_draft("new", "fluoxetine"), text_draft("b", "simvastatin")});
  EXPECT_EQ(texts(one, "uuid"), texts(two, "uuid"));
  EXPECT_EQ(boost::json::serialize(one), boost::json::serialize(two));
  auto uuids = texts(one, "uuid");
  std::sort(uuids.begin(), uuids.end());
  EXPECT_EQ(std::unique(uuids.begin(), uuids.end()), uuids.end());
}

TEST_F(CdsHooksTest, PatientViewIsAboutTheList) {
  takes("list-2", {"", "fluoxetine"});
  const auto answer = answer_of("/cds-services/patient-view", call("patient-view", ""));
  EXPECT_EQ(answer.at("cards").at(0).at("indicator").as_string(), "critical");
  EXPECT_EQ(answer.at("extension").at("chartlog").at("knowledge").at("version").as_string(),
            knowledge_->label());
}

TEST_F(CdsHooksTest, OrderSelectIsAboutWhatWasSelected) {
  const auto select = [&](const std::string& id) {
    return answer_of(
        "/cds-services/order-select",
        call("order-select",
             R"(,"selections":["MedicationRequest/)" + id + R"("],"draftOrders":)" +
                 bundle({text_draft("a", "fluoxetine"), text_draft("b", "metformin")})));
  };
  EXPECT_THAT(texts(select("a"), "indicator"), Contains("critical"));
  EXPECT_THAT(texts(select("b"), "indicator"), Not(Contains("critical")));
}

TEST_F(CdsHooksTest, ABodyThatIsNoCallOfTheServiceIsRefusedByName) {
  const std::string orders = ",\"draftOrders\":" + bundle({text_draft("a", "fluoxetine")});
  struct Case {
    std::string service, body;
    int status;
    std::string says;
  };
  const std::string no_user = R"({"hook":"patient-view","hookInstance":")" + std::string(instance) +
                              R"(","context":{"patientId":"ana"}})";
  std::string no_instance = call("patient-view", "");
  no_instance.replace(no_instance.find(instance), 36, "1");
  std::string nobody = call("patient-view", "");
  nobody.replace(nobody.find("\"ana\""), 5, "\"bea\"");
  std::string other = orders;
  other.replace(other.find("Patient/ana"), 11, "Patient/bea");
  for (const auto& [service, body, status, says] : {
           Case{"nothing", call("patient-view", ""), 404, "GET /cds-services"},
           Case{"patient-view", "{", 400, "not JSON"},
           Case{"patient-view", "{}", 400, "hook"},
           Case{"patient-view", call("order-sign", orders), 400, "patient-view"},
           Case{"patient-view", no_user, 400, "context.userId"},
           Case{"patient-view", no_instance, 400, "hookInstance"},
           Case{"order-sign", call("order-sign", ""), 400, "draftOrders"},
           Case{"order-select", call("order-select", orders), 400, "selections"},
           Case{"patient-view", nobody, 412, "nothing is known"},
           Case{"order-sign", call("order-sign", other), 422, "another patient"},
       }) {
    const auto response = post("/cds-services/" + service, body);
    EXPECT_EQ(response.status, status) << body;
    EXPECT_THAT(response.body, HasSubstr(says)) << body;
  }
}

TEST_F(CdsHooksTest, FeedbackIsJudgedAnsweredAndCounted) {
  const std::string uuid = texts(sign({text_draft("new", "fluoxetine")}), "uuid").front();
  const auto feedback = [&](const std::string& outcome, const std::string& more = {}) {
    return R"({"feedback":[{"card":")" + uuid + R"(","outcome":")" + outcome +
           R"(","outcomeTimestamp":"2026-11-27T12:00:00Z")" + more + "}]}";
  };
  const std::string target = "/cds-services/order-sign/feedback";

  EXPECT_EQ(post(target, feedback("overridden",
                                  R"(,"overrideReason":{"reason":{"code":"monitored",
                                  "system":"urn:chartlog:override-reason"}})"))
                .status,
            200);
  EXPECT_EQ(read_.metric("cds_feedback_total", "overridden"), 1);

  for (const auto& wrong :
       {std::string("{}"), std::string(R"({"feedback":[]})"), feedback("ignored"),
        feedback("accepted", R"(,"acceptedSuggestions":1)"),
        feedback("overridden", R"(,"overrideReason":{"reason":{}})")}) {
    EXPECT_EQ(post(target, wrong).status, 400) << wrong;
  }
  EXPECT_EQ(post("/cds-services/nothing/feedback", feedback("accepted")).status, 404);
  EXPECT_EQ(read_.metric("cds_feedback_total", "accepted"), 0);
}

}  // namespace
}  // namespace tests
