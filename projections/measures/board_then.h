// A board as known at an earlier moment: figures, months and lists as a store that had seen only
// what lies below it would give them, by the content that the measure has today. Made from what is
// kept and, of few patients, from their versions (standings_then.h); what would cost more is
// refused as unprocessable, never approximated.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "projections/measures/board_reading.h"
#include "projections/measures/standings_then.h"

namespace projections::measures {

class BoardThen final : public BoardReading {
 public:
  // `rows`, of the measures, outlive this; they have all of the board. One of each partition.
  BoardThen(BoardPointer board, const RowView& rows, std::vector<PartitionThen> partitions,
            Documents documents, EvaluationLimits limits = {});
  BoardThen(const BoardThen&) = delete;
  BoardThen& operator=(const BoardThen&) = delete;

  Result<std::vector<CellFigures>> cells(std::uint8_t group, Dimension dimension) const override;
  Result<std::vector<MonthFigures>> trend(std::uint8_t group,
                                          const Stratum& stratum) const override;
  Result<MemberList> members(const CellKey& cell, const std::optional<events::StreamKey>& after,
                             std::size_t limit) const override;
  Result<std::optional<Standing>> standing(const events::StreamKey& stream) const override;

 private:
  using Months = std::map<Month, Figures>;  // what each added
  // By the dimension's value: of all partitions. Without zeros.
  Result<std::map<std::string, Months>> added(std::uint8_t group, Dimension dimension) const;
  class Walk;  // through all who have an outcome

  const BoardPointer board_;
  const RowView& rows_;
  const Documents documents_;
  const EvaluationLimits limits_;
  mutable std::size_t evaluations_;
  mutable std::vector<StandingsThen> partitions_;  // by number
};

}  // namespace projections::measures
