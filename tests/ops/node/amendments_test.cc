// Requests to amend a record, over HTTP: what GET /charts/{patient}/amendments says of each.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <set>

#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using Headers = http::Client::Headers;

// Of a Task, beside its id.
struct Asked {
  std::string status = "requested";
  std::string focus = "Observation/k/_history/1";
  std::string more = {};  // further members, with a comma before each
  std::string code = "amend-record";
  std::string patient = "ana";
};

class AmendmentsTest : public RunningNode {
 protected:
  http::Answer as(const std::string& who, const std::string& method, const std::string& path,
                  const std::string& body = {}) {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                        std::chrono::seconds(20));
    const Headers headers{{"X-Chartlog-Subject", who},
                          {"X-Chartlog-Role", "clerk"},
                          {"Content-Type", "application/fhir+json"}};
    auto answer = client.ask(method, path, headers, body);
    EXPECT_TRUE(answer) << path;
    return answer ? std::move(*answer) : http::Answer{};
  }
  void put(const std::string& who, const std::string& name, const std::string& body) {
    const auto answer = as(who, "PUT", "/fhir/" + name, body);
    ASSERT_TRUE(answer.status == 200 || answer.status == 201) << answer.body;
  }
  void given_patient(const std::string& id) {
    put("desk", "Patient/" + id, R"({"resourceType":"Patient","id":")" + id + R"("})");
  }
  void given_result(const std::string& value, const std::string& status = "final",
                    const std::string& patient = "ana") {
    put("lab", "Observation/k",
        R"({"resourceType":"Observation","id":"k","status":")" + status +
            R"(","code":{"text":"potassium"},"subject":{"reference":"Patient/)" + patient +
            R"("},"valueQuantity":{"value":)" + value + "}}");
  }
  void given_task(const std::string& who, const Asked& asked = {}) {
    put(who, "Task/t",
        R"({"resourceType":"Task","id":"t","intent":"order","status":")" + asked.status +
            R"(","code":{"coding":[{"system":"urn:chartlog:task","code":")" + asked.code +
            R"("}]},"for":{"reference":"Patient/)" + asked.patient +
            R"("},"requester":{"reference":"Patient/ana","display":"Ann Reed"},)" +
            R"("authoredOn":"2024-01-01","description":"it was 4.1","focus":{"reference":")" +
            asked.focus + R"("})" + asked.more + "}");
  }
  json::value read(const std::string& path, const std::string& who = "auditor") {
    const auto answer = as(who, "GET", path);
    EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
    return json::parse(answer.body);
  }
  json::value amendments(const std::string& query = {}) {
    return read("/charts/ana/amendments" + query).at("amendments");
  }
  static std::string text(const json::value& from, std::string_view pointer) {
    const auto& at = from.at_pointer(pointer);
    return at.is_string() ? std::string(at.as_string()) : json::serialize(at);
  }
  void start_with_result() {
    start();
    given_patient("ana");
    given_result("9.9");
  }
};

TEST_F(AmendmentsTest, ARequestThatWasAcceptedShowsWhatItWasAboutAndTheAmendedVersion) {
  start_with_result();
  given_task("ana herself");
  given_task("dr-a", {.status = "accepted"});
  given_result("4.1", "corrected");
  given_task("desk", {.status = "completed",
                      .more = R"(,"output":[{"type":{"text":"amended"},"valueReference":)"
                              R"({"reference":"Observation/k/_history/2"}}],)"
                              R"("note":[{"text":"the lab agreed","authorString":"desk"}])"});

  const auto all = amendments();
  ASSERT_EQ(all.as_array().size(), 1u);
  const auto& one = all.at(0);
  EXPECT_EQ(text(one, "/status"), "completed");
  EXPECT_EQ(text(one, "/asked/by/display"), "Ann Reed");
  EXPECT_EQ(text(one, "/asked/authored"), "2024-01-01");
  EXPECT_EQ(text(one, "/asked/description"), "it was 4.1");
  EXPECT_EQ(text(one, "/asked/recorded_by/actor"), "ana herself");
  EXPECT_EQ(text(one, "/decision/outcome"), "accepted");
  EXPECT_EQ(text(one, "/decision/by/actor"), "dr-a");
  EXPECT_EQ(text(one, "/decision/version"), "2");
  EXPECT_EQ(text(one, "/about/version"), "1");
  EXPECT_EQ(text(one, "/about/resource/valueQuantity/value"), "9.9E0");
  EXPECT_EQ(text(one, "/about/state"), "amended");
  EXPECT_EQ(text(one, "/about/since/0/version"), "2");
  EXPECT_FALSE(one.at("about").at("since").at(0).as_object().contains("before_request"));
  EXPECT_EQ(text(one, "/output/0/fhir"), "/fhir/Observation/k/_history/2");
  EXPECT_EQ(text(one, "/notes/0/text"), "the lab agreed");
  EXPECT_EQ(one.at("history").as_array().size(), 3u);
  EXPECT_EQ(text(one, "/history/2/by/actor"), "desk");
  const auto commit = as("auditor", "GET", "/commits/" + text(one, "/history/1/commit"));
  EXPECT_EQ(commit.status, 200);
  EXPECT_FALSE(one.at("open").as_bool());
  // It was asked years before it was recorded here.
  EXPECT_EQ(text(one, "/due"), "2024-03-01");
  EXPECT_TRUE(one.at("overdue").as_bool());
}

TEST_F(AmendmentsTest, ADenialHasItsReasonAndWhoDeniedAndWhen) {
  start_with_result();
  given_task("ana herself");
  EXPECT_TRUE(amendments().at(0).at("open").as_bool());
  EXPECT_FALSE(amendments().at(0).as_object().contains("decision"));
  given_task("dr-b",
             {.status = "rejected", .more = R"(,"statusReason":{"text":"accurate and complete"})"});

  const auto one = amendments().at(0);
  EXPECT_EQ(text(one, "/decision/outcome"), "denied");
  EXPECT_EQ(text(one, "/decision/reason"), "accurate and complete");
  EXPECT_EQ(text(one, "/decision/by/actor"), "dr-b");
  EXPECT_EQ(text(one, "/decision/recorded"), text(one, "/history/1/recorded"));
  EXPECT_FALSE(one.at("open").as_bool());
  EXPECT_EQ(text(one, "/about/state"), "as_it_was");
}

TEST_F(AmendmentsTest, AFocusThatIsGoneOrWasAnErrorIsShownAsItWas) {
  start_with_result();
  given_task("ana herself");
  given_result("9.9", "entered-in-error");
  EXPECT_EQ(text(amendments().at(0), "/about/state"), "entered_in_error");
  ASSERT_LT(as("lab", "DELETE", "/fhir/Observation/k").status, 300);

  const auto about = amendments().at(0).at("about");
  EXPECT_EQ(text(about, "/state"), "deleted");
  EXPECT_EQ(text(about, "/resource/valueQuantity/value"), "9.9E0");
  EXPECT_EQ(text(about, "/since/0/entered_in_error"), "true");
  EXPECT_EQ(text(about, "/since/1/effect"), "deleted");
}

TEST_F(AmendmentsTest, AFocusWithoutAVersionIsTheOneThatHeldWhenTheRequestCame) {
  start_with_result();
  given_result("8.8");
  given_task("ana herself", {.focus = "Observation/k"});
  given_result("4.1");
  const auto about = amendments().at(0).at("about");
  EXPECT_EQ(text(about, "/version"), "2");
  EXPECT_FALSE(about.at("version_named").as_bool());

  given_task("ana herself");
  EXPECT_EQ(text(amendments().at(0), "/about/since/0/before_request"), "true");
}

// An answer about one patient must not say that another's record has it.
TEST_F(AmendmentsTest, AFocusOfAnotherPatientIsNotKnownHereLikeOneThatIsNowhere) {
  start();
  given_patient("ana");
  given_patient("ben");
  given_result("9.9", "final", "ben");
  given_task("ana herself");
  const auto of_another = amendments().at(0).at("about");
  given_task("ana herself", {.focus = "Observation/nowhere/_history/7"});
  const auto nowhere = amendments().at(0).at("about");

  EXPECT_FALSE(of_another.at("known").as_bool());
  EXPECT_EQ(text(of_another, "/note"),
            "Observation/k/_history/1: not known here; this patient's record has no such version");
  EXPECT_THAT(text(nowhere, "/note"), HasSubstr("Observation/nowhere/_history/7: not known here"));
  EXPECT_THAT(json::serialize(of_another), AllOf(Not(HasSubstr("9.9")), Not(HasSubstr("ben"))));
  EXPECT_EQ(of_another.as_object().size(), nowhere.as_object().size());
}

TEST_F(AmendmentsTest, ATaskOfAnotherCodeIsNoneAndADeletedRequestStays) {
  start_with_result();
  given_task("desk", {.code = "fulfill"});
  EXPECT_THAT(amendments().as_array(), IsEmpty());
  given_task("ana herself");
  ASSERT_LT(as("desk", "DELETE", "/fhir/Task/t").status, 300);

  const auto one = amendments().at(0);
  EXPECT_EQ(text(one, "/status"), "deleted");
  EXPECT_EQ(text(one, "/history/1/by/actor"), "desk");
  EXPECT_EQ(text(one, "/asked/recorded_by/actor"), "ana herself");  // not the ordinary Task before
  EXPECT_EQ(text(one, "/asked/description"), "it was 4.1");
}

TEST_F(AmendmentsTest, RequestsAboutOneResourceAreFoundFromIt) {
  start_with_result();
  given_task("ana herself");
  EXPECT_EQ(amendments("?about=Observation/k").as_array().size(), 1u);
  EXPECT_EQ(amendments("?about=Observation/k/_history/1").as_array().size(), 1u);
  EXPECT_THAT(amendments("?about=Observation/k/_history/2").as_array(), IsEmpty());
  EXPECT_THAT(amendments("?about=Patient/ana").as_array(), IsEmpty());
  EXPECT_EQ(as("auditor", "GET", "/charts/ana/amendments?about=k").status, 400);
  for (const char* search : {"focus=Observation/k", "code=urn:chartlog:task%7Camend-record",
                             "requester=Patient/ana", "status=requested"})
    EXPECT_EQ(text(read(std::string("/fhir/Task?patient=ana&") + search), "/total"), "1") << search;
}

TEST_F(AmendmentsTest, AsOfAnEarlierPositionItWasNotDecidedYet) {
  start_with_result();
  given_task("ana herself");
  const auto before = text(read("/charts/ana/amendments"), "/position");
  given_task("dr-b", {.status = "rejected"});
  given_result("4.1");
  const auto then = amendments("?asOf=" + before).at(0);
  EXPECT_EQ(text(then, "/status"), "requested");
  EXPECT_FALSE(then.as_object().contains("decision"));
  EXPECT_EQ(text(then, "/about/state"), "as_it_was");
  EXPECT_EQ(text(then, "/history/0/by/actor"), "ana herself");
}

TEST_F(AmendmentsTest, WhatItShowsIsOnTheAccessLogAndItsLinkLeadsToTheRecipients) {
  start_with_result();
  ASSERT_EQ(as("dr-c", "GET", "/fhir/Observation/k").status, 200);
  given_task("ana herself");
  const auto link = text(amendments().at(0), "/about/recipients");
  std::set<std::string> who;
  const auto recipients = read(link).at("recipients").as_array();
  for (const auto& one : recipients) who.emplace(one.at("agent").at("subject").as_string());
  EXPECT_THAT(who, IsSupersetOf({"dr-c", "auditor"}));

  std::set<std::string> shown;
  const auto entry =
      read("/audit/access?agent=auditor&patient=ana&_sort=time").at("accesses").at(0);
  EXPECT_EQ(text(entry, "/route"), "/charts/{patient}/amendments");
  for (const auto& one : entry.at("resources").as_array())
    shown.insert(text(one, "/type") + "/" + text(one, "/id") + "/" + text(one, "/version"));
  EXPECT_THAT(shown, IsSupersetOf({"Task/t/1", "Observation/k/1"}));
}

}  // namespace
}  // namespace ops::node
