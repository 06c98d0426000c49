// Outcomes into rows: what a patient adds to counts, months and lists is taken back and put there
// anew. Counts are added up over the batch and written once.
#pragma once

#include <map>
#include <string>

#include "projections/measures/rows.h"

namespace projections::measures {

class OutcomeWriter {
 public:
  // `batch` outlives this.
  OutcomeWriter(RowBatch& batch, events::PartitionId partition)
      : batch_(batch), partition_(partition) {}

  // Null: there was none, there is none any more.
  void replace(BoardNumber board, const events::StreamKey& stream, const Outcome* before,
               const Outcome* after);
  Status finish();

 private:
  struct Place {
    BoardNumber board;
    const events::StreamKey& stream;
  };
  void count(BoardNumber board, const Outcome& outcome, std::int64_t sign);
  void add(BoardNumber board, const Standing* standing, Month month, std::int64_t sign);
  void list(const Place& place, const Outcome* before, const Outcome* after);

  RowBatch& batch_;
  const events::PartitionId partition_;
  std::map<std::string, std::int64_t> deltas_;  // by key
};

}  // namespace projections::measures
