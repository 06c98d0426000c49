#include "query/subscriptions/numbering.h"

#include <algorithm>

namespace query::subscriptions {

using events::Offset;
using events::PartitionId;
using events::Result;
using events::Status;

// The facts of one event, read once for all feeds and only if one asks.
struct Numbering::Facts {
  const projections::ShardView& view;
  const projections::Change& change;
  const events::EventOutcome& event;
  std::optional<std::string> bytes;

  Status read() {
    if (bytes) return {};
    // A deleted resource is judged by what it last was.
    auto version = event.version;
    if (event.effect == events::EventEffect::deleted && version.value > 1) --version.value;
    auto row = view.version(change.stream, event.type, event.id.text(), version);
    if (!row) return row.error();
    bytes = *row ? std::move((*row)->facts) : std::string();
    return {};
  }
};

namespace {

// After a start the rows are made again from the log: what is not there yet may have been
// recorded before or after `time`.
Status reaches(const Sources& sources, PartitionId partition, const projections::ShardView& view,
               events::KnownTime time) {
  const auto next = view.next_offset();
  if (next.value > 0) {
    for (auto back = next.value - 1; back >= 0 && back + 16 > next.value; --back) {
      const auto change = view.changes({back}, std::nullopt, 1);
      if (!change) return change.error();
      if (!change->empty() && change->front().known_time >= time) return {};
    }
  }
  const auto end = sources.log.end(partition);
  if (!end) return end.error();
  if (next >= *end) return {};
  return events::unavailable("the read models are still on their way to the end of the log");
}

}  // namespace

Result<std::map<PartitionId, Offset>> positions_at(const Sources& sources,
                                                   events::KnownTime time) {
  std::map<PartitionId, Offset> next;
  for (std::uint32_t i = 0; i < sources.shards.count(); ++i) {
    const auto view = sources.shards.shard({i}).view();
    if (auto far = reaches(sources, {i}, *view, time); !far) return far.error();
    std::int64_t low = 0, high = view->next_offset().value;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      const auto change = view->changes({middle}, std::nullopt, 1);
      if (!change) return change.error();
      if (change->empty() || change->front().known_time >= time) {
        high = middle;
      } else {
        low = change->front().position.offset.value + 1;
      }
    }
    next[{i}] = Offset{low};
  }
  return next;
}

Result<bool> Numbering::passes(const Feed& feed, Facts& facts) const {
  const auto& event = facts.event;
  if (!feed.filter.may_pass(event.type, event.effect)) return false;
  if (!feed.filter.needs_facts(event.type)) return true;
  if (auto read = facts.read(); !read) return read.error();
  if (facts.bytes->empty()) return false;
  return feed.filter.passes(event.type, *facts.bytes, facts.change.known_time);
}

Status Numbering::read(PartitionId partition, std::span<Feed* const> feeds, bool& more) {
  const Offset end = sources_.shards.shard(partition).next_offset();
  Offset from = end;
  for (Feed* feed : feeds) from = std::min(from, feed->cursor.next[partition]);
  if (from >= end) return {};
  const auto view = sources_.shards.shard(partition).view();
  const auto changes = view->changes(from, std::nullopt, changes_a_turn);
  if (!changes) return changes.error();
  for (const auto& change : *changes) {
    std::vector<Facts> facts;
    for (const auto& event : change.events) facts.push_back({*view, change, event, {}});
    for (Feed* feed : feeds) {
      auto& next = feed->cursor.next[partition];
      if (next > change.position.offset) continue;
      Assignment assignment{feed->cursor.last + 1, change.position, {}};
      for (std::uint32_t i = 0; i < facts.size(); ++i) {
        const auto wanted = passes(*feed, facts[i]);
        if (!wanted) return wanted.error();
        if (*wanted) assignment.ordinals.push_back(i);
      }
      next = change.position.offset.next();
      feed->dirty = true;
      if (assignment.ordinals.empty()) continue;
      feed->cursor.last += assignment.ordinals.size();
      book_.assign(feed->id, assignment);
    }
  }
  if (changes->size() == changes_a_turn) {
    more = true;
    return {};
  }
  // What lies behind the last change changed nothing (refused commits, repeats).
  for (Feed* feed : feeds) {
    auto& next = feed->cursor.next[partition];
    next = std::max(next, view->next_offset());
  }
  return {};
}

Result<bool> Numbering::turn(std::span<Feed* const> feeds) {
  std::vector<Cursor> before;
  for (const Feed* feed : feeds) before.push_back(feed->cursor);
  bool more = false;
  Status done;
  for (std::uint32_t i = 0; done && i < sources_.shards.count(); ++i)
    done = read({i}, feeds, more);
  for (std::size_t i = 0; done && i < feeds.size(); ++i) {
    if (feeds[i]->cursor.last != before[i].last) {
      book_.set_cursor(feeds[i]->id, feeds[i]->cursor);
      feeds[i]->dirty = false;
    }
  }
  if (done) done = book_.write();
  if (done) return more;
  book_.drop();
  for (std::size_t i = 0; i < feeds.size(); ++i) feeds[i]->cursor = before[i];
  return done.error();
}

Status Numbering::save(std::span<Feed* const> feeds) {
  for (Feed* feed : feeds) {
    if (!feed->dirty) continue;
    book_.set_cursor(feed->id, feed->cursor);
    feed->dirty = false;
  }
  return book_.write();
}

}  // namespace query::subscriptions
