// Parts of commits that are too large for one record, until the last one comes.
//
// Family `ledger`
// 4 | stream | commit key               -> AssemblyRow
// 5 | stream | commit key | part        -> the part's record, as on the log
// 6 | first known time | stream | commit key -> empty: the order in which they die
//
// Parts of different assemblies (attempts) never join. The parts of an assembly go away
// when it is whole, when a newer one of the same commit begins, on a cancel, when they
// outgrow the stream's quota, or an hour of partition time after the first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/commit.h"
#include "projections/acceptance.h"
#include "projections/store.h"

namespace projections {

// Part of rule 1: not a setting.
inline constexpr std::uint64_t pending_bytes_max = 256u << 20;
inline constexpr auto pending_life = std::chrono::hours(1);

struct Joining {
  enum class State {
    waiting,   // for more parts, or this one is a copy
    whole,     // `parts` has all, in order
    outgrown,  // the stream's quota: all parts of the assembly are gone
    dead,      // a part of an assembly that has died
    torn,      // does not fit its assembly's other parts
  } state = State::waiting;
  std::vector<std::string> parts;
  std::vector<events::Offset> offsets;
};

// Keeps the part, or hands out all of them and forgets them.
Result<Joining> add_part(RowBatch& batch, const events::RecordHeader& header,
                         std::string_view record, const Moment& moment,
                         std::uint64_t quota = pending_bytes_max);
// Forgets what there is of the commit.
Status drop_pending(RowBatch& batch, const events::StreamKey& stream,
                    const events::CommitKey& commit);
Result<bool> is_pending(const RowView& rows, const events::CommitKey& commit,
                        const events::StreamKey& stream);
Result<std::optional<events::KnownTime>> oldest_pending(const RowView& rows);
// Forgets what is too old at `now`; returns the first known time of the oldest left.
Result<std::optional<events::KnownTime>> expire_pending(RowBatch& batch, events::KnownTime now);

}  // namespace projections
