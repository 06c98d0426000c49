// What a node's answers leave on its access log, and what the audit says of them.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <set>

#include "ops/node/recorded_routes.h"
#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Names = std::set<std::string>;
using Headers = http::Client::Headers;

const Headers doctor{{"X-Chartlog-Subject", "dr-a"},
                     {"X-Chartlog-Role", "physician"},
                     {"X-Chartlog-Purpose", "TREAT"}};

class AccessTest : public RunningNode {
 protected:
  http::Answer as(const Headers& who, const std::string& method, const std::string& path,
                  const std::string& body = {}) {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                        std::chrono::seconds(20));
    Headers headers = who;
    headers.emplace_back("Content-Type", "application/fhir+json");
    auto answer = client.ask(method, path, headers, body);
    EXPECT_TRUE(answer) << path << " " << answer.error().message;
    return answer ? std::move(*answer) : http::Answer{};
  }
  json::value read(const std::string& path) {
    const auto answer = ask("GET", path);
    EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
    return json::parse(answer.body);
  }
  void put(const std::string& path, const std::string& body) {
    const auto answer = ask("PUT", path, body);
    ASSERT_TRUE(answer.status == 200 || answer.status == 201) << answer.body;
  }
  void given_a_result(const std::string& value = "5.0") {
    put("/fhir/Patient/ana", R"({"resourceType":"Patient","id":"ana"})");
    put_result(value);
  }
  void put_result(const std::string& value) {
    put("/fhir/Observation/o",
        R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"potassium"},)"
        R"("subject":{"reference":"Patient/ana"},"valueQuantity":{"value":)" +
            value + "}}");
  }
  json::array accesses(const std::string& query) {
    return read("/audit/access?_count=1000" + query).at("accesses").as_array();
  }
  static Names resources(const json::value& access) {
    Names all;
    for (const auto& one : access.at("resources").as_array())
      all.insert(std::string(one.at("type").as_string()) + "/" +
                 std::string(one.at("id").as_string()) + "/" +
                 std::to_string(one.at("version").to_number<int>()));
    return all;
  }
};

std::string filled_in(std::string path) {
  for (auto open = path.find('{'); open != path.npos; open = path.find('{'))
    path.replace(open, path.find('}', open) - open + 1,
                 path.substr(open, 6) == "{type}" ? "Patient" : "1");
  return path;
}

// A write leaves an event on the clinical log, with its author.
bool is_write(const http::RouteText& route) {
  if (route.method == "PUT" || route.method == "PATCH" || route.method == "DELETE") return true;
  static const Names writes{"/fhir",
                            "/fhir/{type}",
                            "/fhir/{type}/{id}/$move",
                            "/fhir/{type}/$validate",
                            "/fhir/{type}/{id}/$validate",
                            "/fhir/$import",
                            "/profiles",
                            "/cds-services/{service}/feedback",
                            "/fhir/Subscription/{id}/$resend",
                            "/charts/{patient}/reconciliations",
                            "/charts/{patient}/reconciliations/proposal"};
  return route.method == "POST" && writes.contains(route.pattern);
}

TEST_F(AccessTest, EveryRouteLeavesARecordOrIsInTheListOfThoseThatHoldNothing) {
  start();
  wait_until_ready();
  Names exempt;
  for (const auto& one : unrecorded_routes()) {
    exempt.emplace(one.pattern);
    EXPECT_FALSE(one.why.empty());
  }
  Names asked;
  for (const auto& route : node_->routes()) {
    if (is_write(route)) continue;
    auto path = filled_in(route.pattern);
    if (path == "/live") path += "?since=x";  // a stream would not end
    ask(route.method, path, route.method == "POST" ? "{}" : "");
    if (!exempt.contains(route.pattern)) asked.insert(route.method + " " + route.pattern);
  }
  Names recorded;
  for (const auto& access : accesses(""))
    recorded.insert(std::string(access.at("method").as_string()) + " " +
                    std::string(access.at("route").as_string()));
  std::vector<std::string> missing;
  std::set_difference(asked.begin(), asked.end(), recorded.begin(), recorded.end(),
                      std::back_inserter(missing));
  EXPECT_THAT(missing, IsEmpty());
  EXPECT_GT(asked.size(), 40u);
  for (const auto& one : exempt) EXPECT_THAT(recorded, Not(Contains("GET " + one)));
}

TEST_F(AccessTest, AnEntrySaysWhoWhatWhyAndWhichVersions) {
  start();
  given_a_result();
  put_result("6.0");
  ASSERT_EQ(as(doctor, "GET", "/fhir/Observation?patient=ana").status, 200);
  ASSERT_EQ(as(doctor, "GET", "/charts/ana").status, 200);
  const auto found = accesses("&agent=dr-a");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(resources(found[1]), UnorderedElementsAre("Observation/o/2"));
  EXPECT_THAT(resources(found[0]), UnorderedElementsAre("Observation/o/2", "Patient/ana/1"));
  for (const auto& one : found) {
    EXPECT_EQ(one.at("agent").at("role").as_string(), "physician");
    EXPECT_EQ(one.at("purpose").as_string(), "TREAT");
    EXPECT_EQ(one.at("patients").as_array().at(0).as_string(), "ana");
    EXPECT_EQ(one.at("peer").as_string(), "127.0.0.1");
    EXPECT_EQ(one.at("outcome").as_string(), "success");
    EXPECT_FALSE(one.at("position").as_string().empty());
  }
  EXPECT_EQ(accesses("&patient=ana&agent=dr-a&purpose=TREAT&outcome=success").size(), 2u);
  EXPECT_THAT(accesses("&agent=dr-a&purpose=HPAYMT"), IsEmpty());
}

TEST_F(AccessTest, WhatIsRefusedOrNotThereIsRecordedWithoutResources) {
  start();
  given_a_result();
  as(doctor, "GET", "/fhir/Observation/none");
  as(doctor, "GET", "/charts/ana?unknown=1");
  as(doctor, "GET", "/fhir/Observation/o/_history/1?_elements=");
  const auto found = accesses("&agent=dr-a&outcome=refused");
  ASSERT_EQ(found.size(), 3u);
  for (const auto& one : found) EXPECT_THAT(resources(one), IsEmpty());
}

TEST_F(AccessTest, AReadInABundleIsRecordedOnceAndAWriteNotAtAll) {
  start();
  given_a_result();
  const std::string bundle =
      R"({"resourceType":"Bundle","type":"transaction","entry":[)"
      R"({"request":{"method":"GET","url":"Observation/o"}},)"
      R"({"resource":{"resourceType":"Patient","id":"ben"},"request":{"method":"PUT","url":"Patient/ben"}}]})";
  ASSERT_EQ(as(doctor, "POST", "/fhir", bundle).status, 200);
  const auto found = accesses("&agent=dr-a");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(resources(found[0]), UnorderedElementsAre("Observation/o/1"));
}

TEST_F(AccessTest, TheScreenShowsTheVersionsOfThenAndRecipientsWhoHadThem) {
  start();
  given_a_result("9.9");
  ASSERT_EQ(as(doctor, "GET", "/fhir/Observation/o").status, 200);
  put_result("4.1");
  ASSERT_EQ(as({{"X-Chartlog-Subject", "dr-b"}}, "GET", "/fhir/Observation/o").status, 200);
  const auto last = accesses("&agent=dr-a").at(0).at("time").as_string();

  const auto screen = read("/audit/screen?agent=dr-a&at=" + std::string(last));
  ASSERT_EQ(screen.at("shown").as_array().size(), 1u);
  const auto& shown = screen.at("shown").at(0);
  EXPECT_EQ(shown.at("version").to_number<int>(), 1);
  EXPECT_EQ(shown.at("document").at("valueQuantity").at("value").as_double(), 9.9);

  const auto wrong = read("/audit/recipients?resource=Observation/o&version=1");
  EXPECT_EQ(wrong.at("patient").as_string(), "ana");
  EXPECT_TRUE(wrong.at("complete").as_bool());
  Names who;
  for (const auto& one : wrong.at("recipients").as_array())
    who.emplace(one.at("agent").at("subject").as_string());
  // The auditor has seen it on the screen above.
  EXPECT_THAT(who, UnorderedElementsAre("dr-a", "anonymous"));
}

TEST_F(AccessTest, DisclosuresAreWhatLeftTheSite) {
  settings_.site = "north";
  start();
  given_a_result();
  as(doctor, "GET", "/charts/ana");
  Headers elsewhere = doctor;
  elsewhere.emplace_back("X-Chartlog-Site", "south");
  as(elsewhere, "GET", "/charts/ana");
  const auto found = read("/audit/disclosures?patient=ana").at("disclosures").as_array();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].at("recipient").at("site").as_string(), "south");
  EXPECT_EQ(found[0].at("purpose").as_string(), "TREAT");
  EXPECT_FALSE(found[0].at("what").as_array().empty());
}

TEST_F(AccessTest, ThePatientReadsWhoLooked) {
  start();
  given_a_result();
  as(doctor, "GET", "/charts/ana");
  const auto own = read("/charts/ana/access").at("accesses").as_array();
  ASSERT_FALSE(own.empty());
  EXPECT_EQ(own[0].at("who").as_string(), "dr-a");
  EXPECT_EQ(own[0].at("how").as_string(), "looked at");
}

TEST_F(AccessTest, AuditEventsAreSearchedAndRead) {
  start();
  given_a_result();
  as(doctor, "GET", "/fhir/Observation/o");
  const auto bundle = read("/fhir/AuditEvent?patient=Patient/ana&agent=dr-a&date=ge2020-01-01");
  ASSERT_EQ(bundle.at("entry").as_array().size(), 1u);
  const auto& event = bundle.at("entry").at(0).at("resource");
  EXPECT_EQ(event.at("meta").at("profile").at(0).as_string(),
            "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead");
  EXPECT_EQ(event.at("subtype").at(0).at("code").as_string(), "read");
  EXPECT_EQ(event.at("outcome").as_string(), "0");
  EXPECT_THAT(json::serialize(event), HasSubstr("Observation/o/_history/1"));
  EXPECT_EQ(read("/fhir/AuditEvent/" + std::string(event.at("id").as_string())), event);
  EXPECT_EQ(ask("GET", "/fhir/AuditEvent/1-2-3").status, 404);
  EXPECT_EQ(ask("GET", "/fhir/AuditEvent?date=lt2020-01-01").status, 200);
  EXPECT_EQ(ask("GET", "/fhir/AuditEvent?date=ap2020-01-01").status, 400);
  EXPECT_EQ(ask("GET", "/fhir/AuditEvent?entity=x").status, 400);
}

// Whoever reads of accesses learns whose records they were to.
TEST_F(AccessTest, WhatTheAuditSaysOfAPatientIsAnAccessToThatPatient) {
  start();
  given_a_result();
  as(doctor, "GET", "/charts/ana");
  const auto at = std::string(accesses("&agent=dr-a").at(0).at("time").as_string());
  for (const std::string& path :
       {std::string("/audit/access?agent=dr-a"), std::string("/audit/access?agent=dr-a&format=csv"),
        std::string("/audit/access?agent=dr-a&format=html"),
        std::string("/fhir/AuditEvent?agent=dr-a"), "/audit/screen?agent=dr-a&at=" + at}) {
    const auto reader = "reader of " + path;
    ASSERT_EQ(as({{"X-Chartlog-Subject", reader}}, "GET", path).status, 200) << path;
  }
  Names readers;
  for (const auto& access : accesses("&patient=ana"))
    readers.emplace(access.at("agent").at("subject").as_string());
  EXPECT_THAT(readers, IsSupersetOf({"reader of /audit/access?agent=dr-a",
                                     "reader of /audit/access?agent=dr-a&format=csv",
                                     "reader of /audit/access?agent=dr-a&format=html",
                                     "reader of /fhir/AuditEvent?agent=dr-a"}));
  EXPECT_TRUE(readers.contains("reader of /audit/screen?agent=dr-a&at=" + at));
}

TEST_F(AccessTest, WhatBecameOfACommitIsAnAccessToItsPatient) {
  start();
  given_a_result();
  const auto written = ask("PUT", "/fhir/Condition/c",
                           R"({"resourceType":"Condition","id":"c","code":{"text":"asthma"},)"
                           R"("subject":{"reference":"Patient/ana"}})");
  ASSERT_EQ(written.status, 201) << written.body;
  as(doctor, "GET", "/commits/" + *written.header("chartlog-commit"));
  const auto found = accesses("&patient=ana&agent=dr-a");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(resources(found[0]), UnorderedElementsAre("Condition/c/1"));
}

// A replay is looked at like any other answer: no recipient gets what is recorded from now on.
TEST_F(AccessTest, AReplayIsNoDisclosureAndItsEventsAreRecordedOnce) {
  settings_.site = "north";
  start();
  given_a_result();
  ASSERT_EQ(as(doctor, "GET", "/audit/replay?patient=ana").status, 200);
  std::size_t observations = 0;
  for (const auto& access : accesses("&patient=ana&agent=dr-a")) {
    EXPECT_EQ(access.at("kind").as_string(), "request");
    observations += resources(access).count("Observation/o/1");
  }
  EXPECT_EQ(observations, 1u);
  EXPECT_THAT(read("/audit/disclosures?patient=ana").at("disclosures").as_array(), IsEmpty());
}

TEST_F(AccessTest, ReportsComeInEachFormAndOrder) {
  start();
  given_a_result();
  as({{"X-Chartlog-Subject", "=cmd\"x\""}}, "GET", "/charts/ana?limit=3");
  as({{"X-Chartlog-Subject", "<b>"}}, "GET", "/charts/ana");
  const auto csv = ask("GET", "/audit/access?patient=ana&format=csv");
  EXPECT_THAT(*csv.header("content-type"), HasSubstr("text/csv"));
  EXPECT_THAT(csv.body, HasSubstr(R"("'=cmd""x""")"));
  const auto page = ask("GET", "/audit/access?patient=ana&format=html");
  EXPECT_THAT(page.body, HasSubstr("&lt;b&gt;"));
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
  const auto sorted = accesses("&_sort=agent");
  for (std::size_t i = 1; i < sorted.size(); ++i)
    EXPECT_LE(sorted[i - 1].at("agent").at("subject").as_string(),
              sorted[i].at("agent").at("subject").as_string());
  for (const char* wrong :
       {"_sort=x", "format=pdf", "from=yesterday", "from=2024-01-02&to=2024-01-01", "patient=a%20b",
        "outcome=maybe", "_count=0", "_cursor=x", "from=2024-01-01T10:00:00"})
    EXPECT_EQ(ask("GET", std::string("/audit/access?") + wrong).status, 400) << wrong;
}

TEST_F(AccessTest, SwitchedOffItIsSaidByTheLog) {
  settings_.access_log = false;
  start();
  given_a_result();
  as(doctor, "GET", "/charts/ana");
  EXPECT_THAT(accesses("&agent=dr-a"), IsEmpty());
  const auto processes = read("/audit/processes").at("processes").as_array();
  ASSERT_EQ(processes.size(), 1u);
  EXPECT_FALSE(processes[0].at("recording").as_bool());
}

TEST_F(AccessTest, ARestartInOrderLosesNothing) {
  start();
  given_a_result();
  as(doctor, "GET", "/charts/ana");
  node_.reset();
  start();
  wait_until_ready();
  EXPECT_EQ(accesses("&agent=dr-a").size(), 1u);
  const auto processes = read("/audit/processes").at("processes").as_array();
  ASSERT_EQ(processes.size(), 2u);
  EXPECT_EQ(processes[0].at("ended").as_string(), "in order");
  EXPECT_EQ(processes[0].at("lost_at_end").to_number<int>(), 0);
}

TEST(RecordedRoutesTest, WhatCannotBeRecordedIsNotShown) {
  http::Router router;
  router.add("GET", "/fhir/secret",
             [](http::Request&) { return http::Response::fhir(200, "shown"); });
  router.add("POST", "/fhir/secret",
             [](http::Request&) { return http::Response::fhir(201, "written"); });
  const RecordedRoutes routes(router, [](const events::access::Entry&) -> events::Status {
    return events::unavailable("the access log is away");
  });
  http::Request read{.method = "GET", .path = "/fhir/secret"};
  const auto refused = routes.route(read);
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, Not(HasSubstr("shown")));
  EXPECT_THAT(refused.body, HasSubstr("the access log is away"));
  http::Request write{.method = "POST", .path = "/fhir/secret"};
  EXPECT_EQ(routes.route(write).status, 201);
}

}  // namespace
}  // namespace ops::node
