#include "query/subscriptions/hub.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "query/subscriptions/roster.h"
#include "query/subscriptions/scribe.h"

namespace query::subscriptions {
namespace {

using events::Error;
using events::ErrorCode;
using events::Result;
using events::Status;
using Clock = Schedule::Clock;
using Step = Schedule::Step;

constexpr std::chrono::milliseconds nap{1'000};           // between looks at the clock, at most
constexpr std::chrono::milliseconds after_trouble{200};  // disk or read models away
constexpr std::chrono::milliseconds patience{3'000};      // for one that was just written
constexpr std::chrono::seconds save_every{10};
constexpr std::chrono::seconds write_again{5};
constexpr BatchLimits page{10'000, 4u << 20};

class OpenHub final : public Hub {
 public:
  OpenHub(HubOptions options, const Sources& sources, std::unique_ptr<NumberBook> book)
      : options_(std::move(options)),
        sources_(sources),
        book_(std::move(book)),
        numbering_(sources, *book_),
        roster_(sources, *book_, options_.rules),
        inbox_(std::make_shared<Inbox>()),
        poster_(ops::http::Poster::start(options_.rules.allow_private)),
        scribe_(options_.write_state) {}
  ~OpenHub() override {
    thread_ = {};  // joined before what it uses goes
  }

  void begin(std::string base_url) override;
  Status check(events::ResourceType type, std::string_view document) const override;
  Result<StatusFacts> status(const std::string& id) const override;
  std::vector<StatusFacts> statuses() const override;
  Result<Batch> events(const std::string& id, std::uint64_t from, std::uint64_t until,
                       std::optional<Content> content, std::string_view base_url) const override;
  Status resend(const std::string& id, std::optional<std::uint64_t> from) override;

 private:
  // What others hand to the thread. Outlives the hub in the callbacks that hold it.
  struct Inbox {
    std::mutex mutex;
    std::condition_variable_any changed;
    // Guarded by mutex.
    bool progress = true;
    std::deque<std::function<void()>> jobs;

    void put(std::function<void()> job) {
      const std::lock_guard lock(mutex);
      jobs.push_back(std::move(job));
      changed.notify_one();
    }
  };
  struct Shown {
    StatusFacts facts;
    Content content = Content::empty;
  };

  void run(std::stop_token stop);
  void wait(std::stop_token stop, Clock::time_point until);
  void run_jobs();
  Status look(Clock::time_point now);
  Status number(Clock::time_point now);
  void deliver(Subscriber& subscriber, Clock::time_point now);
  Result<Batch> notification(const Subscriber& subscriber, Step step) const;
  void post(Subscriber& subscriber, Step step, Batch batch);
  void posted(const std::string& id, Step step, std::uint64_t last, const Result<int>& answer);
  void write_state(Subscriber& subscriber, Clock::time_point now);
  void wrote(const std::string& id, State state, const Result<events::Version>& version);
  void show();
  Clock::time_point next_look(Clock::time_point now);

  const HubOptions options_;
  const Sources& sources_;
  const std::unique_ptr<NumberBook> book_;

  // The thread's own.
  std::string base_url_;
  Numbering numbering_;
  Roster roster_;
  bool loaded_ = false;
  bool more_ = false;
  std::size_t posts_ = 0;
  Clock::time_point saved_{};

  mutable std::mutex mutex_;
  mutable std::condition_variable shown_changed_;
  // Guarded by mutex_: what routes are told.
  std::map<std::string, Shown> shown_;

  const std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<ops::http::Poster> poster_;
  Scribe scribe_;
  std::jthread thread_;
};

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
    if (!looked && !trouble) spdlog::warn("subscriptions wait reason=\"{}\"", looked.error().message);
    trouble = !looked;
    if (looked) {
      for (auto& [id, subscriber] : roster_.all()) deliver(*subscriber, now);
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
  if (ended || !subscriber.is_on() || subscriber.what.channel != Channel::rest_hook) return;
  if (subscriber.rewind && !subscriber.schedule.under_way()) {
    subscriber.delivered = std::min(subscriber.delivered, *subscriber.rewind);
    subscriber.rewind.reset();
  }
  const auto step = subscriber.schedule.due(now, subscriber.has_events());
  if (step == Step::nothing || posts_ >= options_.posts_max) return;
  auto batch = notification(subscriber, step);
  if (!batch && batch.error().code == ErrorCode::unavailable)
    return subscriber.schedule.postpone(now + after_trouble);
  if (!batch) return subscriber.schedule.failed(now, batch.error().message);
  post(subscriber, step, std::move(*batch));
}

Result<Batch> OpenHub::notification(const Subscriber& subscriber, Step step) const {
  auto facts = subscriber.facts();
  facts.error.clear();
  facts.state = to_string(step == Step::handshake ? State::requested : State::active);
  const auto& base = base_url_;
  if (step != Step::events) {
    const auto kind = step == Step::handshake ? Kind::handshake : Kind::heartbeat;
    return Batch{NotificationWriter(kind, Content::empty, base).finish(facts), 0};
  }
  const auto content = subscriber.what.content;
  return make_batch(sources_, *book_, NotificationWriter(Kind::event_notification, content, base),
                    facts, subscriber.delivered + 1, facts.events,
                    {subscriber.what.count_max, options_.batch_bytes},
                    content == Content::full_resource);
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
  std::string why = !answer ? answer.error().message
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
    shown_[id] = {subscriber->facts(), subscriber->what.content};
  }
  shown_changed_.notify_all();
}

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

}  // namespace

Result<std::unique_ptr<Hub>> Hub::open(HubOptions options, const Sources& sources) {
  auto book = NumberBook::open(options.directory, sources.log_id);
  if (!book) return book.error();
  return std::unique_ptr<Hub>(
      std::make_unique<OpenHub>(std::move(options), sources, std::move(*book)));
}

}  // namespace query::subscriptions
