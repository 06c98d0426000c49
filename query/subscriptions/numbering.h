// Gives each change that a subscription wants its number, partition by partition, in the
// order of the log, and has the number on disk before anybody is told.
//
// Events of one patient lie in one partition, so their numbers are in the order they were
// recorded in. Between partitions the order is that of the first look, which is why it is
// written down and never computed again. A crash before the write numbers them anew, and
// nobody has seen the old numbers.
#pragma once

#include <map>
#include <span>
#include <string>

#include "query/read_context.h"
#include "query/subscriptions/filter.h"
#include "query/subscriptions/number_book.h"

namespace query::subscriptions {

// What numbering knows of a subscription; its owner keeps it.
struct Feed {
  std::string id;
  Filter filter;
  Cursor cursor;
  bool dirty = false;  // the cursor has moved since it was last written
};

// The first offset of each partition whose change was recorded at `time` or later: where a
// subscription that was made then begins. The log's clock says so, not ours, so it is the same
// whenever it is asked: a subscription made just before a crash misses nothing either.
events::Result<std::map<events::PartitionId, events::Offset>> positions_at(
    const Sources& sources, events::KnownTime time);

class Numbering {
 public:
  Numbering(const Sources& sources, NumberBook& book) : sources_(sources), book_(book) {}

  // One turn over all partitions; at most `changes_a_turn` of each. All that was numbered is
  // on disk when it returns. True: there is more to read. On an error nothing has moved.
  events::Result<bool> turn(std::span<Feed* const> feeds);
  // Writes the cursors that have moved without a match: saves reading again after a start.
  events::Status save(std::span<Feed* const> feeds);

 private:
  struct Facts;
  events::Status read(events::PartitionId partition, std::span<Feed* const> feeds, bool& more);
  events::Result<bool> passes(const Feed& feed, Facts& facts) const;

  const Sources& sources_;
  NumberBook& book_;
};

inline constexpr std::size_t changes_a_turn = 256;

}  // namespace query::subscriptions
