// The hub itself: hub.cc has its thread, hub_answers.cc what it tells the routes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "query/subscriptions/hub.h"
#include "query/subscriptions/roster.h"
#include "query/subscriptions/scribe.h"
#include "query/subscriptions/sockets.h"

namespace query::subscriptions {

class OpenHub final : public Hub {
 public:
  OpenHub(HubOptions options, const Sources& sources, std::unique_ptr<NumberBook> book)
      : options_(std::move(options)),
        sources_(sources),
        book_(std::move(book)),
        numbering_(sources, *book_),
        roster_(sources, *book_, options_.rules),
        sockets_(*book_, tokens_),
        inbox_(std::make_shared<Inbox>()),
        poster_(ops::http::Poster::start(options_.rules.allow_private)),
        scribe_(options_.write_state) {}
  ~OpenHub() override {
    thread_ = {};  // joined before what it uses goes
  }

  void begin(std::string base_url) override;
  events::Status check(events::ResourceType type, std::string_view document) const override;
  events::Result<StatusFacts> status(const std::string& id) const override;
  std::vector<StatusFacts> statuses() const override;
  events::Result<Batch> events(const std::string& id, std::uint64_t from, std::uint64_t until,
                               std::optional<Content> content,
                               std::string_view base_url) const override;
  events::Result<BindingTokens::Made> bind(const std::vector<std::string>& ids) override;
  std::shared_ptr<ops::http::WebSocketHandler> socket() override;
  events::Status resend(const std::string& id, std::optional<std::uint64_t> from) override;

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
    Channel channel = Channel::rest_hook;
  };

  void run(std::stop_token stop);
  void wait(std::stop_token stop, Schedule::Time until);
  void run_jobs();
  events::Status look(Schedule::Time now);
  events::Status number(Schedule::Time now);
  void deliver(Subscriber& subscriber, Schedule::Time now);
  events::Result<Batch> notification(const Subscriber& subscriber, Schedule::Step step,
                                     std::uint64_t sent) const;
  events::Status record(const Subscriber& subscriber, ops::auth::AccessScope& shown) const;
  void post(Subscriber& subscriber, Schedule::Step step, Batch batch);
  void posted(const std::string& id, Schedule::Step step, std::uint64_t last,
              const events::Result<int>& answer);
  void write_state(Subscriber& subscriber, Schedule::Time now);
  void wrote(const std::string& id, State state, const events::Result<events::Version>& version);
  void show();
  Schedule::Time next_look(Schedule::Time now);

  const HubOptions options_;
  const Sources& sources_;
  const std::unique_ptr<NumberBook> book_;

  BindingTokens tokens_;
  std::atomic<std::uint64_t> next_socket_{1};

  // The thread's own.
  std::string base_url_;
  Numbering numbering_;
  Roster roster_;
  Sockets sockets_;
  bool loaded_ = false;
  bool more_ = false;
  std::size_t posts_ = 0;
  Schedule::Time saved_{};

  mutable std::mutex mutex_;
  mutable std::condition_variable shown_changed_;
  // Guarded by mutex_: what routes are told.
  std::map<std::string, Shown> shown_;

  const std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<ops::http::Poster> poster_;
  Scribe scribe_;
  std::jthread thread_;
};

}  // namespace query::subscriptions
