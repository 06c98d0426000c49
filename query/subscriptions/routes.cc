#include "query/subscriptions/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "events/clinical_time.h"
#include "query/fhir/criteria.h"
#include "query/fhir/negotiation.h"

namespace query::subscriptions {
namespace {

using events::Error;
using events::ErrorCode;
using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;

Status may_begin(const Sources& sources, const Request& request,
                 const std::vector<std::string_view>& parameters,
                 ops::auth::Access access = ops::auth::Access::feed) {
  return begin_read(sources, request, {access, "Subscription", {}}, parameters);
}

// Absent: `otherwise`.
Result<std::uint64_t> number_of(const Request& request, std::string_view name,
                                std::uint64_t otherwise) {
  const auto* text = request.parameter(name);
  if (text == nullptr) return otherwise;
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (fault == std::errc{} && end == text->data() + text->size()) return number;
  return events::invalid(fmt::format("{}: \"{}\" is not the number of an event; write digits", name,
                                     text->substr(0, 32)));
}

Response answer(Result<std::string> bundle) {
  if (!bundle) return ops::http::outcome_response(bundle.error());
  return Response::fhir(200, std::move(*bundle));
}

Result<std::string> status_of_one(const Sources& sources, const Hub& hub, const Request& request) {
  if (auto begun = may_begin(sources, request, {"_format"}); !begun) return begun.error();
  auto facts = hub.status(std::string(request.capture("id")));
  if (!facts) return facts.error();
  return status_bundle(std::span(&*facts, 1), request.base_url);
}

bool asked_for(const std::string* list, std::string_view value) {
  if (list == nullptr) return true;
  const auto all = fhir::split_escaped(*list, ',');
  return std::any_of(all.begin(), all.end(), [&](std::string_view one) {
    return one == value || (one.starts_with("Subscription/") && one.substr(13) == value);
  });
}

Result<std::string> status_of_all(const Sources& sources, const Hub& hub, const Request& request) {
  if (auto begun = may_begin(sources, request, {"id", "status", "_format"}); !begun)
    return begun.error();
  auto all = hub.statuses();
  std::erase_if(all, [&](const StatusFacts& facts) {
    return !asked_for(request.parameter("id"), facts.id) ||
           !asked_for(request.parameter("status"), facts.state);
  });
  return status_bundle(all, request.base_url);
}

Result<std::string> events_of(const Sources& sources, const Hub& hub, const Request& request) {
  if (auto begun = may_begin(sources, request,
                             {"eventsSinceNumber", "eventsUntilNumber", "content", "_format"});
      !begun) {
    return begun.error();
  }
  const auto from = number_of(request, "eventsSinceNumber", 1);
  if (!from) return from.error();
  const auto until =
      number_of(request, "eventsUntilNumber", std::numeric_limits<std::uint64_t>::max());
  if (!until) return until.error();
  std::optional<Content> content;
  if (const auto* text = request.parameter("content")) {
    content = parse_content(*text);
    if (!content) return events::invalid("content: write empty, id-only or full-resource");
  }
  auto batch =
      hub.events(std::string(request.capture("id")), *from, *until, content, request.base_url);
  if (!batch) return batch.error();
  return std::move(batch->bundle);
}

Result<std::string> resend(const Sources& sources, Hub& hub, const Request& request) {
  if (auto begun =
          may_begin(sources, request, {"eventsSinceNumber", "_format"}, ops::auth::Access::operate);
      !begun) {
    return begun.error();
  }
  std::optional<std::uint64_t> from;
  if (request.parameter("eventsSinceNumber") != nullptr) {
    auto number = number_of(request, "eventsSinceNumber", 1);
    if (!number) return number.error();
    from = *number;
  }
  const std::string id(request.capture("id"));
  if (auto taken = hub.resend(id, from); !taken) return taken.error();
  auto facts = hub.status(id);
  if (!facts) return facts.error();
  return status_bundle(std::span(&*facts, 1), request.base_url);
}

std::string socket_url(std::string base_url) {
  if (base_url.starts_with("http")) base_url.replace(0, 4, "ws");
  return base_url + "/subscriptions/socket";
}

Result<std::string> binding_token(const Sources& sources, Hub& hub, const Request& request,
                                  bool of_one) {
  if (auto begun = may_begin(sources, request, {"ids", "_format"}); !begun) return begun.error();
  std::vector<std::string> ids;
  if (of_one) {
    ids.emplace_back(request.capture("id"));
  } else if (const auto* list = request.parameter("ids")) {
    for (const auto id : fhir::split_escaped(*list, ',')) ids.emplace_back(id);
  }
  if (ids.empty()) return events::invalid("ids: missing; write ids=<id of a Subscription>,…");
  const auto made = hub.bind(ids);
  if (!made) return made.error();
  std::string text = fmt::format(
      R"({{"resourceType":"Parameters","parameter":[{{"name":"token","valueString":"{}"}},{{"name":"expiration","valueDateTime":"{}"}})",
      made->token,
      events::format_instant(std::chrono::time_point_cast<events::Micros>(made->expires)));
  for (const auto& id : ids)
    text +=
        fmt::format(R"(,{{"name":"subscription","valueString":{}}})", ops::http::json_quote(id));
  text += fmt::format(R"(,{{"name":"websocket-url","valueUrl":{}}}]}})",
                      ops::http::json_quote(socket_url(request.base_url)));
  return text;
}

Response open_socket(const Sources& sources, Hub& hub, const Request& request) {
  if (auto begun = may_begin(sources, request, {}); !begun)
    return ops::http::problem_response(begun.error());
  Response response;
  response.websocket = hub.socket();
  return response;
}

Result<std::string> topics(const Sources& sources, const Request& request) {
  if (auto begun = may_begin(sources, request, {"_format"}); !begun) return begun.error();
  const auto all = all_topics(request.base_url);
  std::string entries;
  for (const Topic& topic : all) {
    entries += fmt::format(R"({}{{"fullUrl":{},"resource":{},"search":{{"mode":"match"}}}})",
                           entries.empty() ? "" : ",", ops::http::json_quote(topic.canonical),
                           topic_json(topic));
  }
  return fmt::format(R"({{"resourceType":"Bundle","type":"searchset","total":{},"entry":[{}]}})",
                     all.size(), entries);
}

Result<std::string> topic(const Sources& sources, const Request& request) {
  if (auto begun = may_begin(sources, request, {"_format"}); !begun) return begun.error();
  for (const Topic& one : all_topics(request.base_url)) {
    if (topic_id(one) == request.capture("id")) return topic_json(one);
  }
  return Error{ErrorCode::not_found, "SubscriptionTopic: there is none of that id", {}};
}

}  // namespace

void add_subscription_routes(ops::http::Router& router, const Sources& sources, Hub& hub) {
  const auto add = [&](std::string method, std::string pattern, auto make) {
    router.add(std::move(method), std::move(pattern), [make](const Request& request) {
      if (auto refused = fhir::refuse_format(request)) return std::move(*refused);
      return answer(make(request));
    });
  };
  add("GET", "/fhir/Subscription/$status",
      [&](const Request& request) { return status_of_all(sources, hub, request); });
  add("GET", "/fhir/Subscription/{id}/$status",
      [&](const Request& request) { return status_of_one(sources, hub, request); });
  add("GET", "/fhir/Subscription/{id}/$events",
      [&](const Request& request) { return events_of(sources, hub, request); });
  add("POST", "/fhir/Subscription/{id}/$resend",
      [&](const Request& request) { return resend(sources, hub, request); });
  for (const std::string method : {"GET", "POST"}) {
    add(method, "/fhir/Subscription/$get-ws-binding-token",
        [&](const Request& request) { return binding_token(sources, hub, request, false); });
    add(method, "/fhir/Subscription/{id}/$get-ws-binding-token",
        [&](const Request& request) { return binding_token(sources, hub, request, true); });
  }
  router.add("GET", "/subscriptions/socket",
             [&](const Request& request) { return open_socket(sources, hub, request); },
             {"WebSocket of a Subscription's notifications: send bind-with-token and a token of "
              "$get-ws-binding-token"});
  add("GET", "/fhir/SubscriptionTopic",
      [&](const Request& request) { return topics(sources, request); });
  add("GET", "/fhir/SubscriptionTopic/{id}",
      [&](const Request& request) { return topic(sources, request); });
}

}  // namespace query::subscriptions
