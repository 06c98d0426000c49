#include <fmt/format.h>

#include "query/subscriptions/open_hub.h"

namespace query::subscriptions {

using events::Error;
using events::ErrorCode;
using events::Result;
using events::Status;

namespace {

constexpr std::chrono::milliseconds patience{3'000};  // for one that was just written
constexpr BatchLimits page{10'000, 4u << 20};

}  // namespace

Status OpenHub::check(events::ResourceType type, std::string_view document) const {
  if (events::type_name(type) != "Subscription") return {};
  auto parsed = parse_subscription(document, options_.rules);
  if (!parsed) return parsed.error();
  return {};
}

Result<StatusFacts> OpenHub::status(const std::string& id) const {
  std::unique_lock lock(mutex_);
  shown_changed_.wait_for(lock, patience, [&] { return shown_.contains(id); });
  const auto found = shown_.find(id);
  if (found != shown_.end()) return found->second.facts;
  return Error{ErrorCode::not_found, fmt::format("Subscription/{}: there is none of that id", id),
               {}};
}

std::vector<StatusFacts> OpenHub::statuses() const {
  const std::lock_guard lock(mutex_);
  std::vector<StatusFacts> all;
  for (const auto& [id, shown] : shown_) all.push_back(shown.facts);
  return all;
}

Result<Batch> OpenHub::events(const std::string& id, std::uint64_t from, std::uint64_t until,
                              std::optional<Content> content, std::string_view base_url) const {
  auto facts = status(id);
  if (!facts) return facts.error();
  Content level = content.value_or(Content::empty);
  if (!content) {
    const std::lock_guard lock(mutex_);
    if (const auto found = shown_.find(id); found != shown_.end()) level = found->second.content;
  }
  return make_batch(sources_, *book_, NotificationWriter(Kind::query_event, level, base_url),
                    *facts, std::max<std::uint64_t>(from, 1), std::min(until, facts->events), page,
                    level == Content::full_resource);
}

Status OpenHub::resend(const std::string& id, std::optional<std::uint64_t> from) {
  auto facts = status(id);
  if (!facts) return facts.error();
  if (facts->state == to_string(State::off)) {
    return Error{ErrorCode::conflict,
                 fmt::format("Subscription/{}: is off; put it with status requested", id),
                 {}};
  }
  inbox_->put([this, id, from] {
    auto* subscriber = roster_.find(id);
    if (subscriber == nullptr) return;
    if (from) subscriber->rewind = std::max<std::uint64_t>(*from, 1) - 1;
    subscriber->schedule.restart(false);
  });
  return {};
}

Result<BindingTokens::Made> OpenHub::bind(const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    if (auto facts = status(id); !facts) return facts.error();
    const std::lock_guard lock(mutex_);
    const auto found = shown_.find(id);
    if (found == shown_.end() || found->second.channel != Channel::websocket) {
      return events::unprocessable(
          fmt::format("Subscription/{}: its channel is not websocket; bind those that are", id));
    }
  }
  return tokens_.make(ids, BindingTokens::Clock::now());
}

std::shared_ptr<ops::http::WebSocketHandler> OpenHub::socket() {
  const auto key = next_socket_++;
  // A call may come when the hub is gone: the inbox then is, too.
  const auto put = [weak = std::weak_ptr<Inbox>(inbox_)](std::function<void()> job) {
    if (const auto inbox = weak.lock()) inbox->put(std::move(job));
  };
  auto handler = std::make_shared<ops::http::WebSocketHandler>();
  handler->opened = [this, key, put](std::shared_ptr<ops::http::WebSocket> wire) {
    put([this, key, wire = std::move(wire)] { sockets_.opened(key, wire); });
  };
  handler->received = [this, key, put](std::string_view text) {
    put([this, key, said = std::string(text)] {
      sockets_.said(key, said, roster_, Schedule::Clock::now());
    });
  };
  handler->drained = [this, key, put] {
    put([this, key] { sockets_.drained(key, roster_, Schedule::Clock::now()); });
  };
  handler->closed = [this, key, put] { put([this, key] { sockets_.closed(key); }); };
  return handler;
}

}  // namespace query::subscriptions
