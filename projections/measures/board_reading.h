// What a board says, now or as known at an earlier moment: readers need not know which.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "projections/measures/boards.h"
#include "projections/measures/figures.h"

namespace projections::measures {

// A piece of a cell's patients, in the order of their keys.
struct MemberList {
  std::vector<Member> found;
  std::optional<events::StreamKey> after;  // where it goes on; nothing: that was all
};

// For one thread.
class BoardReading {
 public:
  virtual ~BoardReading() = default;

  // As cells() and trend() of figures.h have it.
  virtual Result<std::vector<CellFigures>> cells(std::uint8_t group, Dimension dimension) const = 0;
  virtual Result<std::vector<MonthFigures>> trend(std::uint8_t group,
                                                  const Stratum& stratum) const = 0;
  // At most `limit`, of this board. Of an earlier moment it may be fewer, or none, and go on: only
  // so many patients are looked at.
  virtual Result<MemberList> members(const CellKey& cell,
                                     const std::optional<events::StreamKey>& after,
                                     std::size_t limit) const = 0;
  // Nothing: never counted.
  virtual Result<std::optional<Standing>> standing(const events::StreamKey& stream) const = 0;
};

// From the rows as they are, which outlive it. `partitions`: of the log.
std::unique_ptr<BoardReading> board_now(const Board& board, const RowView& rows,
                                        std::uint32_t partitions);

}  // namespace projections::measures
