#include "query/subscriptions/subscription.h"

#include <fmt/format.h>

#include "tests/projections/facts_builder.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using ::testing::HasSubstr;
using namespace query::subscriptions;
using events::EventEffect;
using events::ResourceType;

const Rules open_rules{true, "http://a"};

std::string document(const std::string& criteria, const std::string& filters,
                     const std::string& channel) {
  std::string extensions;
  if (!filters.empty()) {
    extensions = fmt::format(
        R"(,"_criteria":{{"extension":[{{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria","valueString":"{}"}}]}})",
        filters);
  }
  return fmt::format(
      R"({{"resourceType":"Subscription","id":"s","status":"requested","criteria":"{}"{},"channel":{}}})",
      criteria, extensions, channel);
}
const std::string conditions = "http://a/fhir/SubscriptionTopic/Condition-changed";
const std::string hook = R"({"type":"rest-hook","endpoint":"https://example.org/hook?a=1"})";

std::string refusal(const std::string& text, const Rules& rules = open_rules) {
  const auto parsed = parse_subscription(text, rules);
  return parsed ? "accepted" : parsed.error().message;
}

Filter filter_of(const std::string& topic, const std::vector<std::string>& filters) {
  return Filter::parse(parse_topic(topic).value(), filters, "http://a").value();
}

TEST(SubscriptionTest, IsReadWithItsChannelAndLimits) {
  const auto read = parse_subscription(
      document(conditions, "Condition?code=1",
               R"({"type":"rest-hook","endpoint":"https://example.org:8443/hook?a=1","header":["X-A: b"],"payload":"application/fhir+json",
                   "_payload":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content","valueCode":"id-only"}]},
                   "extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-max-count","valuePositiveInt":7},
                                {"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-heartbeat-period","valueUnsignedInt":60}]})"),
      open_rules);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->endpoint.tls);
  EXPECT_EQ(read->endpoint.host, "example.org");
  EXPECT_EQ(read->endpoint.port, "8443");
  EXPECT_EQ(read->endpoint.target, "/hook?a=1");
  EXPECT_EQ(read->headers.at(0).second, "b");
  EXPECT_EQ(read->content, Content::id_only);
  EXPECT_EQ(read->count_max, 7u);
  EXPECT_EQ(read->heartbeat, std::chrono::seconds(60));
}

TEST(SubscriptionTest, WhatCannotBeServedIsRefusedByName) {
  EXPECT_THAT(refusal(document("http://a/fhir/SubscriptionTopic/Nothing-changed", "", hook)), HasSubstr("Subscription.criteria"));
  EXPECT_THAT(refusal(document("http://a/fhir/SubscriptionTopic/Subscription-changed", "", hook)), HasSubstr("not a topic"));
  EXPECT_THAT(refusal(document(conditions, "Observation?code=1", hook)), HasSubstr("no type of the topic"));
  EXPECT_THAT(refusal(document(conditions, "Condition?colour=red", hook)), HasSubstr("colour"));
  EXPECT_THAT(refusal(document(conditions, "Condition?trigger=explode", hook)), HasSubstr("trigger"));
  EXPECT_THAT(refusal(document(conditions, "", R"({"type":"email","endpoint":"mailto:a@b"})")), HasSubstr("channel.type"));
  EXPECT_THAT(refusal(document(conditions, "", R"({"type":"rest-hook","endpoint":"ftp://a/b"})")), HasSubstr("endpoint"));
  EXPECT_THAT(refusal(document(conditions, "", R"({"type":"rest-hook","endpoint":"http://user@a/b"})")), HasSubstr("endpoint"));
  EXPECT_THAT(refusal(document(conditions, "", R"({"type":"rest-hook","endpoint":"http://a/b","payload":"application/fhir+xml"})")), HasSubstr("payload"));
  EXPECT_THAT(refusal(document(conditions, "", R"({"type":"rest-hook","endpoint":"http://a/b","header":["Host: c"]})")), HasSubstr("header"));
  EXPECT_THAT(refusal(document(conditions, "", R"({"type":"rest-hook","endpoint":"http://a/b","header":["X: c\r\nHost: d"]})")), HasSubstr("header"));
  EXPECT_EQ(refusal(document(conditions, "", hook)), "accepted");
}

TEST(SubscriptionTest, PrivateAddressesAreRefusedUnlessASettingAllowsThem) {
  const Rules strict{false, "http://a"};
  for (const std::string host : {"127.0.0.1", "localhost", "10.1.2.3", "[::1]", "192.168.0.1:8080", "169.254.169.254"}) {
    const auto text = document(conditions, "", fmt::format(R"({{"type":"rest-hook","endpoint":"http://{}/x"}})", host));
    EXPECT_THAT(refusal(text, strict), HasSubstr("private")) << host;
    EXPECT_EQ(refusal(text), "accepted") << host;
  }
}

TEST(SubscriptionTest, ItsStatusIsWrittenIntoTheDocument) {
  const auto text = document(conditions, "", hook);
  const auto failed = with_state(text, State::error, "no answer in time").value();
  EXPECT_THAT(failed, HasSubstr(R"("status":"error")"));
  EXPECT_THAT(failed, HasSubstr(R"("error":"no answer in time")"));
  EXPECT_EQ(with_state(failed, State::requested, "").value(), text);
}

TEST(SubscriptionFilterTest, WithoutFiltersAllOfTheTopicPasses) {
  const auto filter = filter_of(conditions, {});
  EXPECT_TRUE(filter.may_pass(ResourceType::Condition, EventEffect::deleted));
  EXPECT_FALSE(filter.may_pass(ResourceType::Condition, EventEffect::confirmed));
  EXPECT_FALSE(filter.may_pass(ResourceType::Observation, EventEffect::recorded));
}

TEST(SubscriptionFilterTest, ThePatientDataFeedIsOfTypesWithAPatient) {
  const auto filter = filter_of(std::string(patient_data_feed), {});
  EXPECT_TRUE(filter.may_pass(ResourceType::Patient, EventEffect::recorded));
  EXPECT_TRUE(filter.may_pass(ResourceType::Encounter, EventEffect::recorded));
  EXPECT_FALSE(filter.may_pass(ResourceType::Organization, EventEffect::recorded));
}

TEST(SubscriptionFilterTest, OnlyTypesThatAFilterSpeaksOfPass) {
  const auto filter = filter_of(std::string(patient_data_feed), {"Condition?patient=Patient/ana", "trigger=create,delete"});
  EXPECT_TRUE(filter.may_pass(ResourceType::Condition, EventEffect::recorded));
  EXPECT_FALSE(filter.may_pass(ResourceType::Condition, EventEffect::amended));
  EXPECT_FALSE(filter.may_pass(ResourceType::Encounter, EventEffect::recorded));
}

TEST(SubscriptionFilterTest, AllConditionsOfATypeMustHold) {
  const auto facts = condition("c1", "44054006", "2020");
  const auto one = filter_of(conditions, {"Condition?code:text=44054006"});
  const auto both = filter_of(conditions, {"Condition?code:text=44054006", "Condition?onset-date=2021"});
  EXPECT_TRUE(one.passes(ResourceType::Condition, facts, {}));
  EXPECT_FALSE(both.passes(ResourceType::Condition, facts, {}));
}

}  // namespace
}  // namespace tests
