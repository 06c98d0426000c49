// What a node says of itself, held against what it does: /fhir/metadata and /openapi.json.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <set>

#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using Names = std::set<std::string>;

class DescriptionsTest : public RunningNode {
 protected:
  json::value read(const std::string& path) {
    const auto answer = ask("GET", path);
    EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
    return json::parse(answer.body);
  }
};

std::string filled(std::string path) {
  for (auto open = path.find('{'); open != path.npos; open = path.find('{'))
    path.replace(open, path.find('}', open) - open + 1, "1");
  return path;
}

TEST_F(DescriptionsTest, EachInteractionThatIsPromisedIsAnswered) {
  start();
  const auto statement = read("/fhir/metadata");
  const auto& rest = statement.at("rest").at(0);
  const auto& resources = rest.at("resource").as_array();
  const std::map<std::string, std::pair<std::string, std::string>> requests{
      {"read", {"GET", "/1"}},      {"vread", {"GET", "/1/_history/1"}},
      {"update", {"PUT", "/1"}},    {"patch", {"PATCH", "/1"}},
      {"delete", {"DELETE", "/1"}}, {"history-instance", {"GET", "/1/_history"}},
      {"create", {"POST", ""}},     {"history-type", {"GET", "/_history"}},
      {"search-type", {"GET", ""}}};
  std::size_t asked = 0, stored = 0;
  for (const auto& resource : resources) {
    if (!resource.as_object().contains("interaction")) continue;  // of Measure, operations only
    ++stored;
    const std::string type(resource.at("type").as_string());
    Names codes;
    for (const auto& one : resource.at("interaction").as_array())
      codes.emplace(one.at("code").as_string());
    for (const auto& [code, request] : requests) {
      const auto answer = ask(request.first, "/fhir/" + type + request.second, "{}");
      ++asked;
      EXPECT_NE(answer.status, 405) << code << " of " << type;
      if (codes.contains(code)) continue;
      if (type == "AuditEvent") {  // of the access log: read and searched only
        EXPECT_GE(answer.status, 400) << code;
        continue;
      }
      EXPECT_EQ(code + " of " + type, "search-type of Group");
      EXPECT_GE(answer.status, 400);
    }
  }
  EXPECT_EQ(asked, stored * requests.size());
}

TEST_F(DescriptionsTest, EachOperationOfOurOwnIsDefinedWhereTheStatementSaysSo) {
  start();
  const auto statement = read("/fhir/metadata");
  Names own;
  const auto collect = [&](const json::value& owner) {
    const auto* operations = owner.as_object().if_contains("operation");
    if (operations == nullptr) return;
    for (const auto& one : operations->as_array()) {
      const std::string definition(one.at("definition").as_string());
      if (definition.starts_with("http://127.0.0.1"))
        own.insert(definition.substr(definition.find("/fhir/")));
    }
  };
  collect(statement.at("rest").at(0));
  for (const auto& resource : statement.at("rest").at(0).at("resource").as_array())
    collect(resource);
  EXPECT_EQ(own, (Names{"/fhir/OperationDefinition/import", "/fhir/OperationDefinition/issues",
                        "/fhir/OperationDefinition/move",
                        "/fhir/OperationDefinition/Subscription-resend"}));
  for (const auto& path : own) {
    const auto definition = read(path);
    EXPECT_EQ(definition.at("resourceType").as_string(), "OperationDefinition");
    EXPECT_THAT(std::string(definition.at("url").as_string()), HasSubstr(path));
  }
  EXPECT_EQ(read("/fhir/OperationDefinition").at("total").as_int64(), 4);
}

TEST_F(DescriptionsTest, EveryRouteOfTheJsonApiIsDescribedAndEachParameterIsTaken) {
  start();
  ASSERT_EQ(ask("PUT", "/fhir/Patient/1", R"({"resourceType":"Patient","id":"1"})").status, 201);
  const auto description = read("/openapi.json");
  Names paths;
  for (const auto& path : description.at("paths").as_object()) {
    paths.emplace(path.key());
    const auto* get = path.value().as_object().if_contains("get");
    if (get == nullptr || path.key() == "/live") continue;
    for (const auto& parameter : get->at("parameters").as_array()) {
      if (parameter.at("in").as_string() != "query") continue;
      const std::string name(parameter.at("name").as_string());
      const auto answer = ask("GET", filled(std::string(path.key())) + "?" + name + "=x");
      EXPECT_EQ(answer.body.find("not known here"), std::string::npos) << answer.body;
    }
  }
  for (const char* path : {"/charts/{patient}", "/charts/{patient}/trends", "/commits/{id}",
                           "/live", "/profiles", "/health/ready", "/metrics", "/routes"})
    EXPECT_THAT(paths, Contains(path));
  EXPECT_THAT(ask("GET", "/routes").body, HasSubstr("/charts/{patient}/timeline"));
}

}  // namespace
}  // namespace ops::node
