// Which changes of a topic a subscriber wants: search criteria over the typed facts.
//
//   Observation?patient=Patient/1&category=laboratory     of one type of the topic
//   patient=Patient/1&trigger=create,delete               of every type of the topic
//
// Without filters all of the topic. With some, only types that a filter speaks of, and of a
// type all its conditions must hold. `trigger` is create, update, delete or US Core's
// feed-event (any of them). An amended resource is judged by its new facts, a deleted one by
// its last.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "events/outcome.h"
#include "query/subscriptions/topics.h"

namespace query::subscriptions {

class Filter {
 public:
  // unprocessable, invalid: names filter, parameter and remedy.
  static events::Result<Filter> parse(const Topic& topic, std::span<const std::string> filters,
                                      std::string_view base_url);

  // Whether a change of that kind can pass at all: asked first, it reads nothing.
  bool may_pass(events::ResourceType type, events::EventEffect effect) const;
  bool needs_facts(events::ResourceType type) const;
  // `facts`: finished schema::Facts. `time`: when the change was recorded.
  bool passes(events::ResourceType type, std::string_view facts, events::KnownTime time) const;

 private:
  struct Conditions;
  // Types that pass; shared, because it never changes.
  std::map<events::ResourceType, std::shared_ptr<const Conditions>> by_type_;
};

}  // namespace query::subscriptions
