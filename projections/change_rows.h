// What each accepted commit did: read by /live, by repeats of the commit, and by repair,
// which reads those records again.
//
// Family `changes`
// 1 | offset             -> Change, and the offsets of the commit's records
// 2 | stream | offset    -> empty: the stream's offset index
#pragma once

#include <functional>

#include "projections/ledger.h"
#include "projections/shard.h"

namespace projections {

struct ChangeRow {
  Change change;
  std::vector<events::Offset> records;  // of the commit's record, all parts in order
};

void put_change(RowBatch& batch, const ChangeRow& row);
Result<std::optional<ChangeRow>> change_at(const RowView& rows, const events::Position& position);
// Of one stream or all, from `from` on, in offset order.
Result<std::vector<ChangeRow>> changes_from(const RowView& rows, events::PartitionId partition,
                                            events::Offset from,
                                            const std::optional<events::StreamKey>& stream,
                                            std::size_t limit);

// One event of a commit, for passes over many: views into its row.
struct ChangedResource {
  events::StreamKey stream;
  std::string_view stream_name;
  events::EventEffect effect = events::EventEffect::recorded;
  events::ResourceType type{};
  std::string_view id;
  events::Version version;
};
// Of the accepted commits in [from, end), in offset order, without a copy; ends at the first error
// of `visit`.
Status each_changed_resource(const RowView& rows, events::Offset from, events::Offset end,
                             const std::function<Status(const ChangedResource&)>& visit);

// Where the first commit at or after `from` lies, of all streams, and when it became known;
// nothing: none does.
struct ChangeMark {
  events::Offset offset;
  events::KnownTime known_time;
};
Result<std::optional<ChangeMark>> change_mark_from(const RowView& rows, events::Offset from);

// What a commit's row in the ledger says to a repeat, with the events of an accepted one.
Result<events::Outcome> repeated_with_events(const RowView& rows, const CommitRow& row,
                                             events::PartitionId partition);

}  // namespace projections
