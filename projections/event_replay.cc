#include "projections/event_replay.h"

#include "events/log/whole_read.h"
#include "events/schema/clinical_generated.h"
#include "events/splice.h"
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

// Version rows as the fold puts them, before they are cut down: those of the commit at hand.
class VersionsAtHand {
 public:
  explicit VersionsAtHand(const EventReplayOptions& options) : options_(options) {}

  // What is kept in memory of a row: of versions, that they were there.
  std::string keep(Family family, std::string_view value) {
    if (family.index != version_family.index) return {};
    if (options_.documents) rows_.emplace_back(value);
    auto row = decode_version_row(value);
    if (!row) return {};
    row->sealed.clear();
    row->splices.clear();
    row->salt.clear();
    row->facts.clear();
    return encode(*row);
  }
  // Of the event, in the order in which they were put.
  Result<const VersionRow*> take(const AcceptedEvent& event) {
    const VersionRow* found = nullptr;
    if (!options_.documents || !made_a_version(event.effect)) return found;
    if (next_ == rows_.size()) return events::corrupt("a version that was made is not there");
    auto row = decode_version_row(rows_[next_++]);
    if (!row) return row.error();
    current_ = std::move(*row);
    found = &current_;
    return found;
  }
  void clear() {
    rows_.clear();
    next_ = 0;
  }

 private:
  const EventReplayOptions& options_;
  std::vector<std::string> rows_;
  std::size_t next_ = 0;
  VersionRow current_;
};

// Tells the events of each commit to whoever listens, and has no rows.
class Teller final : public Projection {
 public:
  Teller(const EventReplayOptions& options, VersionsAtHand& versions, const TakeEvent& take)
      : options_(options), versions_(versions), take_(take) {}
  std::string_view name() const override { return "replay"; }
  std::uint32_t version() const override { return 1; }
  bool takes_settings() const override { return true; }
  // The listener's error is no fault of the patient's: it ends the replay.
  Status apply(const AcceptedEvent& event, Family, RowBatch&) const override {
    if (event.position.offset < options_.from || !status_) return {};
    const auto version = versions_.take(event);
    if (!version) return version.error();
    status_ = take_({event, *version});
    return {};
  }
  const Status& status() const { return status_; }

 private:
  const EventReplayOptions& options_;
  VersionsAtHand& versions_;
  const TakeEvent& take_;
  mutable Status status_;
};

class LogReplay {
 public:
  LogReplay(const events::Opener& opener, events::PartitionId partition,
            const EventReplayOptions& options, const TakeEvent& take)
      : options_(options),
        versions_(options),
        metrics_(of_no_interest_, partition),
        rows_(first_projection_family + 1, [this](Family family, std::string_view value) {
          return versions_.keep(family, value);
        }) {
    auto teller = std::make_unique<Teller>(options_, versions_, take);
    teller_ = teller.get();
    projections_.push_back(std::move(teller));
    fold_.emplace(partition, projections_, std::vector<bool>(1), opener, metrics_);
  }

  Status begin() { return fold_->load(rows_); }
  // False: what comes is not asked for any more.
  Result<bool> fold(events::LogRecord& record) {
    clock_ = std::max(clock_, record.append_time);
    if (options_.until && clock_ >= *options_.until) return false;
    if (options_.stream && record.key != options_.stream->bytes()) return true;
    record.append_time = clock_;  // also of records that were passed over
    if (auto folded = fold_->fold(record, rows_, nobody_waits_); !folded)
      return events::unavailable(folded.error().why);
    nobody_waits_.clear();
    versions_.clear();
    if (!teller_->status()) return teller_->status().error();
    return true;
  }
  std::uint64_t told() const {
    std::uint64_t all = 0;
    for (const auto* effect : metrics_.effects) all += static_cast<std::uint64_t>(effect->Value());
    return all;
  }

 private:
  const EventReplayOptions& options_;
  VersionsAtHand versions_;
  prometheus::Registry of_no_interest_;  // the live worker has counted these records
  ShardMetrics metrics_;
  MemoryRows rows_;
  std::vector<std::unique_ptr<const Projection>> projections_;
  const Teller* teller_ = nullptr;
  std::optional<RecordFold> fold_;
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
