#include "projections/event_replay.h"

#include "events/log/whole_read.h"
#include "events/schema/clinical_generated.h"
#include "events/splice.h"
#include "projections/accepted_events.h"
#include "projections/families.h"
#include "projections/memory_rows.h"
#include "projections/record_fold.h"
#include "projections/versions.h"

namespace projections {
namespace {

constexpr std::size_t replay_read_bytes = 8u << 20;

bool made_a_version(events::EventEffect effect) {
  return effect == events::EventEffect::recorded || effect == events::EventEffect::amended ||
         effect == events::EventEffect::deleted;
}

// Tells the events of each accepted commit to whoever listens.
class Teller {
 public:
  Teller(const EventReplayOptions& options, const TakeEvent& take)
      : options_(options), take_(take) {}
  void tell(const events::Opener::Commit& commit, const Change& change) {
    if (change.position.offset < options_.from) return;
    const auto accepted = AcceptedEvents::alone(commit, change);
    for (const auto& event : accepted.all()) {
      if (!status_) return;
      std::optional<VersionRow> version;
      if (options_.documents && made_a_version(event.effect))
        version = version_row(commit, change, event.ordinal);
      status_ = take_({event, version ? &*version : nullptr});
    }
  }
  const Status& status() const { return status_; }

 private:
  const EventReplayOptions& options_;
  const TakeEvent& take_;
  Status status_;
};

class LogReplay {
 public:
  LogReplay(const events::Opener& opener, events::PartitionId partition,
            const EventReplayOptions& options, const TakeEvent& take)
      : options_(options),
        teller_(options, take),
        metrics_(of_no_interest_, partition),
        fold_(partition, no_projections_, {}, opener, metrics_) {
    fold_.only_judge([this](const events::Opener::Commit& commit, const Change& change) {
      teller_.tell(commit, change);
    });
  }

  Status begin() { return fold_.load(rows_); }
  // False: what comes is not asked for any more.
  Result<bool> fold(events::LogRecord& record) {
    clock_ = std::max(clock_, record.append_time);
    if (options_.until && clock_ >= *options_.until) return false;
    if (options_.stream && record.key != options_.stream->bytes()) return true;
    record.append_time = clock_;  // also of records that were passed over
    if (auto folded = fold_.fold(record, rows_, nobody_waits_); !folded)
      return events::unavailable(folded.error().why);
    nobody_waits_.clear();
    if (!teller_.status()) return teller_.status().error();
    return true;
  }
  std::uint64_t told() const {
    std::uint64_t all = 0;
    for (const auto* effect : metrics_.effects) all += static_cast<std::uint64_t>(effect->Value());
    return all;
  }

 private:
  const EventReplayOptions& options_;
  Teller teller_;
  prometheus::Registry of_no_interest_;  // the live worker has counted these records
  ShardMetrics metrics_;
  MemoryRows rows_{first_projection_family};
  const std::vector<std::unique_ptr<const Projection>> no_projections_;
  RecordFold fold_;
  std::vector<Delivery> nobody_waits_;
  events::KnownTime clock_;
};

}  // namespace

Result<ReplayFigures> replay_log(events::EventLog& log, const events::Opener& opener,
                                 events::PartitionId partition, const EventReplayOptions& options,
                                 const TakeEvent& take) {
  LogReplay replay(opener, partition, options, take);
  if (auto begun = replay.begin(); !begun) return begun.error();
  const auto durable = log.end(partition);
  if (!durable) return durable.error();
  const auto end = std::min(*durable, options.end.value_or(*durable));
  auto reader = log.read(partition, {});
  if (!reader) return reader.error();
  ReplayFigures figures;
  events::Offset next;
  for (bool wanted = true; wanted && next < end;) {
    auto records = events::next_below(**reader, end, replay_read_bytes);
    if (!records) return records.error();
    for (auto& record : *records) {
      next = record.offset.next();
      if (record.offset >= end) break;
      const auto folded = replay.fold(record);
      if (!folded) return folded.error();
      wanted = *folded;
      if (!wanted) break;
    }
    figures.records += records->size();
    if (options.progress) options.progress(records->size());
  }
  figures.events = replay.told();
  return figures;
}

Result<std::string> replayed_document(const events::Opener& opener, const events::StreamKey& stream,
                                      const VersionRow& row) {
  if (row.sealed.empty())
    return events::Error{events::ErrorCode::gone, "the resource was deleted at this version", {}};
  auto raw = opener.open_document(stream, row.key_epoch, row.salt, row.dictionary, row.ordinal,
                                  row.sealed, row.document_size);
  if (!raw) return raw.error();
  const auto splices = events::decode_splices(row.splices);
  if (!splices) return splices.error();
  return events::apply_splices(*raw, *splices, row.version, row.known_time);
}

}  // namespace projections
