#include "projections/access/access_head.h"

#include <fmt/format.h>

#include "events/log/log_head.h"
#include "events/log/whole_read.h"

namespace projections::access {
namespace {

using events::Offset;
using events::access::RecordKind;

constexpr std::size_t scan_bytes = 1u << 20;

// The one that goes furthest, of the records in [from, end).
Result<std::optional<Horizon>> furthest_notice(events::EventLog& log,
                                               const events::Secrets& secrets, Offset from) {
  std::optional<Horizon> furthest;
  const auto end = log.end({0});
  if (!end) return end.error();
  auto reader = log.read({0}, from);
  if (!reader) return reader.error();
  events::KnownTime known;
  while (from < *end) {
    const auto records = next_below(**reader, *end, scan_bytes);
    if (!records) return records.error();
    for (const auto& one : *records) {
      known = std::max(known, one.append_time);
      const auto record = events::access::open_record(one.value, secrets.master_key);
      if (!record || record->kind != RecordKind::trim) continue;
      auto notice = events::access::read_notice(record->entries);
      if (!notice || (furthest && furthest->notice.below >= notice->below)) continue;
      const auto said = std::max(known, notice->known);
      furthest = Horizon{std::move(*notice), {said, one.offset}, record->node};
    }
    from = records->back().offset.next();
  }
  return furthest;
}

}  // namespace

Result<Offset> first_of(events::EventLog& log) {
  auto* head = events::head_of(log);
  return head == nullptr ? Result<Offset>(Offset{}) : head->first({0});
}

Result<Offset> below_of(const RowView& rows) {
  const auto horizon = read_horizon(rows);
  if (!horizon) return horizon.error();
  return *horizon ? (*horizon)->notice.below : Offset{};
}

Status lost_head(Offset first, Offset accounted) {
  return events::Error{
      events::ErrorCode::precondition_failed,
      fmt::format("the access log begins at offset {}, but its notices of what left it account "
                  "only for what lies below {}: accesses were deleted that should be there; "
                  "restore the log",
                  first.value, accounted.value),
      {}};
}

Result<std::optional<Horizon>> begin_of(events::EventLog& log, const events::Secrets& secrets,
                                        const RowView& rows, Offset next, bool keeps_records) {
  const auto first = first_of(log);
  if (!first) return first.error();
  const auto known = below_of(rows);
  if (!known) return known.error();
  const bool is_there = next >= *first;
  if (is_there && *first <= *known) return std::optional<Horizon>();
  auto furthest = furthest_notice(log, secrets, is_there ? next : *first);
  if (!furthest) return furthest;
  const Offset accounted = *furthest ? (*furthest)->notice.below : *known;
  if (accounted < *first) return lost_head(*first, accounted).error();
  return is_there && keeps_records ? std::optional<Horizon>() : std::move(*furthest);
}

}  // namespace projections::access
