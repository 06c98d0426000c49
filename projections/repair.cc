#include "projections/repair.h"

#include "projections/accepted_events.h"
#include "projections/change_rows.h"

namespace projections {
namespace {

constexpr std::size_t changes_at_once = 64;
constexpr std::chrono::milliseconds tail_patience{5000};

Result<std::string> record_at(events::EventLog& log, events::PartitionId partition,
                              events::Offset offset) {
  auto reader = log.read(partition, offset);
  if (!reader) return reader.error();
  auto records = (*reader)->next(1, tail_patience);
  if (!records) return records.error();
  if (records->empty() || records->front().offset != offset) {
    return events::unavailable("the log does not give the record that is to be folded again");
  }
  return std::move(records->front().value);
}

// The commit's record, joined if it came in parts.
Result<std::string> commit_record(events::EventLog& log, events::PartitionId partition,
                                  const ChangeRow& row) {
  std::vector<std::string> parts;
  for (const auto& offset : row.records) {
    auto record = record_at(log, partition, offset);
    if (!record) return record.error();
    parts.push_back(std::move(*record));
  }
  if (parts.size() == 1) return std::move(parts.front());
  return events::join_parts(parts);
}

Status apply(const Projection& projection, Family family, const ChangeRow& row,
             events::EventLog& log, events::PartitionId partition, const events::Opener& opener,
             RowBatch& batch) {
  auto record = commit_record(log, partition, row);
  if (!record) return record.error();
  auto commit = opener.open(*record);
  if (!commit) return commit.error();
  auto accepted = AcceptedEvents::read(batch, *commit, row.change);
  if (!accepted) return accepted.error();
  for (const auto& event : accepted->all()) {
    if (auto applied = projection.apply(event, family, batch); !applied) return applied;
  }
  return {};
}

}  // namespace

Status refold(const Projection& projection, Family family, const events::StreamKey& stream,
              events::PartitionId partition, events::EventLog& log, const events::Opener& opener,
              RowBatch& batch) {
  if (auto forgotten = projection.forget(stream, family, batch); !forgotten) return forgotten;
  events::Offset from;
  while (true) {
    auto rows = changes_from(batch, partition, from, stream, changes_at_once);
    if (!rows) return rows.error();
    if (rows->empty()) return {};
    try {
      for (const auto& row : *rows) {
        auto applied = apply(projection, family, row, log, partition, opener, batch);
        if (!applied) return applied;
      }
    } catch (const std::exception& failure) {
      return events::corrupt(failure.what());
    }
    from = rows->back().change.position.offset.next();
  }
}

}  // namespace projections
