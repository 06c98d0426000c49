#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <stdexcept>

#include "query/fhir/capability.h"
#include "query/fhir/criteria.h"
#include "query/fhir/include.h"
#include "query/subscriptions/topics.h"

namespace query::fhir {
namespace {

namespace json = boost::json;

// As a node with all roles registers them; that it does is tests/ops/node/descriptions_test.cc.
std::vector<ops::http::RouteText> all_routes() {
  std::vector<ops::http::RouteText> routes;
  for (const auto& [method, pattern] : {std::pair{"GET", "/fhir/{type}"},
                                        {"GET", "/fhir/{type}/{id}"},
                                        {"GET", "/fhir/{type}/{id}/_history/{version}"},
                                        {"POST", "/fhir/{type}"},
                                        {"PUT", "/fhir/{type}/{id}"},
                                        {"PUT", "/fhir/{type}"},
                                        {"DELETE", "/fhir/{type}"},
                                        {"POST", "/fhir"},
                                        {"GET", "/fhir/Patient/$export"},
                                        {"POST", "/fhir/Patient/$export"},
                                        {"GET", "/fhir/$export"},
                                        {"GET", "/fhir/$export-status/{job}"},
                                        {"POST", "/fhir/{type}/$validate"},
                                        {"POST", "/fhir/{type}/{id}/$validate"},
                                        {"GET", "/charts/{patient}/$check"}})
    routes.push_back({method, pattern, {}});
  return routes;
}

json::value statement_of(const std::vector<ops::http::RouteText>& routes) {
  return json::parse(capability_statement({"1", "http://localhost"}, routes));
}

std::set<std::string> names_of(const json::value& owner, const char* list, const char* member) {
  std::set<std::string> names;
  if (const auto* all = owner.as_object().if_contains(list)) {
    for (const auto& one : all->as_array()) names.emplace(one.at(member).as_string());
  }
  return names;
}

const json::value& resource_of(const json::value& statement, std::string_view type) {
  for (const auto& resource : statement.at("rest").at(0).at("resource").as_array()) {
    if (resource.at("type").as_string() == type) return resource;
  }
  throw std::out_of_range("type");
}

using Names = std::set<std::string>;

TEST(FhirCapability, PromisesTheInteractionsThatAreRegisteredAndNoOther) {
  const auto statement = statement_of(all_routes());
  const auto& condition = resource_of(statement, "Condition");
  EXPECT_EQ(names_of(condition, "interaction", "code"),
            (Names{"read", "vread", "update", "create", "search-type"}));
  EXPECT_TRUE(condition.at("conditionalUpdate").as_bool());
  EXPECT_EQ(condition.at("conditionalDelete").as_string(), "single");
  EXPECT_EQ(names_of(statement.at("rest").at(0), "interaction", "code"),
            (Names{"transaction", "batch"}));

  const auto nothing = statement_of({{"GET", "/fhir/{type}/{id}", {}}});
  const auto& bare = resource_of(nothing, "Condition");
  EXPECT_EQ(names_of(bare, "interaction", "code"), (Names{"read"}));
  EXPECT_FALSE(bare.at("conditionalUpdate").as_bool());
  EXPECT_FALSE(bare.as_object().contains("searchParam"));
}

TEST(FhirCapability, NamesEachOperationOnceWhereItIsAskedAndWhereItIsDefined) {
  const auto statement = statement_of(all_routes());
  EXPECT_EQ(names_of(resource_of(statement, "Patient"), "operation", "name"),
            (Names{"export", "validate"}));
  EXPECT_EQ(resource_of(statement, "Patient").at("operation").as_array().size(), 2u);
  EXPECT_EQ(names_of(resource_of(statement, "Condition"), "operation", "name"),
            (Names{"validate"}));
  EXPECT_EQ(names_of(statement.at("rest").at(0), "operation", "definition"),
            (Names{"http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"}));
}

TEST(FhirCapability, SaysTheVersionTheFormatAndEveryTypeOfTheSchema) {
  const auto statement =
      json::parse(capability_statement({"1.2.3", "http://localhost:1"}, all_routes()));
  EXPECT_EQ(statement.at("software").at("version").as_string(), "1.2.3");
  EXPECT_EQ(statement.at("fhirVersion").as_string(), "4.0.1");
  EXPECT_EQ(statement.at("rest").at(0).at("resource").as_array().size(),
            events::all_types().size());
}

TEST(FhirCapability, ListsExactlyTheParametersThatSearchAnswers) {
  const auto statement = statement_of(all_routes());
  for (const auto& resource : statement.at("rest").at(0).at("resource").as_array()) {
    const auto* table =
        search_table(*events::type_of_name(std::string(resource.at("type").as_string())));
    if (table == nullptr) continue;
    for (const auto& parameter : resource.at("searchParam").as_array()) {
      const std::string name(parameter.at("name").as_string());
      EXPECT_TRUE(is_patient_name(*table, name) || find_parameter(*table, name) != nullptr) << name;
    }
  }
}

TEST(FhirCapability, ListsOnlyIncludesThatSearchTakes) {
  const auto statement = statement_of(all_routes());
  std::size_t reverse = 0;
  for (const auto& resource : statement.at("rest").at(0).at("resource").as_array()) {
    const auto type = *events::type_of_name(std::string(resource.at("type").as_string()));
    for (const auto& [member, name] :
         {std::pair{"searchInclude", "_include"}, std::pair{"searchRevInclude", "_revinclude"}}) {
      const auto* values = resource.as_object().if_contains(member);
      if (values == nullptr) continue;
      for (const auto& value : values->as_array()) {
        std::vector<Include> includes;
        EXPECT_TRUE(parse_include(type, name, std::string(value.as_string()), includes)) << value;
        reverse += includes.back().reverse;
      }
    }
  }
  EXPECT_GT(reverse, 200u);
}

TEST(FhirCapability, NamesTheTopicsThatCanBeSubscribedTo) {
  const auto statement = statement_of(all_routes());
  std::size_t topics = 0;
  for (const auto& resource : statement.at("rest").at(0).at("resource").as_array()) {
    if (resource.at("type").as_string() != "Subscription") continue;
    for (const auto& one : resource.at("extension").as_array()) {
      const std::string canonical(one.at("valueUri").as_string());
      EXPECT_TRUE(subscriptions::parse_topic(canonical)) << canonical;
      ++topics;
    }
  }
  EXPECT_EQ(topics, events::all_types().size());  // one a type but its own, and the data feed
}

TEST(FhirCapability, AnUnsearchedTypeClaimsNoSearch) {
  const auto statement = statement_of(all_routes());
  for (const auto& resource : statement.at("rest").at(0).at("resource").as_array()) {
    std::set<std::string> codes;
    for (const auto& one : resource.at("interaction").as_array())
      codes.emplace(one.at("code").as_string());
    EXPECT_EQ(codes.contains("search-type"), resource.as_object().contains("searchParam"))
        << resource.at("type");
    EXPECT_EQ(codes.contains("search-type"), resource.at("type").as_string() != "Group");
  }
}

}  // namespace
}  // namespace query::fhir
