#include "query/subscriptions/topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/search/search_parameters.h"
#include "query/json_writer.h"

namespace query::subscriptions {
namespace {

using events::ResourceType;

constexpr std::string_view segment = "/SubscriptionTopic/";
constexpr std::string_view changed = "-changed";

bool is_subscription(ResourceType type) { return events::type_name(type) == "Subscription"; }

// A type whose resources are of a patient.
bool is_of_patients(ResourceType type) {
  if (events::type_name(type) == "Patient") return true;
  const auto* table = projections::search::search_table(type);
  return table != nullptr && !table->patient_names.empty();
}

void write_trigger(JsonWriter& json, ResourceType type) {
  json.begin_object().member("resource", fmt::format("http://hl7.org/fhir/StructureDefinition/{}",
                                                     events::type_name(type)));
  json.key("supportedInteraction").begin_array();
  json.value("create").value("update").value("delete").end_array().end_object();
}

void write_filters(JsonWriter& json, ResourceType type) {
  using namespace projections::search;
  const auto add = [&](std::string_view name) {
    json.begin_object().member("resource", events::type_name(type));
    json.member("filterParameter", name).end_object();
  };
  add("trigger");
  if (events::type_name(type) == "Patient") add("patient");
  for (const auto& parameter : common_parameters()) add(parameter.name);
  const auto* table = search_table(type);
  if (table == nullptr) return;
  for (const auto name : table->patient_names) add(name);
  for (const auto& parameter : table->own) add(parameter.name);
}

}  // namespace

bool Topic::has(ResourceType of) const { return type ? *type == of : is_of_patients(of); }

std::vector<ResourceType> Topic::types() const {
  std::vector<ResourceType> found;
  for (const auto of : events::all_types()) {
    if (has(of)) found.push_back(of);
  }
  return found;
}

events::Result<Topic> parse_topic(std::string_view canonical) {
  if (canonical == patient_data_feed) return Topic{std::string(canonical), std::nullopt};
  const auto at = canonical.rfind(segment);
  if (at != canonical.npos && canonical.ends_with(changed)) {
    auto name = canonical.substr(at + segment.size());
    name.remove_suffix(changed.size());
    // Who delivers writes the status of Subscriptions: a topic of them would never be quiet.
    const auto type = events::type_of_name(name);
    if (type && !is_subscription(*type)) return Topic{std::string(canonical), type};
  }
  return events::unprocessable(
      fmt::format("Subscription.criteria: \"{}\" is not a topic here; write "
                  "<base>/fhir/SubscriptionTopic/<Type>-changed or {}; /fhir/SubscriptionTopic "
                  "lists them",
                  canonical.substr(0, 200), patient_data_feed),
      "Subscription.criteria");
}

std::vector<Topic> all_topics(std::string_view base_url) {
  std::vector<Topic> topics{{std::string(patient_data_feed), std::nullopt}};
  for (const auto type : events::all_types()) {
    if (is_subscription(type)) continue;
    topics.push_back(
        {fmt::format("{}/fhir{}{}{}", base_url, segment, events::type_name(type), changed), type});
  }
  return topics;
}

std::string_view topic_id(const Topic& topic) {
  return std::string_view(topic.canonical).substr(topic.canonical.rfind('/') + 1);
}

std::string topic_json(const Topic& topic) {
  JsonWriter json;
  json.begin_object().member("resourceType", "SubscriptionTopic");
  json.member("id", topic_id(topic)).member("url", topic.canonical).member("status", "active");
  json.key("resourceTrigger").begin_array();
  for (const auto type : topic.types()) write_trigger(json, type);
  json.end_array().key("canFilterBy").begin_array();
  for (const auto type : topic.types()) write_filters(json, type);
  json.end_array().end_object();
  return std::move(json).take();
}

}  // namespace query::subscriptions
