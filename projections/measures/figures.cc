#include "projections/measures/figures.h"

#include <algorithm>

#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections::measures {
namespace {

void add(Figures& to, const std::string& population, std::int64_t count) {
  to[population] += count;
}

}  // namespace

std::int64_t figure(const Figures& figures, std::string_view population) {
  const auto found = figures.find(population);
  return found == figures.end() ? 0 : found->second;
}

bool is_of_observations(const GroupText& group) {
  return group.scoring == "continuous-variable" || (group.scoring == "ratio" && group.observed);
}

std::optional<double> rate(const Figures& figures, const GroupText& group) {
  if (group.scoring == "cohort" || is_of_observations(group)) return std::nullopt;
  const auto below = figure(figures, "denominator") - figure(figures, "denominator-exclusion") -
                     figure(figures, "denominator-exception");
  const auto above = figure(figures, "numerator") - figure(figures, "numerator-exclusion");
  if (below <= 0) return std::nullopt;
  return static_cast<double>(above) / static_cast<double>(below);
}

Result<std::vector<CellFigures>> cells(const RowView& rows, BoardNumber board, std::uint8_t group,
                                       Dimension dimension) {
  std::vector<CellFigures> all;
  const auto scan =
      rows.scan(rows_family, dimension_prefix(RowKind::count, board, group, dimension));
  for (; scan->valid(); scan->next()) {
    const auto row = decode_count(scan->key(), scan->value());
    if (!row) return row.error();
    const auto& value = row->cell.stratum.value;
    if (all.empty() || all.back().value != value) all.push_back({value, {}});
    add(all.back().figures, row->cell.population, row->count);
  }
  if (auto read = scan->status(); !read) return read.error();
  if (all.empty() && dimension == Dimension::all) all.emplace_back();
  return all;
}

Result<std::vector<MonthFigures>> trend(const RowView& rows, BoardNumber board, std::uint8_t group,
                                        const Stratum& stratum) {
  std::map<Month, Figures> added;
  const auto prefix = KeyWriter()
                          .raw(dimension_prefix(RowKind::by_month, board, group, stratum.dimension))
                          .text(stratum.value)
                          .key();
  const auto scan = rows.scan(rows_family, prefix);
  for (; scan->valid(); scan->next()) {
    const auto row = decode_count(scan->key(), scan->value());
    if (!row) return row.error();
    add(added[row->month], row->cell.population, row->count);
  }
  if (auto read = scan->status(); !read) return read.error();
  std::vector<MonthFigures> months;
  Figures sum;
  for (const auto& [month, figures] : added) {
    for (const auto& [population, count] : figures) add(sum, population, count);
    months.push_back({month, sum});
  }
  return months;
}

Result<std::vector<Member>> members(const RowView& rows, const CellKey& cell,
                                    const std::optional<events::StreamKey>& after,
                                    std::size_t limit) {
  const auto prefix = cell_prefix(RowKind::member, cell);
  const auto from = after ? member_key(cell, *after) + '\0' : prefix;
  std::vector<Member> found;
  const auto scan = rows.scan(rows_family, prefix, from);
  for (; scan->valid() && found.size() < limit; scan->next()) {
    const auto stream = events::StreamKey::from_bytes(scan->key().substr(prefix.size()));
    RowReader row(scan->value());
    Member member;
    member.patient = row.bytes();
    member.count = row.varint();
    if (!stream || !row.done()) return events::corrupt("a list of a measure cannot be read");
    member.stream = *stream;
    found.push_back(std::move(member));
  }
  if (auto read = scan->status(); !read) return read.error();
  return found;
}

Result<std::optional<Outcome>> outcome_of(const RowView& rows, BoardNumber board,
                                          events::PartitionId partition,
                                          const events::StreamKey& stream) {
  const auto row = rows.get(rows_family, outcome_key(board, partition, stream));
  if (!row) return row.error();
  if (!*row) return std::optional<Outcome>();
  auto outcome = decode_outcome(**row);
  if (!outcome) return outcome.error();
  return std::optional(std::move(*outcome));
}

Result<Progress> progress_of(const RowView& rows, BoardNumber board) {
  Progress progress;
  const auto scan = rows.scan(rows_family, board_prefix(RowKind::board_state, board));
  for (; scan->valid(); scan->next()) {
    const auto state = decode_state(scan->value());
    if (!state) return state.error();
    progress.of += static_cast<std::uint64_t>(state->until.value);
    progress.done += static_cast<std::uint64_t>(std::min(state->done.value, state->until.value));
    ++progress.partitions;
  }
  if (auto read = scan->status(); !read) return read.error();
  return progress;
}

Result<std::uint64_t> next_flip(const RowView& rows) {
  const auto row = rows.get(rows_family, about_key("flips"));
  if (!row) return row.error();
  return *row ? RowReader(**row).varint() : std::uint64_t{0};
}

Result<std::vector<Flip>> flips_from(const RowView& rows, std::uint64_t sequence,
                                     std::size_t limit) {
  std::vector<Flip> flips;
  const std::string prefix(1, static_cast<char>(RowKind::flip));
  const auto scan = rows.scan(rows_family, prefix, flip_key(sequence));
  for (; scan->valid() && flips.size() < limit; scan->next()) {
    auto flip = decode_flip(scan->value());
    if (!flip) return flip.error();
    flips.push_back(std::move(*flip));
  }
  if (auto read = scan->status(); !read) return read.error();
  return flips;
}

Result<std::vector<Flip>> flips_of(const RowView& rows, const events::StreamKey& stream,
                                   std::uint64_t sequence, std::size_t limit) {
  std::vector<Flip> flips;
  const auto first = patient_flip_key(stream, sequence);
  const auto prefix = first.substr(0, first.size() - sizeof(std::uint64_t));
  const auto scan = rows.scan(rows_family, prefix, first);
  for (; scan->valid() && flips.size() < limit; scan->next()) {
    const auto number = KeyReader(scan->key().substr(prefix.size())).u64();
    if (!number) return events::corrupt("a flip's key cannot be read");
    const auto row = rows.get(rows_family, flip_key(*number));
    if (!row) return row.error();
    if (!*row) continue;
    auto flip = decode_flip(**row);
    if (!flip) return flip.error();
    flips.push_back(std::move(*flip));
  }
  if (auto read = scan->status(); !read) return read.error();
  return flips;
}

}  // namespace projections::measures
