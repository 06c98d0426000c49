#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "query/fhir/capability.h"
#include "query/fhir/criteria.h"
#include "query/fhir/include.h"
#include "query/subscriptions/topics.h"

namespace query::fhir {
namespace {

namespace json = boost::json;

TEST(FhirCapability, SaysTheVersionTheFormatAndEveryTypeOfTheSchema) {
  const auto statement = json::parse(capability_statement({"1.2.3", "http://localhost:1"}));
  EXPECT_EQ(statement.at("software").at("version").as_string(), "1.2.3");
  EXPECT_EQ(statement.at("fhirVersion").as_string(), "4.0.1");
  EXPECT_EQ(statement.at("rest").at(0).at("resource").as_array().size(),
            events::all_types().size());
}

TEST(FhirCapability, ListsExactlyTheParametersThatSearchAnswers) {
  const auto statement = json::parse(capability_statement({"1", "http://localhost"}));
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
  const auto statement = json::parse(capability_statement({"1", "http://localhost"}));
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
  const auto statement = json::parse(capability_statement({"1", "http://localhost"}));
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
  const auto statement = json::parse(capability_statement({"1", "http://localhost"}));
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
