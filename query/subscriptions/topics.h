// What can be subscribed to: a topic for each type, and US Core's patient data feed.
//
//   <base>/fhir/SubscriptionTopic/Observation-changed
//   http://hl7.org/fhir/us/core/SubscriptionTopic/patient-data-feed
//
// A topic of ours is known by the last two segments of its canonical URL: the address a
// node is reached at is no part of what a Subscription means.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/resource_type.h"
#include "events/result.h"

namespace query::subscriptions {

struct Topic {
  std::string canonical;                     // as the Subscription says it
  std::optional<events::ResourceType> type;  // none: the patient data feed

  // Changes of that type are of this topic.
  bool has(events::ResourceType changed) const;
  std::vector<events::ResourceType> types() const;
};

inline constexpr std::string_view patient_data_feed =
    "http://hl7.org/fhir/us/core/SubscriptionTopic/patient-data-feed";

// unprocessable: names the topics there are.
events::Result<Topic> parse_topic(std::string_view canonical);
// All of them, as this base names them.
std::vector<Topic> all_topics(std::string_view base_url);
// The last segment: "Observation-changed", "patient-data-feed".
std::string_view topic_id(const Topic& topic);
// A SubscriptionTopic (R4B's resource: R4 has none).
std::string topic_json(const Topic& topic);

}  // namespace query::subscriptions
