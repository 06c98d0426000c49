#include "query/subscriptions/subscription.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <charconv>

#include "events/clinical_time.h"

namespace query::subscriptions {
namespace {

namespace json = boost::json;
using events::Result;
using events::Status;
using events::unprocessable;

constexpr std::string_view extensions =
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";
constexpr std::array states{"requested", "active", "error", "off"};
constexpr std::array contents{"empty", "id-only", "full-resource"};

std::string_view text_of(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  const auto* text = found != nullptr ? found->if_string() : nullptr;
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

const json::object* object_of(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr ? found->if_object() : nullptr;
}

// Of an element or of what stands beside a primitive (`_criteria`).
std::vector<const json::object*> extensions_of(const json::object* holder, std::string_view name) {
  std::vector<const json::object*> found;
  const auto* list = holder != nullptr ? holder->if_contains("extension") : nullptr;
  if (list == nullptr || !list->is_array()) return found;
  for (const auto& one : list->get_array()) {
    if (!one.is_object()) continue;
    const auto url = text_of(one.get_object(), "url");
    if (url.starts_with(extensions) && url.substr(extensions.size()) == name)
      found.push_back(&one.get_object());
  }
  return found;
}

Result<std::uint64_t> number_of(const json::object& channel, std::string_view name,
                                std::uint64_t otherwise, std::uint64_t high) {
  const auto found = extensions_of(&channel, name);
  if (found.empty()) return otherwise;
  for (const auto* member : {"valuePositiveInt", "valueUnsignedInt", "valueInteger"}) {
    const auto* value = found.front()->if_contains(member);
    if (value == nullptr) continue;
    if (value->is_int64() && value->get_int64() >= 1 &&
        static_cast<std::uint64_t>(value->get_int64()) <= high) {
      return static_cast<std::uint64_t>(value->get_int64());
    }
  }
  return unprocessable(fmt::format("Subscription.channel: {} is a whole number from 1 to {}", name,
                                   high),
                       "Subscription.channel.extension");
}

bool is_header_name(std::string_view name) {
  constexpr std::string_view alphabet =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !name.empty() && name.find_first_not_of(alphabet) == name.npos;
}

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small;
}

Status read_headers(const json::object& channel, Subscription& into) {
  const auto* list = channel.if_contains("header");
  if (list == nullptr) return {};
  if (!list->is_array())
    return unprocessable("Subscription.channel.header: write a list of \"Name: value\"",
                         "Subscription.channel.header");
  for (const auto& one : list->get_array()) {
    const std::string_view line = one.is_string() ? std::string_view(one.get_string()) : "";
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    const std::string small = lower(name);
    const bool reserved = small == "host" || small == "content-length" || small == "connection" ||
                          small == "transfer-encoding" || small == "content-type" ||
                          small == "upgrade" || small == "expect" || small == "te";
    const bool one_line =
        std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (colon == line.npos || !is_header_name(name) || reserved || !one_line) {
      return unprocessable(
          "Subscription.channel.header: each is one line \"Name: value\", and none of Host, "
          "Content-*, Connection, Transfer-Encoding, Upgrade, Expect, TE",
          "Subscription.channel.header");
    }
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    into.headers.emplace_back(name, value);
  }
  return {};
}

Status read_payload(const json::object& channel, Subscription& into) {
  const auto payload = text_of(channel, "payload");
  if (!payload.empty() && payload != "application/fhir+json" && payload != "application/json") {
    return unprocessable(fmt::format("Subscription.channel.payload: \"{}\" is not written here; "
                                     "take application/fhir+json",
                                     payload.substr(0, 64)),
                         "Subscription.channel.payload");
  }
  const auto found = extensions_of(object_of(channel, "_payload"), "backport-payload-content");
  if (found.empty()) return {};
  const auto content = parse_content(text_of(*found.front(), "valueCode"));
  if (!content) {
    return unprocessable("backport-payload-content: write empty, id-only or full-resource",
                         "Subscription.channel.payload.extension");
  }
  into.content = *content;
  return {};
}

Status read_channel(const json::object& channel, const Rules& rules, Subscription& into) {
  const auto type = text_of(channel, "type");
  if (type != "rest-hook" && type != "websocket") {
    return unprocessable(fmt::format("Subscription.channel.type: \"{}\" is not served; write "
                                     "rest-hook or websocket",
                                     type.substr(0, 64)),
                         "Subscription.channel.type");
  }
  if (type == "websocket") into.channel = Channel::websocket;
  if (into.channel == Channel::rest_hook) {
    auto endpoint = ops::http::Endpoint::parse(text_of(channel, "endpoint"), rules.allow_private);
    if (!endpoint) {
      return unprocessable("Subscription.channel.endpoint: " + endpoint.error().message,
                           "Subscription.channel.endpoint");
    }
    into.endpoint = std::move(*endpoint);
  }
  if (auto read = read_headers(channel, into); !read) return read;
  if (auto read = read_payload(channel, into); !read) return read;
  const auto heartbeat = number_of(channel, "backport-heartbeat-period", 0, 86'400);
  if (!heartbeat) return heartbeat.error();
  const auto timeout = number_of(channel, "backport-timeout", 20, 120);
  if (!timeout) return timeout.error();
  const auto count = number_of(channel, "backport-max-count", 100, 10'000);
  if (!count) return count.error();
  into.heartbeat = std::chrono::seconds(*heartbeat);
  into.timeout = std::chrono::seconds(*timeout);
  into.count_max = static_cast<std::uint32_t>(*count);
  return {};
}

Status read_state(const json::object& root, Subscription& into) {
  const auto status = text_of(root, "status");
  const auto at = std::find(states.begin(), states.end(), status);
  if (at == states.end()) {
    return unprocessable("Subscription.status: write requested, active, error or off",
                         "Subscription.status");
  }
  into.state = static_cast<State>(at - states.begin());
  if (const auto end = text_of(root, "end"); !end.empty()) {
    auto instant = events::parse_instant(end);
    if (!instant) return unprocessable("Subscription.end: " + instant.error().message,
                                       "Subscription.end");
    into.end = events::KnownTime(instant->low);
  }
  return {};
}

Result<json::value> parse_document(std::string_view document) {
  boost::system::error_code failed;
  auto parsed = json::parse(document, failed);
  if (failed || !parsed.is_object()) return unprocessable("Subscription: is no JSON object");
  return parsed;
}

}  // namespace

std::string_view to_string(State state) { return states[static_cast<std::size_t>(state)]; }

std::optional<Content> parse_content(std::string_view text) {
  const auto at = std::find(contents.begin(), contents.end(), text);
  if (at == contents.end()) return std::nullopt;
  return static_cast<Content>(at - contents.begin());
}

Result<Subscription> parse_subscription(std::string_view document, const Rules& rules) {
  const auto parsed = parse_document(document);
  if (!parsed) return parsed.error();
  const auto& root = parsed->get_object();
  Subscription subscription;
  subscription.id = text_of(root, "id");
  if (const auto* meta = object_of(root, "meta")) {
    const auto version = text_of(*meta, "versionId");
    std::from_chars(version.data(), version.data() + version.size(), subscription.version.value);
  }
  if (auto read = read_state(root, subscription); !read) return read.error();
  auto topic = parse_topic(text_of(root, "criteria"));
  if (!topic) return topic.error();
  subscription.topic = std::move(*topic);
  std::vector<std::string> filters;
  for (const auto* one :
       extensions_of(object_of(root, "_criteria"), "backport-filter-criteria")) {
    filters.emplace_back(text_of(*one, "valueString"));
  }
  auto filter = Filter::parse(subscription.topic, filters, rules.base_url);
  if (!filter) return filter.error();
  subscription.filter = std::move(*filter);
  const auto* channel = object_of(root, "channel");
  if (channel == nullptr)
    return unprocessable("Subscription.channel: missing", "Subscription.channel");
  if (auto read = read_channel(*channel, rules, subscription); !read) return read.error();
  return subscription;
}

Result<std::string> with_state(std::string_view document, State state, std::string_view error) {
  auto parsed = parse_document(document);
  if (!parsed) return parsed.error();
  auto& root = parsed->get_object();
  root["status"] = to_string(state);
  if (error.empty()) {
    root.erase("error");
  } else {
    root["error"] = error;
  }
  return json::serialize(*parsed);
}

}  // namespace query::subscriptions
