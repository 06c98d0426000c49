// The fold of one partition: a record of the log goes in, its rows come out in a batch.
// Live workers and rebuilds use the same one, so their rows are equal.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/commit.h"
#include "events/log/event_log.h"
#include "projections/acceptance.h"
#include "projections/change_rows.h"
#include "projections/families.h"
#include "projections/id_filter.h"
#include "projections/metrics.h"
#include "projections/shard_meta.h"

namespace projections {

// What somebody may wait for.
struct Delivery {
  events::CommitKey commit;
  std::optional<events::AssemblyId> assembly;  // nothing: all who wait for the commit
  events::Outcome outcome;
};

// Why the fold cannot go on at this record. It has left no trace in the batch.
struct FoldStop {
  std::string why;
};
inline tl::unexpected<FoldStop> stop(std::string why) {
  return tl::unexpected(FoldStop{std::move(why)});
}

// For one thread.
class RecordFold {
 public:
  // All outlive this. `resting[i]`: the i-th projection is not folded (its rows are of
  // another version and a new generation is on its way). `ids`: gets each new resource; may be
  // none.
  RecordFold(events::PartitionId partition, ProjectionList projections, std::vector<bool> resting,
             const events::Opener& opener, ShardMetrics& metrics, IdFilter* ids = nullptr);

  // From now on only records of streams that `wanted` says yes to are judged; of the others time
  // and place are taken. For rows that nobody reads but to compare them.
  void only(std::function<bool(const events::StreamKey&)> wanted) { wanted_ = std::move(wanted); }
  // From now on accepted commits go to `hear` and to no projection, and of the rows only those are
  // written that acceptance asks for: no versions, chain heads or digests of records, no events of
  // changes. For who judges a log again and keeps nothing; before load().
  using Hear = std::function<void(const events::Opener::Commit&, const Change&)>;
  void only_judge(Hear hear) { hear_ = std::move(hear); }
  // Takes up where `rows` stand.
  Status load(const RowView& rows);
  tl::expected<void, FoldStop> fold(const events::LogRecord& record, RowBatch& batch,
                                    std::vector<Delivery>& deliveries);
  // Adds where the fold stands: the last thing before each write.
  void seal(RowBatch& batch) const { put_position(batch, position_); }
  const ShardPosition& position() const { return position_; }

  // A patient was folded again, or could not be.
  void unpark(const std::string& projection, const events::StreamKey& stream);

 private:
  using Folded = tl::expected<void, FoldStop>;

  // What is kept in memory of the rows.
  Status remember(const RowView& rows);
  Folded undo(RowBatch& batch, std::string why);
  Status expire(RowBatch& batch, events::KnownTime now);
  Folded fold_inspected(const events::LogRecord& record, const Moment& moment, RowBatch& batch,
                        std::vector<Delivery>& deliveries);
  Folded set_aside(const events::Opener::Fault& fault, const events::LogRecord& record,
                   const Moment& moment, RowBatch& batch);
  Folded fold_commit(std::string_view record, std::vector<events::Offset> records,
                     const Moment& moment, RowBatch& batch, std::vector<Delivery>& deliveries);
  Folded fold_part(const events::RecordHeader& header, const events::LogRecord& record,
                   const Moment& moment, RowBatch& batch, std::vector<Delivery>& deliveries);
  // record_fold_transactions.cc
  Folded prepare(const events::Opener::Commit& commit, std::string_view record,
                 std::vector<events::Offset> records, const Moment& moment, RowBatch& batch,
                 std::vector<Delivery>& deliveries);
  Folded fold_decision(const events::RecordHeader& header, const Moment& moment, RowBatch& batch,
                       std::vector<Delivery>& deliveries);
  Result<events::Outcome> decide(const events::StreamKey& stream, const TransactionRow& row,
                                 events::TransactionVerdict verdict, const Moment& moment,
                                 RowBatch& batch);
  Result<events::Outcome> carry_out(const TransactionRow& row, const Moment& moment,
                                    RowBatch& batch);
  Status cancel(const events::RecordHeader& header, const Moment& moment, RowBatch& batch,
                std::vector<Delivery>& deliveries);
  Status write(const events::Opener::Commit& commit, const Decision& decision,
               std::string_view record, std::vector<events::Offset> records, RowBatch& batch);
  Status write_ledger(const events::Opener::Commit& commit, const Decision& decision,
                      std::string_view record, RowBatch& batch);
  Status count_accepted(const events::StreamKey& stream, std::string_view record, RowBatch& batch);
  Status project(std::span<const AcceptedEvent> events, RowBatch& batch);
  void park(const Projection& projection, const AcceptedEvent& first, const std::string& why,
            RowBatch& batch);
  void quarantine(const Moment& moment, std::string reason, std::string_view bytes,
                  RowBatch& batch);
  void count(const events::Outcome& outcome);

  const events::PartitionId partition_;
  const ProjectionList projections_;
  const std::vector<bool> resting_;
  const events::Opener& opener_;
  ShardMetrics& metrics_;
  IdFilter* const ids_;
  std::function<bool(const events::StreamKey&)> wanted_;  // none: all are
  Hear hear_;                                             // none: projections do

  ShardPosition position_;
  std::optional<events::KnownTime> oldest_pending_;  // so that most records ask no row
  std::set<std::pair<std::string, events::StreamKey>> parked_;
};

}  // namespace projections
