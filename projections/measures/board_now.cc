#include "projections/measures/board_reading.h"

namespace projections::measures {
namespace {

class BoardNow final : public BoardReading {
 public:
  BoardNow(BoardNumber board, const RowView& rows, std::uint32_t partitions)
      : board_(board), rows_(rows), partitions_(partitions) {}

  Result<std::vector<CellFigures>> cells(std::uint8_t group, Dimension dimension) const override {
    return measures::cells(rows_, board_, group, dimension);
  }
  Result<std::vector<MonthFigures>> trend(std::uint8_t group,
                                          const Stratum& stratum) const override {
    return measures::trend(rows_, board_, group, stratum);
  }
  Result<MemberList> members(const CellKey& cell, const std::optional<events::StreamKey>& after,
                             std::size_t limit) const override {
    auto found = measures::members(rows_, cell, after, limit + 1);
    if (!found) return found.error();
    MemberList list;
    if (found->size() > limit) {
      found->pop_back();
      list.after = found->back().stream;
    }
    list.found = std::move(*found);
    return list;
  }
  Result<std::optional<Standing>> standing(const events::StreamKey& stream) const override {
    const auto outcome =
        outcome_of(rows_, board_, events::partition_of(stream, partitions_), stream);
    if (!outcome) return outcome.error();
    const auto* now = *outcome ? (*outcome)->now() : nullptr;
    return now ? std::optional(*now) : std::optional<Standing>();
  }

 private:
  const BoardNumber board_;
  const RowView& rows_;
  const std::uint32_t partitions_;
};

}  // namespace

std::unique_ptr<BoardReading> board_now(const Board& board, const RowView& rows,
                                        std::uint32_t partitions) {
  return std::make_unique<BoardNow>(board.number, rows, partitions);
}

}  // namespace projections::measures
