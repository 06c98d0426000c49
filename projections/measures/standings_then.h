// Where a partition's patients stood at an earlier moment, by one board, exactly: what is kept says
// how they stood at the end of the moment's month and of the month before. Who did not move between
// the moment and the one, or between the other and the moment, stood then as there; whoever moved
// in both is evaluated over the versions that were there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "projections/as_of.h"
#include "projections/measures/boards.h"
#include "projections/measures/patient_record.h"

namespace projections::measures {

// `now` is not older than the rows of the measures, which have all that lies below the moment.
struct PartitionThen {
  events::PartitionId partition;
  KnownMoment moment;
  std::shared_ptr<const ShardView> now;
  std::shared_ptr<const ShardView> then;  // as of `moment`
};

// What one answer may cost; shared by its partitions.
struct EvaluationLimits {
  std::size_t evaluations = 1'000;
  std::size_t moved = 20'000;     // patients in a month of a partition, on one side of the moment
  std::size_t changes = 200'000;  // looked through for them
};

// For one thread.
class StandingsThen {
 public:
  // All outlive it. `evaluations`: how many are left to this answer.
  struct Source {
    const Board& board;
    const RowView& rows;  // of the measures
    const Documents& documents;
    const EvaluationLimits& limits;
    std::size_t& evaluations;
  };
  StandingsThen(const Source& source, PartitionThen partition);

  events::PartitionId partition() const { return partition_.partition; }
  bool knows_anything() const { return partition_.moment.newest.has_value(); }
  // The month of the newest that was known then, or that in which the period begins.
  Month month() const { return month_; }

  // Nothing: never counted by then. unprocessable: no evaluations are left.
  Result<std::optional<Standing>> of(const events::StreamKey& stream);

  // Whoever moved between the moment and the kept month's end on one side of it, with where they
  // stood at that end and then. unprocessable: too many did, on both sides.
  struct Moved {
    std::optional<Standing> kept, then;
  };
  struct Difference {
    Month kept = 0;  // at whose end
    std::vector<Moved> moved;
  };
  Result<const Difference*> difference();

 private:
  struct Span {
    events::Offset from;
    std::optional<events::Offset> to;  // nothing: the month's end
  };
  Result<Span> before();
  Span after() const { return {partition_.moment.next, std::nullopt}; }
  bool ends_before(const Span& span, const Change& change) const;
  bool concerns(const Change& change) const;
  Result<bool> moved_in(const Span& span, const events::StreamKey& stream) const;
  // Nothing: more than the limits allow.
  Result<std::optional<std::vector<events::StreamKey>>> all_moved_in(const Span& span) const;
  Result<std::optional<Outcome>> outcome(const events::StreamKey& stream) const;
  Result<std::optional<Standing>> read(const events::StreamKey& stream);
  Result<std::optional<Standing>> evaluate(const events::StreamKey& stream);

  Source source_;
  PartitionThen partition_;
  Month month_ = 0;
  std::optional<events::Offset> month_begin_;  // once it was asked for
  std::map<events::StreamKey, std::optional<Standing>> evaluated_;
  std::optional<Difference> difference_;
};

}  // namespace projections::measures
