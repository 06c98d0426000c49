#include "projections/measures/standings_then.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "projections/measures/evaluation.h"
#include "projections/measures/figures.h"

namespace projections::measures {
namespace {

using events::StreamKey;

constexpr std::size_t changes_at_once = 512, changes_of_one_at_once = 16;
constexpr std::string_view streams_of_patients = "Patient/";

std::optional<Standing> copy_of(const Standing* standing) {
  return standing ? std::optional(*standing) : std::optional<Standing>();
}

events::Error too_many(std::string_view what, std::size_t limit) {
  return events::unprocessable(
      fmt::format("asOf: in the month of that moment more than {} patients {}; ask about the end "
                  "of a month, or about one patient",
                  limit, what));
}

}  // namespace

StandingsThen::StandingsThen(const Source& source, PartitionThen partition)
    : source_(source), partition_(std::move(partition)) {
  if (partition_.moment.newest)
    month_ = std::max(month_of(source_.board.period.first), month_of(*partition_.moment.newest));
}

Result<StandingsThen::Span> StandingsThen::before() {
  // What came before the period is of its first month.
  if (month_ == month_of(source_.board.period.first)) month_begin_ = events::Offset{};
  if (!month_begin_) {
    const auto begin = known_before(*partition_.now, first_day_of(month_));
    if (!begin) return begin.error();
    month_begin_ = begin->next;
  }
  return Span{*month_begin_, partition_.moment.next};
}

bool StandingsThen::ends_before(const Span& span, const Change& change) const {
  return span.to ? change.position.offset >= *span.to : month_of(change.known_time) > month_;
}

bool StandingsThen::concerns(const Change& change) const {
  const auto& relevance = source_.board.package->relevance;
  return change.stream_name.starts_with(streams_of_patients) &&
         std::any_of(change.events.begin(), change.events.end(),
                     [&](const auto& event) { return relevance.concerns(event.type); });
}

Result<bool> StandingsThen::moved_in(const Span& span, const StreamKey& stream) const {
  for (auto from = span.from;;) {
    const auto changes = partition_.now->changes(from, stream, changes_of_one_at_once);
    if (!changes) return changes.error();
    for (const auto& change : *changes) {
      if (ends_before(span, change)) return false;
      if (concerns(change)) return true;
    }
    if (changes->size() < changes_of_one_at_once) return false;
    from = changes->back().position.offset.next();
  }
}

Result<std::optional<std::vector<StreamKey>>> StandingsThen::all_moved_in(const Span& span) const {
  std::vector<StreamKey> streams;
  std::unordered_set<StreamKey> seen;
  std::size_t looked_at = 0;
  for (auto from = span.from;;) {
    const auto changes = partition_.now->changes(from, std::nullopt, changes_at_once);
    if (!changes) return changes.error();
    for (const auto& change : *changes) {
      if (ends_before(span, change)) return std::optional(std::move(streams));
      if (!concerns(change) || !seen.insert(change.stream).second) continue;
      streams.push_back(change.stream);
      if (streams.size() > source_.limits.moved) return std::optional<std::vector<StreamKey>>();
    }
    if (changes->size() < changes_at_once) return std::optional(std::move(streams));
    looked_at += changes->size();
    if (looked_at > source_.limits.changes) return std::optional<std::vector<StreamKey>>();
    from = changes->back().position.offset.next();
  }
}

Result<std::optional<Outcome>> StandingsThen::outcome(const StreamKey& stream) const {
  return outcome_of(source_.rows, source_.board.number, partition_.partition, stream);
}

Result<std::optional<Standing>> StandingsThen::of(const StreamKey& stream) {
  if (!knows_anything()) return std::optional<Standing>();
  const auto known = evaluated_.find(stream);
  if (known != evaluated_.end()) return known->second;
  return read(stream);
}

Result<std::optional<Standing>> StandingsThen::read(const StreamKey& stream) {
  const auto kept = outcome(stream);
  if (!kept) return kept.error();
  const auto at = [&](Month month) { return copy_of(*kept ? (*kept)->at_end_of(month) : nullptr); };
  if (*kept && (*kept)->offset < partition_.moment.next) return at(month_);
  const auto later = moved_in(after(), stream);
  if (!later) return later.error();
  if (!*later) return at(month_);
  const auto span = before();
  if (!span) return span.error();
  const auto earlier = moved_in(*span, stream);
  if (!earlier) return earlier.error();
  return *earlier ? evaluate(stream) : at(month_ - 1);
}

Result<std::optional<Standing>> StandingsThen::evaluate(const StreamKey& stream) {
  if (source_.evaluations == 0)
    return too_many("moved both before and after it", source_.limits.evaluations);
  --source_.evaluations;
  const auto& board = source_.board;
  auto record = PatientRecord::read(partition_.then->rows(), stream,
                                    board.package->relevance.types(), source_.documents);
  if (!record) return record.error();
  auto standing = stand(board, *record, std::numeric_limits<Month>::max());
  if (!standing) return standing.error();
  standing->month = month_;
  return evaluated_[stream] = std::move(*standing);
}

Result<const StandingsThen::Difference*> StandingsThen::difference() {
  if (difference_) return &*difference_;
  Difference made;
  made.kept = month_;
  if (!knows_anything()) return &difference_.emplace(std::move(made));
  auto streams = all_moved_in(after());
  if (streams && !*streams) {
    made.kept = month_ - 1;
    const auto span = before();
    if (!span) return span.error();
    streams = all_moved_in(*span);
  }
  if (!streams) return streams.error();
  if (!*streams) return too_many("moved on either side of it", source_.limits.moved);
  for (const auto& stream : **streams) {
    auto then = of(stream);
    if (!then) return then.error();
    const auto kept = outcome(stream);
    if (!kept) return kept.error();
    made.moved.push_back(
        {copy_of(*kept ? (*kept)->at_end_of(made.kept) : nullptr), std::move(*then)});
  }
  return &difference_.emplace(std::move(made));
}

}  // namespace projections::measures
