// Keeps the boards' outcomes current: follows what the shards accepted, evaluates each patient who
// changed once, however many commits changed it since the last look, and the others in the
// background where a board is new. Reads the shards as queries do; writes its own store only.
#pragma once

#include <atomic>
#include <unordered_map>

#include "projections/measures/boards.h"
#include "projections/measures/evaluation.h"
#include "projections/measures/metrics.h"
#include "projections/measures/outcome_writer.h"

namespace projections::measures {

// One thread, but for `next_offset`.
class Evaluator {
 public:
  // `store`, `documents`, `metrics` (may be null) outlive this. `settings`: the settings stream of
  // each partition.
  Evaluator(Store& store, std::vector<events::StreamKey> settings, Documents documents,
            EvaluationMetrics* metrics = nullptr);
  // A store of another log or made by another program is emptied first.
  Status open(const events::LogId& log);

  // A bounded piece of what is new in a partition; true: there is more.
  Result<bool> follow(const ShardView& view, events::PartitionId partition);
  // A bounded piece of the patients who were there before a board; true: there is more.
  Result<bool> fill(const ShardView& view, events::PartitionId partition);

  // Everything below is in the outcomes, but for boards that are being filled.
  events::Offset next_offset(events::PartitionId partition) const {
    return {next_[partition.value].load()};
  }
  const Boards& boards() const { return boards_; }

 private:
  struct Patient {
    events::StreamKey stream;
    std::string id;
  };
  struct Turn {  // of one partition
    const ShardView& view;
    events::PartitionId partition;
    RowBatch& batch;
    OutcomeWriter writer;
  };
  Status empty_store();
  // A shard that lost its last rows in a crash, or is rebuilt, is behind what was evaluated
  // already, and so are its settings: it is looked at again once it is there.
  bool is_behind(const ShardView& view, events::PartitionId partition) const {
    return view.next_offset() < next_offset(partition);
  }
  // Patients that commits from `from` on changed, as many as a turn evaluates, but for those whom
  // `is_done` knows; `to`: below it everything was looked at.
  using IsDone = std::function<Result<bool>(const Change& change)>;
  Result<std::vector<Patient>> changed(const ShardView& view, std::span<const BoardPointer> boards,
                                       events::Offset from, events::Offset& to,
                                       const IsDone& is_done) const;
  Result<bool> follow_boards(const ShardView& view, events::PartitionId partition);
  Status evaluate(Turn& turn, const Patient& patient, std::span<const BoardPointer> boards);
  Status evaluate_board(Turn& turn, const Patient& patient, const BoardPointer& board,
                        PatientRecord& record);
  Status put_flips(Turn& turn, const Patient& patient, const Board& board, std::vector<Flip> flips);
  Status advance(std::unique_ptr<RowBatch> batch, events::PartitionId partition, events::Offset to);
  Status fill_boards(const ShardView& view, events::PartitionId partition,
                     std::span<const BoardPointer> boards, BoardState state);

  Store& store_;
  Boards boards_;
  const Documents documents_;
  EvaluationMetrics* const metrics_;
  std::vector<std::atomic<std::int64_t>> next_;  // by partition
  std::uint64_t flips_ = 0;                      // the sequence of the next one
  // Patients evaluated at a snapshot that is ahead of what was followed so far, by its offset.
  std::vector<std::unordered_map<events::StreamKey, events::Offset>> ahead_;
};

}  // namespace projections::measures
