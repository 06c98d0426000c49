// The other half of event_replay.h: along what a shard has folded.
#include "events/schema/clinical_generated.h"
#include "projections/accepted_events.h"
#include "projections/change_rows.h"
#include "projections/event_replay.h"

namespace projections {
namespace {

constexpr std::size_t changes_a_turn = 256;
constexpr std::size_t turn_bytes = 1u << 20;
// Records that are read over rather than sought: a seek of Kafka's costs a request.
constexpr std::int64_t passed_over_max = 512;
constexpr std::chrono::milliseconds turn_patience{5000};

// Records of a partition by their offsets, mostly ascending.
class RecordSource {
 public:
  RecordSource(events::EventLog& log, events::PartitionId partition)
      : log_(log), partition_(partition) {}

  Result<std::string> at(events::Offset offset) {
    while (true) {
      for (; at_ < records_.size() && records_[at_].offset < offset; ++at_) continue;
      if (at_ < records_.size() && records_[at_].offset == offset) return records_[at_].value;
      if (auto more = read(offset); !more) return more.error();
    }
  }

 private:
  Status read(events::Offset offset) {
    const auto gap = offset.value - next_.value;
    if (reader_ == nullptr || gap < 0 || gap > passed_over_max) {
      auto opened = log_.read(partition_, offset);
      if (!opened) return opened.error();
      reader_ = std::move(*opened);
    }
    auto records = reader_->next(turn_bytes, turn_patience);
    if (!records) return records.error();
    if (records->empty() || records->front().offset > offset)
      return events::unavailable("the log does not give a record that the shard has folded");
    records_ = std::move(*records);
    at_ = 0;
    next_ = records_.back().offset.next();
    return {};
  }

  events::EventLog& log_;
  const events::PartitionId partition_;
  std::unique_ptr<events::LogReader> reader_;
  events::Offset next_;
  std::vector<events::LogRecord> records_;
  std::size_t at_ = 0;
};

class ChangeReplay {
 public:
  ChangeReplay(const ShardView& view, RecordSource& source, const events::Opener& opener,
               const EventReplayOptions& options, const TakeEvent& take)
      : view_(view), source_(source), opener_(opener), options_(options), take_(take) {}

  Status tell(const ChangeRow& row) {
    auto record = whole(row);
    if (!record) return record.error();
    const auto commit = opener_.open(*record);
    // Its key was destroyed, or is on its way: what cannot be read is not told.
    if (!commit && commit.error().code == events::ErrorCode::gone) return {};
    if (!commit) return commit.error();
    const auto accepted = AcceptedEvents::read(view_.rows(), *commit, row.change);
    if (!accepted) return accepted.error();
    for (const auto& event : accepted->all()) {
      std::optional<VersionRow> version;
      if (options_.documents && event.effect != events::EventEffect::confirmed)
        version = version_row(*commit, row.change, event.ordinal);
      if (auto taken = take_({event, version ? &*version : nullptr}); !taken) return taken;
      ++told;
    }
    return {};
  }

  std::uint64_t told = 0;

 private:
  Result<std::string> whole(const ChangeRow& row) {
    std::vector<std::string> parts;
    for (const auto& offset : row.records) {
      auto part = source_.at(offset);
      if (!part) return part.error();
      parts.push_back(std::move(*part));
    }
    if (parts.size() == 1) return std::move(parts.front());
    return events::join_parts(parts);
  }

  const ShardView& view_;
  RecordSource& source_;
  const events::Opener& opener_;
  const EventReplayOptions& options_;
  const TakeEvent& take_;
};

}  // namespace

Result<ReplayFigures> replay_changes(const ShardView& view, events::EventLog& log,
                                     const events::Opener& opener, events::PartitionId partition,
                                     const EventReplayOptions& options, const TakeEvent& take) {
  RecordSource source(log, partition);
  ChangeReplay replay(view, source, opener, options, take);
  ReplayFigures figures;
  for (auto from = options.from;;) {
    const auto rows = changes_from(view.rows(), partition, from, options.stream, changes_a_turn);
    if (!rows) return rows.error();
    for (const auto& row : *rows) {
      const bool is_late = options.until && row.change.known_time >= *options.until;
      if (is_late || (options.end && row.change.position.offset >= *options.end)) {
        figures.events = replay.told;
        return figures;
      }
      if (auto done = replay.tell(row); !done) return done.error();
      ++figures.records;
    }
    if (options.progress) options.progress(rows->size());
    figures.events = replay.told;
    if (rows->size() < changes_a_turn) return figures;
    from = rows->back().change.position.offset.next();
  }
}

}  // namespace projections
