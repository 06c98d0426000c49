#include "projections/measures/board_then.h"

#include <algorithm>

namespace projections::measures {
namespace {

using events::StreamKey;

constexpr std::size_t looked_at_max = 20'000;  // outcomes for one list

// Adds what `standing` says of one group and dimension, `sign` times.
void add(const std::optional<Standing>& standing, std::uint8_t group, Dimension dimension,
         std::int64_t sign, std::map<std::string, Figures>& to) {
  if (!standing) return;
  for (const auto& one : contributions(*standing)) {
    if (one.group != group || one.stratum.dimension != dimension) continue;
    to[one.stratum.value][one.population] += sign * static_cast<std::int64_t>(one.count);
  }
}

}  // namespace

BoardThen::BoardThen(BoardPointer board, const RowView& rows, std::vector<PartitionThen> partitions,
                     Documents documents, EvaluationLimits limits)
    : board_(std::move(board)),
      rows_(rows),
      documents_(std::move(documents)),
      limits_(limits),
      evaluations_(limits.evaluations) {
  const StandingsThen::Source source{*board_, rows_, documents_, limits_, evaluations_};
  for (auto& partition : partitions) partitions_.emplace_back(source, std::move(partition));
}

Result<std::map<std::string, BoardThen::Months>> BoardThen::added(std::uint8_t group,
                                                                  Dimension dimension) const {
  using Cells = std::map<std::string, Figures>;
  std::vector<std::map<Month, Cells>> parts(partitions_.size());
  std::vector<Month> kept(partitions_.size());
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const auto difference = partitions_[i].difference();
    if (!difference) return difference.error();
    kept[i] = (*difference)->kept;
    auto& cells = parts[i][partitions_[i].month()];
    for (const auto& moved : (*difference)->moved) {
      add(moved.kept, group, dimension, -1, cells);
      add(moved.then, group, dimension, 1, cells);
    }
  }
  const auto scan = rows_.scan(
      rows_family, dimension_prefix(RowKind::by_month, board_->number, group, dimension));
  for (; scan->valid(); scan->next()) {
    const auto row = decode_count(scan->key(), scan->value());
    if (!row) return row.error();
    const auto i = row->partition.value;
    if (i >= parts.size() || !partitions_[i].knows_anything() || row->month > kept[i]) continue;
    parts[i][row->month][row->cell.stratum.value][row->cell.population] += row->count;
  }
  if (auto read = scan->status(); !read) return read.error();
  std::map<std::string, Months> all;
  for (const auto& part : parts) {
    for (const auto& [month, cells] : part) {
      for (const auto& [value, figures] : cells) {
        for (const auto& [population, count] : figures)
          if (count != 0) all[value][month][population] += count;
      }
    }
  }
  return all;
}

Result<std::vector<CellFigures>> BoardThen::cells(std::uint8_t group, Dimension dimension) const {
  const auto all = added(group, dimension);
  if (!all) return all.error();
  std::vector<CellFigures> found;
  for (const auto& [value, months] : *all) {
    CellFigures cell{value, {}};
    for (const auto& [month, figures] : months) {
      for (const auto& [population, count] : figures) cell.figures[population] += count;
    }
    std::erase_if(cell.figures, [](const auto& one) { return one.second == 0; });
    if (!cell.figures.empty()) found.push_back(std::move(cell));
  }
  if (found.empty() && dimension == Dimension::all) found.emplace_back();
  return found;
}

Result<std::vector<MonthFigures>> BoardThen::trend(std::uint8_t group,
                                                   const Stratum& stratum) const {
  const auto all = added(group, stratum.dimension);
  if (!all) return all.error();
  std::vector<MonthFigures> months;
  const auto cell = all->find(stratum.value);
  if (cell == all->end()) return months;
  Figures sum;
  for (const auto& [month, figures] : cell->second) {
    for (const auto& [population, count] : figures) sum[population] += count;
    months.push_back({month, sum});
  }
  return months;
}

// In the order of their keys, over all partitions.
class BoardThen::Walk {
 public:
  Walk(const BoardThen& of, const std::optional<StreamKey>& after) {
    for (const auto& each : of.partitions_) {
      const auto prefix = partition_prefix(RowKind::outcome, of.board_->number, each.partition());
      scans_.push_back(
          {prefix.size(),
           of.rows_.scan(
               rows_family, prefix,
               after ? outcome_key(of.board_->number, each.partition(), *after) + '\0' : prefix)});
    }
  }
  struct One {
    StreamKey stream;
    std::string patient;
  };
  // Nothing: that was all.
  Result<std::optional<One>> next() {
    const auto first = std::min_element(scans_.begin(), scans_.end(), is_before);
    if (first == scans_.end() || !first->rows->valid()) {
      for (const auto& scan : scans_)
        if (auto read = scan.rows->status(); !read) return read.error();
      return std::optional<One>();
    }
    const auto stream = StreamKey::from_bytes(stream_in(*first));
    auto outcome = decode_outcome(first->rows->value());
    if (!outcome) return outcome.error();
    if (!stream) return events::corrupt("the key of an outcome of a measure cannot be read");
    first->rows->next();
    return std::optional(One{*stream, std::move(outcome->patient)});
  }

 private:
  struct Scan {
    std::size_t prefix;
    std::unique_ptr<Rows> rows;
  };
  static std::string_view stream_in(const Scan& scan) {
    return scan.rows->key().substr(scan.prefix);
  }
  static bool is_before(const Scan& a, const Scan& b) {
    if (!a.rows->valid() || !b.rows->valid()) return a.rows->valid() && !b.rows->valid();
    return stream_in(a) < stream_in(b);
  }
  std::vector<Scan> scans_;
};

Result<MemberList> BoardThen::members(const CellKey& cell, const std::optional<StreamKey>& after,
                                      std::size_t limit) const {
  Walk walk(*this, after);
  MemberList list;
  std::optional<StreamKey> last;
  for (std::size_t looked_at = 0;; ++looked_at) {
    const auto one = walk.next();
    if (!one) return one.error();
    if (!*one) return list;
    const bool is_full = list.found.size() == limit || looked_at == looked_at_max;
    auto stood = is_full ? Result<std::optional<Standing>>(std::optional<Standing>())
                         : standing((*one)->stream);
    // What is found goes out, and the next page evaluates anew.
    const bool is_spent = !stood && stood.error().code == events::ErrorCode::unprocessable && last;
    if (is_full || is_spent) {
      list.after = last;
      return list;
    }
    if (!stood) return stood.error();
    last = (*one)->stream;
    if (!*stood) continue;
    for (const auto& each : contributions(**stood)) {
      if (each.group != cell.group || each.stratum != cell.stratum ||
          each.population != cell.population)
        continue;
      list.found.push_back({*last, std::move((*one)->patient), each.count});
    }
  }
}

Result<std::optional<Standing>> BoardThen::standing(const StreamKey& stream) const {
  const auto partition =
      events::partition_of(stream, static_cast<std::uint32_t>(partitions_.size()));
  return partitions_[partition.value].of(stream);
}

}  // namespace projections::measures
