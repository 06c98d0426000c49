#include "query/subscriptions/hub.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "query/subscriptions/open_hub.h"

namespace query::subscriptions {

using events::ErrorCode;
using events::Result;
using events::Status;
using Clock = Schedule::Clock;
using Step = Schedule::Step;

namespace {

constexpr std::chrono::milliseconds nap{1'000};          // between looks at the clock, at most
constexpr std::chrono::milliseconds after_trouble{200};  // disk or read models away
constexpr std::chrono::seconds save_every{10};
constexpr std::chrono::seconds write_again{5};

}  // namespace

void OpenHub::begin(std::string base_url) {
  base_url_ = std::move(base_url);
  sources_.shards.on_progress(
      [weak = std::weak_ptr<Inbox>(inbox_)](events::PartitionId, events::Offset) {
        const auto inbox = weak.lock();
        if (!inbox) return;
        const std::lock_guard lock(inbox->mutex);
        inbox->progress = true;
        inbox->changed.notify_one();
      });
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

// ---- the thread

void OpenHub::run(std::stop_token stop) {
  bool trouble = false;
  while (!stop.stop_requested()) {
    const auto now = Clock::now();
    run_jobs();
    auto looked = look(now);
    if (looked) looked = number(now);
    if (!looked && !trouble)
      spdlog::warn("subscriptions wait reason=\"{}\"", looked.error().message);
    trouble = !looked;
    if (looked) {
      for (auto& [id, subscriber] : roster_.all()) deliver(*subscriber, now);
      sockets_.deliver(
          roster_,
          [this](const Subscriber& subscriber, Step step, std::uint64_t sent) {
            return notification(subscriber, step, sent);
          },
          now);
    }
    show();
    if (trouble) {
      std::unique_lock lock(inbox_->mutex);
      inbox_->changed.wait_for(lock, stop, after_trouble, [] { return false; });
    } else if (!more_) {
      wait(stop, next_look(Clock::now()));
    }
  }
  std::vector<Feed*> feeds;
  for (auto& [id, subscriber] : roster_.all()) feeds.push_back(&subscriber->feed);
  if (auto saved = numbering_.save(feeds); !saved)
    spdlog::warn("subscriptions cursors not saved reason=\"{}\"", saved.error().message);
}

void OpenHub::wait(std::stop_token stop, Clock::time_point until) {
  std::unique_lock lock(inbox_->mutex);
  inbox_->changed.wait_until(lock, stop, until,
                             [this] { return inbox_->progress || !inbox_->jobs.empty(); });
  inbox_->progress = false;
}

void OpenHub::run_jobs() {
  std::deque<std::function<void()>> jobs;
  {
    const std::lock_guard lock(inbox_->mutex);
    jobs.swap(inbox_->jobs);
  }
  for (const auto& job : jobs) job();
}

Clock::time_point OpenHub::next_look(Clock::time_point now) {
  auto at = now + nap;
  for (const auto& [id, subscriber] : roster_.all()) {
    if (!subscriber->is_on()) continue;
    if (const auto wake = subscriber->schedule.wake_at(subscriber->has_events()))
      at = std::min(at, std::max(*wake, now + std::chrono::milliseconds(1)));
  }
  return at;
}

// Which subscriptions there are.
Status OpenHub::look(Clock::time_point now) {
  if (auto read = loaded_ ? roster_.follow() : roster_.load(); !read) return read;
  loaded_ = true;
  std::vector<std::string> stale;
  for (const auto& [id, subscriber] : roster_.all()) {
    if (subscriber->stale && !subscriber->writing && !subscriber->schedule.under_way())
      stale.push_back(id);
  }
  for (const auto& id : stale) {
    if (auto read = roster_.refresh(id, now); !read) return read;
  }
  return {};
}

Status OpenHub::number(Clock::time_point now) {
  std::vector<Feed*> feeds;
  for (auto& [id, subscriber] : roster_.all()) {
    if (subscriber->is_on() && subscriber->feed.cursor.birth.exists())
      feeds.push_back(&subscriber->feed);
  }
  more_ = false;
  if (feeds.empty()) return {};
  auto more = numbering_.turn(feeds);
  if (!more) return more.error();
  more_ = *more;
  if (now - saved_ < save_every) return {};
  saved_ = now;
  return numbering_.save(feeds);
}

// ---- rest-hook

void OpenHub::deliver(Subscriber& subscriber, Clock::time_point now) {
  if (!subscriber.feed.cursor.birth.exists() || subscriber.stale) return;
  const auto& end = subscriber.what.end;
  const bool ended = end && std::chrono::system_clock::now() >= *end;
  if (!ended) write_state(subscriber, now);
  if (ended && subscriber.what.state != State::off && !subscriber.writing &&
      now >= subscriber.write_at) {
    subscriber.writing = true;
    scribe_.write({subscriber.feed.id, subscriber.what.version, State::off, "its end has come"},
                  [this, id = subscriber.feed.id](const auto& version) {
                    inbox_->put([this, id, version] { wrote(id, State::off, version); });
                  });
  }
  if (ended || !subscriber.is_on()) return;
  if (subscriber.rewind && !subscriber.schedule.under_way()) {
    subscriber.delivered = std::min(subscriber.delivered, *subscriber.rewind);
    sockets_.rewind(subscriber.feed.id, *subscriber.rewind);
    subscriber.rewind.reset();
  }
  if (subscriber.what.channel != Channel::rest_hook) return;
  const auto step = subscriber.schedule.due(now, subscriber.has_events());
  if (step == Step::nothing || posts_ >= options_.posts_max) return;
  auto batch = notification(subscriber, step, subscriber.delivered);
  if (!batch && batch.error().code == ErrorCode::unavailable)
    return subscriber.schedule.postpone(now + after_trouble);
  if (!batch) return subscriber.schedule.failed(now, batch.error().message);
  post(subscriber, step, std::move(*batch));
}

Result<Batch> OpenHub::notification(const Subscriber& subscriber, Step step,
                                    std::uint64_t sent) const {
  auto facts = subscriber.facts();
  facts.error.clear();
  facts.state = to_string(step == Step::handshake ? State::requested : State::active);
  const auto& base = base_url_;
  if (step != Step::events) {
    const auto kind = step == Step::handshake ? Kind::handshake : Kind::heartbeat;
    return Batch{NotificationWriter(kind, Content::empty, base).finish(facts), 0};
  }
  const auto content = subscriber.what.content;
  ops::auth::AccessScope shown;
  auto batch =
      make_batch(sources_, *book_, NotificationWriter(Kind::event_notification, content, base),
                 facts, sent + 1, facts.events, {subscriber.what.count_max, options_.batch_bytes},
                 content == Content::full_resource);
  if (!batch) return batch;
  if (auto recorded = record(subscriber, shown); !recorded) return recorded.error();
  return batch;
}

// Each time it is handed over: one that is sent again is recorded again.
Status OpenHub::record(const Subscriber& subscriber, ops::auth::AccessScope& shown) const {
  if (!options_.record || shown.empty()) return {};
  ops::auth::Principal who;
  who.subject = "Subscription/" + subscriber.feed.id;
  who.role = "subscriber";
  auto entry = shown.take(who);
  entry.kind = events::access::Kind::notification;
  entry.method = "POST";
  entry.route = entry.target = "/fhir/Subscription/" + subscriber.feed.id;
  const auto& to = subscriber.what.endpoint;
  entry.recipient =
      subscriber.what.channel == Channel::websocket
          ? std::string("WebSocket")
          : fmt::format("{}://{}:{}{}", to.tls ? "https" : "http", to.host, to.port, to.target);
  return options_.record(std::move(entry));
}

void OpenHub::post(Subscriber& subscriber, Step step, Batch batch) {
  ops::http::Notification notification{subscriber.what.endpoint, subscriber.what.headers,
                                       "application/fhir+json", std::move(batch.bundle),
                                       subscriber.what.timeout};
  subscriber.schedule.sent();
  ++posts_;
  poster_->post(std::move(notification),
                [this, inbox = std::weak_ptr<Inbox>(inbox_), id = subscriber.feed.id, step,
                 last = batch.last](Result<int> answer) {
                  if (const auto held = inbox.lock()) {
                    held->put([this, id, step, last, answer = std::move(answer)] {
                      posted(id, step, last, answer);
                    });
                  }
                });
}

void OpenHub::posted(const std::string& id, Step step, std::uint64_t last,
                     const Result<int>& answer) {
  --posts_;
  auto* subscriber = roster_.find(id);
  if (subscriber == nullptr || !subscriber->schedule.under_way()) return;
  const auto now = Clock::now();
  if (answer && *answer >= 200 && *answer < 300) {
    if (subscriber->schedule.failures() > 0) spdlog::info("subscription delivers again id={}", id);
    subscriber->schedule.succeeded(now);
    if (step != Step::events || subscriber->rewind) return;
    subscriber->delivered = std::max(subscriber->delivered, last);
    if (auto kept = book_->set_delivered(id, subscriber->delivered); !kept)
      spdlog::warn("subscription cursor not kept id={} reason=\"{}\"", id, kept.error().message);
    return;
  }
  std::string why =
      !answer ? answer.error().message
      : *answer >= 300 && *answer < 400
          ? fmt::format("the endpoint answered {}: redirects are not followed", *answer)
          : fmt::format("the endpoint answered {}", *answer);
  const auto failures = subscriber->schedule.failures() + 1;
  if ((failures & (failures - 1)) == 0)  // the first, and ever more rarely
    spdlog::warn("subscription not delivered id={} failures={} reason=\"{}\"", id, failures, why);
  subscriber->schedule.failed(now, std::move(why));
}

// ---- the status in the resource

void OpenHub::write_state(Subscriber& subscriber, Clock::time_point now) {
  if (subscriber.writing || now < subscriber.write_at) return;
  const auto wanted = subscriber.wanted(options_.failures_to_error);
  if (!wanted) return;
  subscriber.writing = true;
  const auto facts = subscriber.facts();
  scribe_.write({facts.id, subscriber.what.version, *wanted, facts.error},
                [this, id = facts.id, state = *wanted](const auto& version) {
                  inbox_->put([this, id, state, version] { wrote(id, state, version); });
                });
}

void OpenHub::wrote(const std::string& id, State state, const Result<events::Version>& version) {
  auto* subscriber = roster_.find(id);
  if (subscriber == nullptr) return;
  subscriber->writing = false;
  if (!version) {
    // Somebody else has changed it, or the log is away: look again and decide again.
    subscriber->stale = true;
    subscriber->write_at = Clock::now() + write_again;
    return;
  }
  subscriber->own = subscriber->what.version = *version;
  subscriber->what.state = state;
  if (state != State::active) return;
  subscriber->alive = *version;
  if (auto kept = book_->set_alive(id, *version); !kept)
    spdlog::warn("subscription handshake not kept id={} reason=\"{}\"", id, kept.error().message);
}

// ---- for the routes

void OpenHub::show() {
  const std::lock_guard lock(mutex_);
  std::erase_if(shown_, [this](const auto& one) { return roster_.find(one.first) == nullptr; });
  for (const auto& [id, subscriber] : roster_.all()) {
    if (!subscriber->feed.cursor.birth.exists()) continue;
    shown_[id] = {subscriber->facts(), subscriber->what.content, subscriber->what.channel};
  }
  shown_changed_.notify_all();
}

Result<std::unique_ptr<Hub>> Hub::open(HubOptions options, const Sources& sources) {
  auto book = NumberBook::open(options.directory, sources.log_id);
  if (!book) return book.error();
  return std::unique_ptr<Hub>(
      std::make_unique<OpenHub>(std::move(options), sources, std::move(*book)));
}

}  // namespace query::subscriptions
