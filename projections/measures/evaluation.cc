#include "projections/measures/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "events/effect_name.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/record.h"

namespace projections::measures {
namespace {

namespace json = boost::json;
using Entry = PatientRecord::Entry;

constexpr std::size_t causes_max = 8;

Month month_within(const Board& board, const Entry& entry) {
  return std::max(month_of(entry.row.known_time), month_of(board.period.first));
}

// Entries after `after` that can move the measure, by month.
Result<std::map<Month, std::vector<Entry*>>> news(const Board& board, PatientRecord& record,
                                                  std::optional<events::Offset> after) {
  std::map<Month, std::vector<Entry*>> months;
  const auto& relevance = board.package->relevance;
  const auto concerns = [&](Entry* entry) -> Result<bool> {
    if (entry == nullptr) return false;
    const auto document = record.document(*entry);
    if (!document && document.error().code == events::ErrorCode::unavailable)
      return document.error();
    if (!document) return true;  // what stands in it is not known: the patient's standing says so
    return *document != nullptr && relevance.concerns(entry->type, **document);
  };
  for (auto& entry : record.entries()) {
    if (after && entry.row.position.offset <= *after) continue;
    if (!relevance.concerns(entry.type)) continue;
    auto moves = concerns(&entry);
    if (moves && !*moves) moves = concerns(record.before(entry));
    if (!moves) return moves.error();
    if (*moves) months[month_within(board, entry)].push_back(&entry);
  }
  return months;
}

// In every group, with no population of any.
void fail(Standing& standing, const Board& board, const events::Error& error) {
  standing.state = State::failed;
  standing.error = error.message;
  standing.groups.resize(board.package->groups.size());
}

Flip flip_of(const std::vector<Entry*>& entries, const Board& board) {
  Flip flip;
  const auto last = *std::max_element(entries.begin(), entries.end(), [](auto* a, auto* b) {
    return a->row.position < b->row.position;
  });
  flip.position = last->row.position;
  flip.known_time = last->row.known_time;
  flip.restates = flip.known_time >= board.period.last + std::chrono::days(1);
  for (const auto* entry : entries) {
    if (flip.causes.size() == causes_max) break;
    if (entry->row.position != flip.position) continue;
    flip.causes.push_back(fmt::format("{}/{} {}", events::type_name(entry->type), entry->id,
                                      events::effect_name(entry->row.effect)));
  }
  return flip;
}

void add_flips(const Board& board, const Standing* before, const Standing* after,
               const std::vector<Entry*>& entries, std::vector<Flip>& flips) {
  for (std::size_t group = 0; group < board.package->groups.size(); ++group) {
    auto from = populations_text(before, group);
    auto to = populations_text(after, group);
    if (from == to) continue;
    Flip flip = flip_of(entries, board);
    flip.group = static_cast<std::uint8_t>(group);
    flip.from = std::move(from);
    flip.to = std::move(to);
    flips.push_back(std::move(flip));
  }
}

// Of what the measure looks at: the record may be read for other boards too.
std::optional<events::Offset> newest_of(const Board& board, PatientRecord& record) {
  std::optional<events::Offset> newest;
  for (const auto& entry : record.entries()) {
    if (board.package->relevance.concerns(entry.type))
      newest = std::max(newest, std::optional(entry.row.position.offset));
  }
  return newest;
}

bool came_after(PatientRecord& record, events::Offset since) {
  return std::all_of(record.entries().begin(), record.entries().end(),
                     [&](const Entry& entry) { return entry.row.position.offset >= since; });
}

}  // namespace

std::set<events::ResourceType> types_of(std::span<const BoardPointer> boards) {
  std::set<events::ResourceType> types;
  for (const auto& board : boards)
    types.insert(board->package->relevance.types().begin(),
                 board->package->relevance.types().end());
  return types;
}

Counts counts_of(const quality::GroupCount& group, const GroupText& named) {
  Counts counts;
  for (std::size_t i = 0; i < group.populations.size(); ++i) {
    const auto count = group.populations[i].count;
    if (count > 0) counts[named.populations[i]] = count;
  }
  return counts;
}

bool is_counted(std::span<const json::value* const> record) {
  const auto patient = std::find_if(record.begin(), record.end(), [](const json::value* each) {
    return quality::text(each->get_object(), "resourceType") == "Patient";
  });
  if (patient == record.end()) return false;
  const auto* meta = (*patient)->get_object().if_contains("meta");
  if (meta == nullptr || !meta->is_object()) return true;
  const auto labels = quality::objects(meta->get_object(), "security");
  return std::none_of(labels.begin(), labels.end(), [](const json::object* label) {
    return quality::text(*label, "code") == "HTEST";
  });
}

Result<quality::MeasureCounts> count(const Board& board, const quality::Record& record,
                                     quality::Detail detail) {
  try {
    return board.package->measure->evaluate(record, board.period.interval, detail);
  } catch (const std::exception& failure) {
    return events::unprocessable(failure.what());
  }
}

Result<Standing> stand(const Board& board, PatientRecord& record, Month month) {
  Standing standing;
  standing.month = month;
  const auto all = record.as_of(month);
  if (!all && all.error().code == events::ErrorCode::unavailable) return all.error();
  if (!all) {
    fail(standing, board, all.error());
    standing.strata = {{Dimension::all, {}}};
    return standing;
  }
  if (!is_counted(*all)) return standing;
  standing.strata = strata_of(*all, board.period);
  const auto counted = count(board, quality::Record(*all));
  if (!counted) {
    fail(standing, board, counted.error());
    return standing;
  }
  standing.state = State::counted;
  standing.messages = counted->messages.size();
  const auto& definitions = board.package->measure->definition().groups;
  const bool detailed = std::any_of(definitions.begin(), definitions.end(), has_detail);
  for (std::size_t i = 0; i < counted->groups.size(); ++i) {
    standing.groups.push_back(counts_of(counted->groups[i], board.package->groups[i]));
    if (detailed) standing.details.push_back(detail_of(counted->groups[i]));
  }
  return standing;
}

Result<Evaluated> evaluate(const Board& board, PatientRecord& record, const Outcome* before,
                           const std::string& patient, events::Offset since) {
  Evaluated evaluated;
  auto& outcome = evaluated.outcome;
  const auto newest = newest_of(board, record);
  if (before != nullptr) outcome = *before;
  outcome.patient = patient;
  if (!newest || (before != nullptr && before->offset >= *newest)) return evaluated;
  const auto months = news(board, record, before ? std::optional(before->offset) : std::nullopt);
  if (!months) return months.error();
  const bool shows_flips = before != nullptr || came_after(record, since);
  for (const auto& [month, entries] : *months) {
    auto standing = stand(board, record, month);
    if (!standing) return standing.error();
    if (standing->state != State::absent) ++evaluated.evaluations;
    if (standing->state == State::failed) ++evaluated.failures;
    if (shows_flips) add_flips(board, outcome.now(), &*standing, entries, evaluated.flips);
    outcome.take(std::move(*standing));
  }
  outcome.offset = *newest;
  evaluated.changed = true;
  return evaluated;
}

}  // namespace projections::measures
