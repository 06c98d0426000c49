#include "query/subscriptions/roster.h"

#include "projections/chart.h"

namespace query::subscriptions {
namespace {

using events::Result;
using events::Status;

events::ResourceType subscription_type() { return *events::type_of_name("Subscription"); }

}  // namespace

// A resource from its creation, or from being made again after a delete.
struct Roster::Life {
  events::Version birth;
  events::KnownTime born;
  events::Version version;
  std::string document;
};

Roster::Roster(const Sources& sources, NumberBook& book, const Rules& rules)
    : sources_(sources),
      book_(book),
      rules_(rules),
      stream_(events::stream_key(sources.log_secret, "other/Subscription")) {}

Subscriber* Roster::find(const std::string& id) {
  const auto found = all_.find(id);
  return found == all_.end() ? nullptr : found->second.get();
}

Result<std::optional<Roster::Life>> Roster::life_of(const std::string& id) const {
  const auto view = sources_.shards.shard_of(stream_).view();
  auto rows = view->history(stream_, subscription_type(), id);
  if (!rows) return rows.error();
  if (rows->empty() || rows->front().effect == events::EventEffect::deleted)
    return std::optional<Life>();
  Life life;
  life.version = rows->front().version;
  for (const auto& row : *rows) {
    if (row.effect == events::EventEffect::deleted) break;
    life.birth = row.version;
    life.born = row.known_time;
  }
  auto document = sources_.shards.document(stream_, rows->front());
  if (!document) return document.error();
  life.document = std::move(*document);
  return std::optional(std::move(life));
}

Status Roster::load() {
  const auto& shard = sources_.shards.shard_of(stream_);
  if (!end_) {
    auto end = sources_.log.end(shard.partition());
    if (!end) return end.error();
    end_ = *end;
  }
  if (shard.next_offset() < *end_)
    return events::unavailable("the read models are still on their way to the end of the log");
  auto entries = book_.all();
  if (!entries) return entries.error();
  entries_ = std::move(*entries);
  const auto view = shard.view();
  next_ = view->next_offset();
  projections::ChartCursor cursor(*view, stream_, subscription_type());
  for (; cursor.valid(); cursor.next()) {
    auto subscriber = std::make_unique<Subscriber>();
    subscriber->feed.id = cursor.id();
    subscriber->stale = true;
    all_.emplace(cursor.id(), std::move(subscriber));
  }
  if (auto read = cursor.status(); !read) return read;
  for (const auto& [id, entry] : entries_) {
    if (all_.contains(id)) continue;
    if (auto forgotten = book_.forget(id); !forgotten) return forgotten;
  }
  return {};
}

Status Roster::follow() {
  const auto& shard = sources_.shards.shard_of(stream_);
  if (shard.next_offset() <= next_) return {};
  const auto view = shard.view();
  for (;;) {
    const auto changes = view->changes(next_, stream_, changes_a_turn);
    if (!changes) return changes.error();
    for (const auto& change : *changes) {
      for (const auto& event : change.events) {
        auto& subscriber = all_[event.id.text()];
        if (!subscriber) {
          subscriber = std::make_unique<Subscriber>();
          subscriber->feed.id = event.id.text();
        }
        subscriber->stale = true;
      }
      next_ = change.position.offset.next();
    }
    if (changes->size() < changes_a_turn) break;
  }
  next_ = view->next_offset();
  return {};
}

// Where its numbers stand: as the book has it, or from the time it was made.
Status Roster::begin(Subscriber& subscriber, const Life& life) {
  const auto entry = entries_.find(subscriber.feed.id);
  const bool known = entry != entries_.end() && entry->second.cursor.birth == life.birth;
  if (known) {
    subscriber.feed.cursor = entry->second.cursor;
    subscriber.delivered = entry->second.delivered;
    subscriber.alive = entry->second.alive;
  } else {
    auto next = positions_at(sources_, life.born);
    if (!next) return next.error();
    if (auto forgotten = book_.forget(subscriber.feed.id); !forgotten) return forgotten;
    subscriber.feed.cursor = Cursor{life.birth, 0, std::move(*next)};
    subscriber.delivered = 0;
    subscriber.alive = {};
    book_.set_cursor(subscriber.feed.id, subscriber.feed.cursor);
    if (auto written = book_.write(); !written) return written;
  }
  entries_.erase(subscriber.feed.id);
  return {};
}

void Roster::adopt(Subscriber& subscriber, const Life& life, Clock::time_point now) {
  const bool by_us = subscriber.own == life.version;
  auto parsed = parse_subscription(life.document, rules_);
  subscriber.stale = false;
  if (!parsed) {
    subscriber.fault = parsed.error().message;
    subscriber.what.version = life.version;
    // Said once, in a version of ours.
    subscriber.what.state = by_us ? State::error : State::requested;
    return;
  }
  parsed->version = life.version;
  subscriber.fault.clear();
  subscriber.what = std::move(*parsed);
  subscriber.feed.filter = subscriber.what.filter;
  if (by_us) return;
  const bool socket = subscriber.what.channel == Channel::websocket;
  const bool alive = socket || (subscriber.what.state == State::active &&
                                subscriber.alive == life.version);
  subscriber.schedule = Schedule(subscriber.what.heartbeat, alive, now);
}

Status Roster::refresh(const std::string& id, Clock::time_point now) {
  Subscriber& subscriber = *all_.at(id);
  auto life = life_of(id);
  if (!life) return life.error();
  if (!*life) {
    if (auto forgotten = book_.forget(id); !forgotten) return forgotten;
    all_.erase(id);
    return {};
  }
  if (subscriber.feed.cursor.birth != (*life)->birth) {
    if (auto begun = begin(subscriber, **life); !begun) return begun;
  }
  adopt(subscriber, **life, now);
  return {};
}

}  // namespace query::subscriptions
