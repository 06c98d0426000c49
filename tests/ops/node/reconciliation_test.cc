// A medication reconciliation on a running node, from lists to what has come since.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <map>
#include <set>
#include <thread>

#include "tests/ingest/test_data.h"
#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Under ThreadSanitizer the largest bundle of the population takes some twenty seconds.
constexpr std::chrono::seconds answer_within{120};

std::string coded(const std::string& code, const std::string& display) {
  return fmt::format(
      R"("medicationCodeableConcept":{{"coding":[{{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{}","display":"{}"}}]}})",
      code, display);
}
const std::string lisinopril = coded("314076", "lisinopril 10 MG Oral Tablet");
const std::string warfarin = coded("855332", "Warfarin Sodium 5 MG Oral Tablet");
const std::string metformin = coded("860975", "metformin hydrochloride 500 MG Oral Tablet");

std::string order(const std::string& id, const std::string& drug, const std::string& dose,
                  const std::string& patient = "ana", const std::string& status = "active") {
  return fmt::format(
      R"({{"resourceType":"MedicationRequest","id":"{}","status":"{}","intent":"order","subject":{{"reference":"Patient/{}"}},"authoredOn":"2026-03-01",{},"dosageInstruction":[{{"text":"{}"}}],"note":[{{"text":"kept"}}]}})",
      id, status, patient, drug, dose);
}

// What a hospital gave the patient to take home.
const std::string discharge_list = R"({"resourceType":"List","status":"current","mode":"snapshot",
  "title":"Discharge list","contained":[
  {"resourceType":"MedicationStatement","id":"a","status":"active","subject":{"reference":"#p"},
   "medicationCodeableConcept":{"text":"lisinopril"},"dosage":[{"text":"2 tablets daily"}]},
  {"resourceType":"MedicationStatement","id":"b","status":"active","subject":{"reference":"#p"},
   "medicationCodeableConcept":{"text":"atorvastatin 40 mg"},"dosage":[{"text":"1 at night"}]}]})";

class ReconciliationTest : public RunningNode {
 protected:
  using Headers = http::Client::Headers;

  void SetUp() override {
    start();
    wait_until_ready();
    for (const char* id : {"ana", "ben"})
      put("Patient", id,
          fmt::format(R"({{"resourceType":"Patient","id":"{}","birthDate":"1970-01-02"}})", id));
  }

  http::Answer send(const std::string& method, const std::string& path, const std::string& body,
                    Headers headers = {}) {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""}, answer_within);
    headers.emplace_back("Content-Type", "application/fhir+json");
    auto answer = client.ask(method, path, headers, body);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? std::move(*answer) : http::Answer{};
  }
  void put(const std::string& type, const std::string& id, const std::string& body,
           const std::string& site = "north") {
    const auto answer = send("PUT", "/fhir/" + type + "/" + id, body, {{"X-Chartlog-Site", site}});
    ASSERT_THAT(answer.status, ::testing::AnyOf(200, 201)) << answer.body;
  }
  json::value read(const std::string& path) {
    const auto answer = ask("GET", path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  }
  // With the position of a proposal read now.
  std::string request(const std::string& decisions, const std::string& more = {}) {
    const auto proposal = read("/charts/ana/reconciliations/proposal");
    return request_at(text(proposal.at("position")), decisions, more);
  }
  static std::string request_at(const std::string& position, const std::string& decisions,
                                const std::string& more = {}) {
    return fmt::format(R"({{"position":"{}","decisions":[{}]{}}})", position, decisions, more);
  }
  http::Answer sign(const std::string& body, Headers headers = {}) {
    headers.emplace_back("X-Chartlog-Subject", "Dr. Oona Iversen");
    return send("POST", "/charts/ana/reconciliations", body, std::move(headers));
  }
  static std::string decide(const std::string& decision, const std::string& resource,
                            const std::string& more = {}) {
    return fmt::format(R"({{"decision":"{}","resources":["{}"]{}}})", decision, resource, more);
  }
  static std::string text(const json::value& value) { return std::string(value.as_string()); }
  // "lisinopril 10 MG Oral Tablet: reconciled continue" of the lines in that state.
  std::vector<std::string> lines(const char* state) {
    std::vector<std::string> all;
    const auto list = read("/charts/ana/medications");
    for (const auto& line : list.at(state).as_array()) {
      const auto* reconciled = line.as_object().if_contains("reconciled");
      const auto* decision = reconciled ? reconciled->as_object().if_contains("decision") : nullptr;
      all.push_back(text(line.at("drug").at("display")) + ":" +
                    (reconciled ? " " + text(reconciled->at("state")) : "") +
                    (decision ? " " + text(*decision) : ""));
    }
    return all;
  }
  std::string status_of(const std::string& type, const std::string& id) {
    return text(read("/fhir/" + type + "/" + id).at("status"));
  }
};

TEST_F(ReconciliationTest, TwoSitesAndADischargeListBecomeOneSignedListAndWhatComesLaterIsShown) {
  put("MedicationRequest", "lisi", order("lisi", lisinopril, "1 tablet daily"), "north");
  put("MedicationRequest", "warf", order("warf", warfarin, "1 tablet daily"), "south");
  put("MedicationRequest", "metf", order("metf", metformin, "1 tablet twice daily"), "south");

  const auto answer = send("POST", "/charts/ana/reconciliations/proposal", discharge_list);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto proposal = json::parse(answer.body);
  EXPECT_EQ(proposal.at("lists").as_array().size(), 3u);  // two sites, one from outside
  EXPECT_EQ(proposal.at("rows").as_array().size(), 4u);
  EXPECT_TRUE(proposal.at("reconciled").is_null());
  EXPECT_THAT(read("/charts/ana/reconciliations").at("reconciliations").as_array(), IsEmpty());

  const auto body = request_at(
      text(proposal.at("position")),
      R"({"decision":"change","dose":"2 tablets daily","match_confirmed":true,
          "resources":["MedicationRequest/lisi/_history/1"],"outside":["contained[0]"]},
         {"decision":"add","outside":["contained[1]"]},)" +
          decide("stop", "MedicationRequest/warf/_history/1", R"(,"reason":"bleeding")") + "," +
          decide("undecided", "MedicationRequest/metf/_history/1"),
      R"(,"outside":)" + discharge_list);
  const auto signed_answer = sign(body);
  ASSERT_EQ(signed_answer.status, 201) << signed_answer.body;
  const auto reconciliation = json::parse(signed_answer.body).at("reconciliation");
  EXPECT_EQ(text(reconciliation.at("by").at("display")), "Dr. Oona Iversen");

  // One commit: everything or nothing.
  const auto commit = read("/commits/" + *signed_answer.header("chartlog-commit"));
  EXPECT_EQ(text(commit.at("state")), "accepted");
  EXPECT_EQ(status_of("MedicationRequest", "warf"), "stopped");
  EXPECT_EQ(text(read("/fhir/MedicationRequest/warf").at("note").at(0).at("text")), "kept");
  EXPECT_THAT(
      lines("active"),
      ::testing::UnorderedElementsAre(
          "lisinopril 10 MG Oral Tablet: reconciled change", "atorvastatin 40 mg: reconciled add",
          "metformin hydrochloride 500 MG Oral Tablet: undecided undecided"));
  EXPECT_THAT(lines("past"), ElementsAre("Warfarin Sodium 5 MG Oral Tablet: reconciled stop"));

  // A dispense of what was reconciled, and an order that nobody has looked at.
  put("MedicationDispense", "d",
      fmt::format(
          R"({{"resourceType":"MedicationDispense","id":"d","status":"completed","subject":{{"reference":"Patient/ana"}},"whenHandedOver":"2026-11-27",{}}})",
          lisinopril));
  put("MedicationRequest", "new",
      order("new", coded("197361", "amLODIPine 5 MG Oral Tablet"), "1"));
  EXPECT_THAT(lines("active"), Contains("lisinopril 10 MG Oral Tablet: since change"));
  EXPECT_THAT(lines("active"), Contains("amLODIPine 5 MG Oral Tablet: since"));
  const auto shown = read("/charts/ana/reconciliations/" + text(reconciliation.at("list")));
  std::vector<std::string> since;
  for (const auto& one : shown.at("since").as_array())
    since.push_back(text(one.at("type")) + "/" + text(one.at("id")));
  EXPECT_THAT(since, ElementsAre("MedicationDispense/d", "MedicationRequest/new"));
  EXPECT_EQ(read("/charts/ana/reconciliations").at("reconciliations").at(0).at("came_since"), 2);
}

TEST_F(ReconciliationTest, TheNewestReconciliationCounts) {
  put("MedicationRequest", "lisi", order("lisi", lisinopril, "1"));
  ASSERT_EQ(sign(request(decide("undecided", "MedicationRequest/lisi/_history/1"))).status, 201);
  EXPECT_THAT(lines("active"), ElementsAre("lisinopril 10 MG Oral Tablet: undecided undecided"));

  const auto again = sign(request(decide("continue", "MedicationRequest/lisi/_history/1")));

  ASSERT_EQ(again.status, 201) << again.body;
  EXPECT_THAT(lines("active"), ElementsAre("lisinopril 10 MG Oral Tablet: reconciled continue"));
  const auto all = read("/charts/ana/reconciliations").at("reconciliations");
  ASSERT_EQ(all.as_array().size(), 2u);
  EXPECT_EQ(all.at(0).at("list"), json::parse(again.body).at("reconciliation").at("list"));
  EXPECT_EQ(all.at(0).at("came_since"), 0);
  EXPECT_EQ(all.at(1).at("came_since"), 1);  // the other reconciliation
}

// Each decision about each kind of resource is valid FHIR, and the list shows what it means.
TEST_F(ReconciliationTest, EveryDecisionIsWrittenAndTheListShowsIt) {
  struct Case {
    std::string type, decision, more, state;
  };
  const std::string reason = R"(,"reason":"told so")", dose = R"(,"dose":"2 daily")";
  const std::vector<Case> cases{{"MedicationRequest", "continue", "", "active"},
                                {"MedicationRequest", "change", dose, "active"},
                                {"MedicationRequest", "stop", reason, "past"},
                                {"MedicationRequest", "hold", reason, "on_hold"},
                                {"MedicationRequest", "not-taking", "", "not_taking"},
                                {"MedicationStatement", "continue", "", "active"},
                                {"MedicationStatement", "change", dose, "active"},
                                {"MedicationStatement", "stop", reason, "past"},
                                {"MedicationStatement", "hold", reason, "on_hold"},
                                {"MedicationStatement", "not-taking", reason, "not_taking"},
                                {"MedicationDispense", "continue", "", "active"},
                                {"MedicationDispense", "change", dose, "active"},
                                {"MedicationDispense", "stop", reason, "past"},
                                {"MedicationDispense", "hold", "", "on_hold"},
                                {"MedicationDispense", "not-taking", reason, "not_taking"}};
  const auto drug = [](std::size_t i) {
    return fmt::format("compound {}", static_cast<char>('a' + i));
  };
  std::string decisions =
      R"({"decision":"add","drug":{"text":"typed"},"dosage":{"text":"half","route":{"text":"oral"},"doseAndRate":[{"doseQuantity":{"value":0.5,"unit":"tablet"}}]}},)"
      R"({"decision":"stop","outside":["contained[0]"],"reason":"not meant for home"},)"
      R"({"decision":"not-taking","outside":["contained[1]"]})";
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& one = cases[i];
    const auto id = fmt::format("r{}", i);
    const auto coded = fmt::format(R"("medicationCodeableConcept":{{"text":"{}"}})", drug(i));
    const bool request = one.type == "MedicationRequest";
    put(one.type, id,
        request
            ? order(id, coded, "1 daily")
            : fmt::format(
                  R"({{"resourceType":"{}","id":"{}","status":"{}","subject":{{"reference":"Patient/ana"}},{}}})",
                  one.type, id, one.type == "MedicationDispense" ? "completed" : "active", coded));
    decisions +=
        "," + decide(one.decision, fmt::format("{}/{}/_history/1", one.type, id), one.more);
  }

  const auto answer =
      sign(request(decisions, R"(,"note":"by telephone","outside":)" + discharge_list));

  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_THAT(json::serialize(json::parse(answer.body).at("reconciliation").at("notes")),
              R"(["by telephone","compared with a list from outside: Discharge list, 2 lines"])");
  const auto list = read("/charts/ana/medications");
  const auto names = [&](const std::string& state) {
    std::set<std::string> all;
    for (const auto& line : list.at(state).as_array())
      all.insert(text(line.at("drug").at("display")));
    return all;
  };
  for (std::size_t i = 0; i < cases.size(); ++i)
    EXPECT_THAT(names(cases[i].state), Contains(drug(i))) << cases[i].type << cases[i].decision;
  EXPECT_THAT(names("active"), Contains("typed"));
  EXPECT_THAT(names("past"), Contains("lisinopril"));
  EXPECT_THAT(names("not_taking"), Contains("atorvastatin 40 mg"));
  for (const char* state : {"active", "on_hold", "may_still_be_taking", "past", "not_taking"})
    for (const auto& line : list.at(state).as_array())
      EXPECT_EQ(text(line.at("reconciled").at("state")), "reconciled") << line;
}

TEST_F(ReconciliationTest, WhatCameMeanwhileIsNamedAndNothingIsWritten) {
  put("MedicationRequest", "lisi", order("lisi", lisinopril, "1"));
  const auto body =
      request(decide("stop", "MedicationRequest/lisi/_history/1", R"(,"reason":"x")"));
  put("MedicationRequest", "warf", order("warf", warfarin, "1"));

  const auto refused = sign(body);

  EXPECT_EQ(refused.status, 412) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("MedicationRequest/warf version 1"));
  EXPECT_EQ(status_of("MedicationRequest", "lisi"), "active");
  EXPECT_THAT(read("/charts/ana/reconciliations").at("reconciliations").as_array(), IsEmpty());
}

TEST_F(ReconciliationTest, ARepeatIsTheFirstAnswerAndSignsNothingTwice) {
  put("MedicationRequest", "lisi", order("lisi", lisinopril, "1"));
  const auto body =
      request(decide("stop", "MedicationRequest/lisi/_history/1", R"(,"reason":"x")"));

  const auto first = sign(body, {{"Idempotency-Key", "k"}});
  const auto again = sign(body, {{"Idempotency-Key", "k"}});

  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(*again.header("chartlog-commit"), *first.header("chartlog-commit"));
  EXPECT_EQ(read("/charts/ana/reconciliations").at("reconciliations").as_array().size(), 1u);
  const auto other = sign(request_at(text(json::parse(first.body).at("position")), ""),
                          {{"Idempotency-Key", "k"}});
  EXPECT_EQ(other.status, 409) << other.body;
  EXPECT_EQ(sign(body, {{"Idempotency-Key", std::string(256, 'k')}}).status, 400);
}

TEST_F(ReconciliationTest, OfManyWhoSignTheSameProposalOneDoes) {
  put("MedicationRequest", "lisi", order("lisi", lisinopril, "1"));
  std::vector<std::string> bodies;
  for (int i = 0; i < 4; ++i)
    bodies.push_back(request(decide("continue", "MedicationRequest/lisi/_history/1"),
                             fmt::format(R"(,"note":"{}")", i)));
  std::vector<int> status(bodies.size());
  {
    std::vector<std::jthread> people;
    for (std::size_t i = 0; i < bodies.size(); ++i)
      people.emplace_back([&, i] { status[i] = sign(bodies[i]).status; });
  }
  std::sort(status.begin(), status.end());
  EXPECT_THAT(status, ElementsAre(201, 412, 412, 412));
  EXPECT_EQ(read("/charts/ana/reconciliations").at("reconciliations").as_array().size(), 1u);
}

TEST_F(ReconciliationTest, ALineOfAnotherPatientIsRefused) {
  put("MedicationRequest", "lisi", order("lisi", lisinopril, "1"));
  put("MedicationRequest", "bens", order("bens", warfarin, "1", "ben"));

  const auto refused =
      sign(request(decide("continue", "MedicationRequest/lisi/_history/1") + "," +
                   decide("stop", "MedicationRequest/bens/_history/1", R"(,"reason":"x")")));

  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("MedicationRequest/bens"));
  EXPECT_EQ(status_of("MedicationRequest", "bens"), "active");
}

TEST_F(ReconciliationTest, WhatIsNoReconciliationIsRefusedByName) {
  put("MedicationRequest", "lisi", order("lisi", lisinopril, "1"));
  const auto position = text(read("/charts/ana/reconciliations/proposal").at("position"));
  const auto decisions = decide("continue", "MedicationRequest/lisi/_history/1");
  struct Case {
    std::string body;
    int status;
    std::string words;
  };
  for (const auto& one : std::vector<Case>{
           {"", 400, "not JSON"},
           {"[]", 400, "must be a JSON object"},
           {"{}", 400, "position: is missing"},
           {R"({"position":"x","decisions":[]})", 400, "position"},
           {R"({"position":")" + position + R"("})", 400, "decisions: is missing"},
           {request_at(position, ""), 422, "MedicationRequest/lisi"},
           {request_at(position.substr(0, 33), decisions), 400, "no proposal of this patient"},
           {request_at(position, decisions, R"(,"signed_by":"Rock/1")"), 400, "signed_by"},
           {request_at(position, decisions, R"(,"note":7)"), 400, "note"},
           {request_at(position, decisions, R"(,"outside":{"resourceType":"Rock"})"), 400,
            "no medication list"},
           {request_at(position, decisions,
                       R"(,"outside":{"resourceType":"Bundle","entry":[{"resource":
                         {"resourceType":"Patient","birthDate":"1980-01-01"}}]})"),
            422, "another birth date"}}) {
    const auto refused = sign(one.body);
    EXPECT_EQ(refused.status, one.status) << one.body << refused.body;
    EXPECT_THAT(refused.body, HasSubstr(one.words)) << one.body;
  }
  EXPECT_EQ(ask("GET", "/charts/ana/reconciliations/none").status, 404);
  EXPECT_EQ(ask("GET", "/charts/ana/reconciliations?at=2026-01-01").status, 400);
}

TEST_F(ReconciliationTest, ANodeThatTakesNoWritesProposesAndSignsNothing) {
  put("MedicationRequest", "lisi", order("lisi", lisinopril, "1"));
  node_.reset();
  settings_.takes_writes = false;
  start();
  wait_until_ready();
  const auto refused = sign(request(decide("continue", "MedicationRequest/lisi/_history/1")));
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("role ingest"));
}

// Whoever changes a signed list afterwards changes no history.
TEST_F(ReconciliationTest, AnAmendedListIsShownAsItWasSigned) {
  put("MedicationRequest", "lisi", order("lisi", lisinopril, "1"));
  const auto answer = sign(request(decide("continue", "MedicationRequest/lisi/_history/1")));
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto id = text(json::parse(answer.body).at("reconciliation").at("list"));
  put("MedicationRequest", "warf", order("warf", warfarin, "1"));
  auto list = read("/fhir/List/" + id).as_object();
  list["date"] = "2030-01-01";
  list["entry"] = json::parse(R"([{"item":{"reference":"MedicationRequest/warf/_history/1"}}])");
  put("List", id, json::serialize(list));

  const auto shown = read("/charts/ana/reconciliations/" + id);

  EXPECT_TRUE(shown.at("amended").as_bool());
  EXPECT_EQ(text(shown.at("decisions").at(0).at("resource")), "MedicationRequest/lisi/_history/1");
  EXPECT_THAT(lines("active"), Contains("Warfarin Sodium 5 MG Oral Tablet: since"));
}

// ---- Synthea ----
TEST_F(ReconciliationTest, EachResourceInForceOfSyntheasPeopleStandsInTheirProposalOnce) {
  NEEDS_DATA("synthea/ma42-300.bundles.ndjson.zst");
  constexpr std::size_t bundles = 24;
  std::size_t compared = 0;
  ingest::test::for_each_line(ingest::test::data_file("synthea/ma42-300.bundles.ndjson.zst"),
                              bundles, [&](std::string_view line) {
                                ASSERT_EQ(send("POST", "/fhir", std::string(line)).status, 200);
                              });
  const auto patients = read("/fhir/Patient?_count=100");
  for (const auto& entry : patients.at("entry").as_array()) {
    const auto id = text(entry.at("resource").at("id"));
    std::multiset<std::string> in_force, proposed;
    const auto list = read("/charts/" + id + "/medications");
    for (const auto& line : list.at("active").as_array()) {
      for (const auto& one : line.at("rests_on").as_array()) {
        if (one.at("status") == "active") in_force.insert(text(one.at("id")));
      }
    }
    const auto proposal = read("/charts/" + id + "/reconciliations/proposal");
    for (const auto& row : proposal.at("rows").as_array())
      for (const auto& cell : row.at("cells").as_array()) {
        if (cell.at("needs_decision").as_bool()) proposed.insert(text(cell.at("says").at("id")));
      }
    EXPECT_EQ(proposed, in_force) << id;
    compared += in_force.size();
  }
  EXPECT_GT(compared, 0u);
}

}  // namespace
}  // namespace ops::node
