#include "projections/measures/evaluator.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/row_codec.h"

namespace projections::measures {
namespace {

// A change of what outcomes are made of or of how rows are laid out: all is evaluated again.
constexpr int evaluator_version = 4;
constexpr std::size_t changes_a_turn = 256;
constexpr std::size_t patients_a_turn = 16;
constexpr std::string_view patient_streams = "Patient/";
constexpr std::string_view made_from = "made from", flip_count = "flips";

std::optional<std::string> number_text(const Result<std::optional<std::string>>& row) {
  return row && *row ? *row : std::optional<std::string>();
}

}  // namespace

Evaluator::Evaluator(Store& store, std::vector<events::StreamKey> settings, Documents documents,
                     EvaluationMetrics* metrics)
    : store_(store),
      boards_(store, settings),
      documents_(std::move(documents)),
      metrics_(metrics),
      next_(settings.size()),
      ahead_(settings.size()) {}

Status Evaluator::open(const events::LogId& log) {
  const auto wanted =
      fmt::format("{} {} {}", events::to_hex(log.bytes()), next_.size(), evaluator_version);
  if (number_text(store_.latest()->get(rows_family, about_key(made_from))) != wanted) {
    if (auto emptied = empty_store(); !emptied) return emptied;
    auto batch = store_.begin();
    batch->put(rows_family, about_key(made_from), wanted);
    if (auto written = store_.commit(std::move(batch)); !written) return written;
  }
  const auto rows = store_.latest();
  for (std::uint32_t i = 0; i < next_.size(); ++i) {
    const auto row = number_text(rows->get(rows_family, progress_key({i})));
    if (row) next_[i] = RowReader(*row).signed_varint();
  }
  if (const auto row = number_text(rows->get(rows_family, about_key(flip_count))))
    flips_ = RowReader(*row).varint();
  return boards_.open();
}

Status Evaluator::empty_store() {
  const auto snapshot = store_.snapshot();
  auto batch = store_.begin();
  const auto scan = snapshot->scan(rows_family, {});
  for (; scan->valid(); scan->next()) batch->erase(rows_family, scan->key());
  if (auto read = scan->status(); !read) return read;
  return store_.commit(std::move(batch));
}

Result<std::vector<Evaluator::Patient>> Evaluator::changed(const ShardView& view,
                                                           std::span<const BoardPointer> boards,
                                                           events::Offset from, events::Offset& to,
                                                           const IsDone& is_done) const {
  const auto changes = view.changes(from, std::nullopt, changes_a_turn);
  if (!changes) return changes.error();
  const auto types = types_of(boards);
  std::vector<Patient> patients;
  to = changes->size() < changes_a_turn ? view.next_offset()
                                        : changes->back().position.offset.next();
  for (const auto& change : *changes) {
    if (!change.stream_name.starts_with(patient_streams)) continue;
    const bool concerns =
        std::any_of(change.events.begin(), change.events.end(),
                    [&](const auto& event) { return types.contains(event.type); });
    if (!concerns) continue;
    if (std::any_of(patients.begin(), patients.end(),
                    [&](const auto& patient) { return patient.stream == change.stream; }))
      continue;
    const auto done = is_done(change);
    if (!done) return done.error();
    if (*done) continue;
    if (patients.size() == patients_a_turn) {
      to = change.position.offset;
      break;
    }
    patients.push_back({change.stream, change.stream_name.substr(patient_streams.size())});
  }
  return patients;
}

Result<bool> Evaluator::follow(const ShardView& view, events::PartitionId partition) {
  if (is_behind(view, partition)) return false;
  if (auto synced = boards_.sync(view, partition); !synced) return synced.error();
  if (view.next_offset() == next_offset(partition)) return false;
  if (boards_.of(partition).empty()) {  // whoever is there when one comes is evaluated then
    next_[partition.value] = view.next_offset().value;
    return false;
  }
  return follow_boards(view, partition);
}

Result<bool> Evaluator::follow_boards(const ShardView& view, events::PartitionId partition) {
  const auto& boards = boards_.of(partition);
  auto& ahead = ahead_[partition.value];
  auto to = next_offset(partition);
  const auto patients = changed(view, boards, to, to, [&](const Change& change) -> Result<bool> {
    const auto known = ahead.find(change.stream);
    return known != ahead.end() && change.position.offset < known->second;
  });
  if (!patients) return patients.error();
  auto batch = store_.begin();
  Turn turn{view, partition, *batch, OutcomeWriter(*batch, partition)};
  for (const auto& patient : *patients) {
    if (auto done = evaluate(turn, patient, boards); !done) return done.error();
  }
  if (auto added = turn.writer.finish(); !added) return added.error();
  if (auto written = advance(std::move(batch), partition, to); !written) return written.error();
  for (const auto& patient : *patients) ahead[patient.stream] = view.next_offset();
  if (to >= view.next_offset()) ahead.clear();
  return to < view.next_offset();
}

Status Evaluator::advance(std::unique_ptr<RowBatch> batch, events::PartitionId partition,
                          events::Offset to) {
  batch->put(rows_family, progress_key(partition), RowWriter().signed_varint(to.value).row());
  if (auto written = store_.commit(std::move(batch)); !written) return written;
  next_[partition.value] = to.value;
  return {};
}

Status Evaluator::evaluate(Turn& turn, const Patient& patient,
                           std::span<const BoardPointer> boards) {
  auto record = PatientRecord::read(turn.view.rows(), patient.stream, types_of(boards), documents_);
  if (!record) return record.error();
  for (const auto& board : boards) {
    if (auto done = evaluate_board(turn, patient, board, *record); !done) return done;
  }
  return {};
}

Status Evaluator::evaluate_board(Turn& turn, const Patient& patient, const BoardPointer& board,
                                 PatientRecord& record) {
  const auto row =
      turn.batch.get(rows_family, outcome_key(board->number, turn.partition, patient.stream));
  if (!row) return row.error();
  std::optional<Outcome> before;
  if (*row) {
    auto decoded = decode_outcome(**row);
    if (!decoded) return decoded.error();
    before = std::move(*decoded);
  }
  const auto state = turn.batch.get(
      rows_family, partition_prefix(RowKind::board_state, board->number, turn.partition));
  if (!state) return state.error();
  const auto begun = *state ? decode_state(**state) : Result<BoardState>(BoardState{});
  if (!begun) return begun.error();
  const auto started = std::chrono::steady_clock::now();
  auto evaluated =
      measures::evaluate(*board, record, before ? &*before : nullptr, patient.id, begun->since);
  if (!evaluated) return evaluated.error();
  if (metrics_ != nullptr)
    metrics_->count(board->package->id, {evaluated->evaluations, evaluated->failures,
                                         std::chrono::steady_clock::now() - started});
  if (!evaluated->changed) return {};
  turn.writer.replace(board->number, patient.stream, before ? &*before : nullptr,
                      &evaluated->outcome);
  return put_flips(turn, patient, *board, std::move(evaluated->flips));
}

Status Evaluator::put_flips(Turn& turn, const Patient& patient, const Board& board,
                            std::vector<Flip> flips) {
  for (auto& flip : flips) {
    flip.sequence = flips_++;
    flip.board = board.number;
    flip.measure = board.package->id;
    flip.period = board.period.text;
    flip.patient = patient.id;
    flip.stream = patient.stream;
    turn.batch.put(rows_family, flip_key(flip.sequence), encode(flip));
    turn.batch.put(rows_family, patient_flip_key(patient.stream, flip.sequence), {});
  }
  if (!flips.empty())
    turn.batch.put(rows_family, about_key(flip_count), RowWriter().varint(flips_).row());
  return {};
}

Result<bool> Evaluator::fill(const ShardView& view, events::PartitionId partition) {
  if (is_behind(view, partition)) return false;
  const auto rows = store_.latest();
  std::vector<BoardPointer> least;  // far; they go on together: documents are opened once
  BoardState state;
  for (const auto& board : boards_.of(partition)) {
    const auto row =
        rows->get(rows_family, partition_prefix(RowKind::board_state, board->number, partition));
    if (!row) return row.error();
    if (!*row) continue;
    const auto read = decode_state(**row);
    if (!read) return read.error();
    if (read->complete() || (!least.empty() && read->done > state.done)) continue;
    if (!least.empty() && read->done < state.done) least.clear();
    least.push_back(board);
    state = *read;
  }
  if (least.empty()) return false;
  if (auto filled = fill_boards(view, partition, least, state); !filled) return filled.error();
  return true;
}

Status Evaluator::fill_boards(const ShardView& view, events::PartitionId partition,
                              std::span<const BoardPointer> boards, BoardState state) {
  auto batch = store_.begin();
  const auto lacking = [&](const events::StreamKey& stream) -> Result<std::vector<BoardPointer>> {
    std::vector<BoardPointer> found;
    for (const auto& board : boards) {
      const auto row = batch->get(rows_family, outcome_key(board->number, partition, stream));
      if (!row) return row.error();
      if (!*row) found.push_back(board);
    }
    return found;
  };
  auto to = state.done;
  const auto patients =
      changed(view, boards, state.done, to, [&](const Change& change) -> Result<bool> {
        const auto found = lacking(change.stream);
        if (!found) return found.error();
        return found->empty();
      });
  if (!patients) return patients.error();
  Turn turn{view, partition, *batch, OutcomeWriter(*batch, partition)};
  for (const auto& patient : *patients) {
    const auto found = lacking(patient.stream);
    if (!found) return found.error();
    if (auto done = evaluate(turn, patient, *found); !done) return done;
  }
  for (const auto& board : boards) {
    const auto key = partition_prefix(RowKind::board_state, board->number, partition);
    const auto row = batch->get(rows_family, key);
    if (!row) return row.error();
    auto own = *row ? decode_state(**row) : Result<BoardState>(state);
    if (!own) return own.error();
    own->done = to;
    batch->put(rows_family, key, encode(*own));
  }
  if (auto added = turn.writer.finish(); !added) return added;
  return store_.commit(std::move(batch));
}

}  // namespace projections::measures
