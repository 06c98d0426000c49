// What the boards say, read from rows: rates by stratum, months, the patients of a cell, flips.
// Every answer is of one snapshot (Keeper::rows).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/measures/package.h"
#include "projections/measures/rows.h"

namespace projections::measures {

// By population; "patients" and "failed" among them.
using Figures = std::map<std::string, std::int64_t, std::less<>>;
std::int64_t figure(const Figures& figures, std::string_view population);

// (numerator - numerator exclusions) / (denominator - exclusions - exceptions); nothing: nobody is
// left in the denominator, or the score is made of something else than counts.
std::optional<double> rate(const Figures& figures, const GroupText& group);
// It is of observations, whose values are not kept here.
bool is_of_observations(const GroupText& group);

struct CellFigures {
  std::string value;  // of the dimension
  Figures figures;
};
// Of one dimension, in the order of its values; `all` gives one, empty where nobody is.
Result<std::vector<CellFigures>> cells(const RowView& rows, BoardNumber board, std::uint8_t group,
                                       Dimension dimension);

struct MonthFigures {
  Month month = 0;
  Figures figures;  // as known at the month's end
};
// The months in which something moved, oldest first. The first has what was known before the
// period too.
Result<std::vector<MonthFigures>> trend(const RowView& rows, BoardNumber board, std::uint8_t group,
                                        const Stratum& stratum);

struct Member {
  events::StreamKey stream;
  std::string patient;
  std::uint64_t count = 0;
};
// Of a cell, in the order of their keys, after `after`.
Result<std::vector<Member>> members(const RowView& rows, const CellKey& cell,
                                    const std::optional<events::StreamKey>& after,
                                    std::size_t limit);

Result<std::optional<Outcome>> outcome_of(const RowView& rows, BoardNumber board,
                                          events::PartitionId partition,
                                          const events::StreamKey& stream);

// Of all partitions, in records of the log.
struct Progress {
  std::uint64_t done = 0, of = 0;
  std::size_t partitions = 0;  // that have it

  bool complete(std::size_t of_partitions) const {
    return done == of && partitions == of_partitions;
  }
};
Result<Progress> progress_of(const RowView& rows, BoardNumber board);

// The sequence of the next one.
Result<std::uint64_t> next_flip(const RowView& rows);
Result<std::vector<Flip>> flips_from(const RowView& rows, std::uint64_t sequence,
                                     std::size_t limit);
// Of one patient, newest last; reads no other's.
Result<std::vector<Flip>> flips_of(const RowView& rows, const events::StreamKey& stream,
                                   std::uint64_t sequence = 0, std::size_t limit = SIZE_MAX);

}  // namespace projections::measures
