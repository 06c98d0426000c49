#include "projections/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "events/secrets.h"
#include "projections/change_rows.h"
#include "projections/ledger.h"
#include "projections/transactions.h"

namespace projections {
namespace {

constexpr auto end_patience = std::chrono::seconds(5);

// The newest rows of a shard, and the generation that they must not outlive.
struct NewestRows {
  explicit NewestRows(const Worker& worker)
      : generation(worker.generation()), view(generation->store->latest()) {}
  std::shared_ptr<const Generation> generation;
  std::shared_ptr<const RowView> view;
};

bool is_better(const KnownSince& one, const KnownSince& other) {
  // What still lives goes before what was deleted.
  const auto rank = [](const KnownSince& known) {
    return std::tuple(known.known.deleted, known.first_known, known.known.partition,
                      known.first_offset);
  };
  return rank(one) < rank(other);
}

Status add_matches(const Worker& worker, events::ResourceType type, std::string_view hash,
                   const std::optional<events::StreamKey>& stream, std::size_t limit,
                   std::vector<events::Known>& found) {
  const NewestRows rows(worker);
  auto prefix = identifier_prefix(type, hash);
  const bool whole = hash.size() > identifier_value_bytes;
  if (stream && whole) prefix += stream->bytes();
  const auto keys = rows.view->scan(ledger_family, prefix);
  for (; keys->valid() && found.size() < limit; keys->next()) {
    auto key = decode_identifier_key(keys->key());
    if (!key) return key.error();
    if (stream && key->stream != *stream) continue;
    auto row = StreamLedger(*rows.view, key->stream).resource(type, key->id);
    if (!row) return row.error();
    if (!*row || (*row)->deleted) continue;  // a write came between
    found.push_back(
        {key->stream, worker.partition(), events::ResourceId(key->id), (*row)->version, false});
  }
  return keys->status();
}

}  // namespace

const Worker& ShardLookup::home(const events::StreamKey& stream) const {
  const auto count = static_cast<std::uint32_t>(workers_.size());
  return *workers_[events::partition_of(stream, count).value];
}

Result<std::optional<events::Known>> ShardLookup::find(events::ResourceType type,
                                                       const events::ResourceId& id) const {
  std::optional<KnownSince> best;
  const auto hash = id_hash(type, id.text());
  const auto look_in = [&](const Worker& worker) -> Status {
    if (!worker.may_have(hash)) return {};
    const NewestRows rows(worker);
    auto found = find_known(*rows.view, worker.partition(), type, id.text());
    if (!found) return found.error();
    for (auto& known : *found) {
      if (!best || is_better(known, *best)) best = std::move(known);
    }
    return {};
  };
  const auto hint = events::partition_hint(id, static_cast<std::uint32_t>(workers_.size()));
  if (hint) {
    if (auto looked = look_in(*workers_[hint->value]); !looked) return looked.error();
    if (best && !best->known.deleted) return std::optional(best->known);
  }
  for (const auto& worker : workers_) {
    if (hint && worker->partition() == *hint) continue;
    if (auto looked = look_in(*worker); !looked) return looked.error();
  }
  if (!best) return std::optional<events::Known>();
  return std::optional(std::move(best->known));
}

Status ShardLookup::reach_end() const {
  const auto deadline = std::chrono::steady_clock::now() + end_patience;
  for (const auto& worker : workers_) {
    const auto end = log_.end(worker->partition());
    if (!end) return end.error();
    if (!worker->wait_for(*end, deadline)) {
      return events::unavailable(fmt::format(
          "partition {} has not caught up with its log; try again", worker->partition().value));
    }
  }
  return {};
}

Result<std::vector<events::Known>> ShardLookup::find_by_identifier(
    events::ResourceType type, const std::optional<events::StreamKey>& stream,
    const std::optional<std::string>& system, const std::string& value, std::size_t limit) const {
  auto hash = identifier_hash(system.value_or(""), value);
  if (!system) hash.resize(identifier_value_bytes);
  std::vector<events::Known> found;
  if (stream) {
    auto added = add_matches(home(*stream), type, hash, stream, limit, found);
    if (!added) return added.error();
    return found;
  }
  for (const auto& worker : workers_) {
    auto added = add_matches(*worker, type, hash, stream, limit, found);
    if (!added) return added.error();
  }
  return found;
}

Result<std::string> ShardLookup::facts_of(events::ResourceType type,
                                          const events::ResourceId& id) const {
  auto known = find(type, id);
  if (!known) return known.error();
  if (!*known) return std::string();
  auto row =
      workers_[(*known)->partition.value]->view()->current((*known)->stream, type, id.text());
  if (!row) return row.error();
  return *row ? std::move((*row)->facts) : std::string();
}

Result<std::optional<std::string>> ShardLookup::stream_name(const events::StreamKey& stream) const {
  auto first = home(stream).view()->changes({0}, stream, 1);
  if (!first) return first.error();
  if (first->empty()) return std::optional<std::string>();
  return std::optional(std::move(first->front().stream_name));
}

Result<std::uint64_t> ShardLookup::stream_version(const events::StreamKey& stream) const {
  const NewestRows rows(home(stream));
  auto row = StreamLedger(*rows.view, stream).stream();
  if (!row) return row.error();
  return row->accepted;
}

Result<events::CommitStatus> ShardLookup::commit(const events::CommitId& id) const {
  using State = events::CommitStatus::State;
  using Verdict = events::Outcome::Verdict;
  if (id.partition.value >= workers_.size()) return events::CommitStatus{};
  const auto view = workers_[id.partition.value]->view();
  const auto rows = view->rows().scan(ledger_family, commit_prefix(id.key));
  if (auto read = rows->status(); !read) return read.error();
  if (!rows->valid()) return events::CommitStatus{};
  auto row = decode_commit_row(rows->value());
  if (!row) return row.error();
  auto outcome = repeated_with_events(view->rows(), *row, id.partition);
  if (!outcome) return outcome.error();
  outcome->repeat = false;
  events::CommitStatus status;
  status.state = row->verdict == Verdict::accepted   ? State::accepted
                 : row->verdict == Verdict::refused  ? State::refused
                 : row->verdict == Verdict::prepared ? State::pending
                                                     : State::cancelled;
  status.outcome = std::move(*outcome);
  return status;
}

Result<std::vector<events::UndecidedTransaction>> ShardLookup::undecided(events::KnownTime before,
                                                                         std::size_t limit) const {
  std::vector<events::UndecidedTransaction> all;
  for (const auto& worker : workers_) {
    auto waiting = projections::undecided(worker->view()->rows(), before, limit);
    if (!waiting) return waiting.error();
    for (const auto& one : *waiting) {
      auto row = transaction_row(home(one.home).view()->rows(), one.home, one.id);
      if (!row) return row.error();
      events::UndecidedTransaction found{one.stream, {one.id, one.home}, {}};
      if (*row && (*row)->state == TransactionRow::State::committed)
        found.decided = events::TransactionVerdict::commit;
      if (*row && (*row)->state == TransactionRow::State::aborted)
        found.decided = events::TransactionVerdict::abort;
      all.push_back(std::move(found));
    }
  }
  return all;
}

events::Awaited ShardLookup::expect(const events::CommitId& id,
                                    const events::AssemblyId& assembly) {
  return outcomes_.expect(id, assembly);
}

void ShardLookup::forget(const events::CommitId& id, const events::AssemblyId& assembly,
                         std::uint64_t waiter) {
  outcomes_.forget(id, assembly, waiter);
}

}  // namespace projections
