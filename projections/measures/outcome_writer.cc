#include "projections/measures/outcome_writer.h"

#include "projections/row_codec.h"

namespace projections::measures {
namespace {

CellKey cell_of(BoardNumber board, const Contribution& one) {
  return {board, one.group, one.stratum, one.population};
}

// Key and value of each list that the patient stands in.
std::map<std::string, std::string> memberships(BoardNumber board, const events::StreamKey& stream,
                                               const Outcome* outcome) {
  std::map<std::string, std::string> rows;
  if (outcome == nullptr || outcome->now() == nullptr) return rows;
  for (const auto& one : contributions(*outcome->now())) {
    rows.emplace(member_key(cell_of(board, one), stream),
                 RowWriter().bytes(outcome->patient).varint(one.count).row());
  }
  return rows;
}

}  // namespace

void OutcomeWriter::replace(BoardNumber board, const events::StreamKey& stream,
                            const Outcome* before, const Outcome* after) {
  const auto key = outcome_key(board, partition_, stream);
  if (after != nullptr) {
    batch_.put(rows_family, key, encode(*after));
  } else if (before != nullptr) {
    batch_.erase(rows_family, key);
  }
  if (before != nullptr) count(board, *before, -1);
  if (after != nullptr) count(board, *after, 1);
  list({board, stream}, before, after);
}

void OutcomeWriter::count(BoardNumber board, const Outcome& outcome, std::int64_t sign) {
  const Standing* earlier = nullptr;
  for (const auto& standing : outcome.standings) {
    add(board, earlier, standing.month, -sign);
    add(board, &standing, standing.month, sign);
    earlier = &standing;
  }
  if (outcome.now() == nullptr) return;
  for (const auto& one : contributions(*outcome.now()))
    deltas_[count_key(cell_of(board, one), partition_)] +=
        sign * static_cast<std::int64_t>(one.count);
}

void OutcomeWriter::add(BoardNumber board, const Standing* standing, Month month,
                        std::int64_t sign) {
  if (standing == nullptr) return;
  for (const auto& one : contributions(*standing))
    deltas_[month_key(cell_of(board, one), partition_, month)] +=
        sign * static_cast<std::int64_t>(one.count);
}

void OutcomeWriter::list(const Place& place, const Outcome* before, const Outcome* after) {
  auto old = memberships(place.board, place.stream, before);
  for (auto& [key, row] : memberships(place.board, place.stream, after)) {
    const auto same = old.extract(key);
    if (same.empty() || same.mapped() != row) batch_.put(rows_family, key, row);
  }
  for (const auto& [key, row] : old) batch_.erase(rows_family, key);
}

Status OutcomeWriter::finish() {
  for (const auto& [key, delta] : deltas_) {
    if (delta == 0) continue;
    const auto row = batch_.get(rows_family, key);
    if (!row) return row.error();
    const auto before = *row ? RowReader(**row).signed_varint() : 0;
    if (before + delta == 0) {
      batch_.erase(rows_family, key);
    } else {
      batch_.put(rows_family, key, RowWriter().signed_varint(before + delta).row());
    }
  }
  deltas_.clear();
  return {};
}

}  // namespace projections::measures
