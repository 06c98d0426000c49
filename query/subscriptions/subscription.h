// A Subscription resource (R4, Backport profile) as the one who delivers reads it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/ids.h"
#include "ops/http/poster.h"
#include "query/subscriptions/filter.h"

namespace query::subscriptions {

enum class State { requested, active, error, off };
enum class Channel { rest_hook, websocket };
enum class Content { empty, id_only, full_resource };

std::string_view to_string(State state);
std::optional<Content> parse_content(std::string_view text);

struct Subscription {
  std::string id;
  events::Version version;
  State state = State::requested;
  std::optional<events::KnownTime> end;  // off from then on
  Topic topic;
  Filter filter;
  Channel channel = Channel::rest_hook;
  ops::http::Endpoint endpoint;  // rest-hook
  std::vector<std::pair<std::string, std::string>> headers;
  Content content = Content::empty;
  std::chrono::seconds heartbeat{0};  // none
  std::chrono::seconds timeout{20};
  std::uint32_t count_max = 100;  // events of one notification
};

struct Rules {
  bool allow_private = false;
  std::string base_url;
};

// unprocessable: names element, value and remedy. Id and version are of the document.
events::Result<Subscription> parse_subscription(std::string_view document, const Rules& rules);

// The document with another status, and `error` beside it (empty: none).
events::Result<std::string> with_state(std::string_view document, State state,
                                       std::string_view error);

}  // namespace query::subscriptions
