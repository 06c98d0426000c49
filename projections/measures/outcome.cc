#include "projections/measures/outcome.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/row_codec.h"

namespace projections::measures {
namespace {

void write_standing(const Standing& standing, RowWriter& row) {
  row.signed_varint(standing.month)
      .u8(static_cast<std::uint8_t>(standing.state))
      .bytes(standing.error)
      .varint(standing.messages)
      .varint(standing.groups.size());
  for (const auto& group : standing.groups) {
    row.varint(group.size());
    for (const auto& [population, count] : group) row.bytes(population).varint(count);
  }
  row.varint(standing.details.size());
  for (const auto& detail : standing.details) write_detail(detail, row);
  row.varint(standing.strata.size());
  for (const auto& [dimension, value] : standing.strata)
    row.u8(static_cast<std::uint8_t>(dimension)).bytes(value);
}

Standing read_standing(RowReader& row) {
  Standing standing;
  standing.month = static_cast<Month>(row.signed_varint());
  standing.state = static_cast<State>(row.u8());
  standing.error = row.bytes();
  standing.messages = row.varint();
  for (auto left = row.varint(); left > 0 && row.ok(); --left) {
    auto& group = standing.groups.emplace_back();
    for (auto more = row.varint(); more > 0 && row.ok(); --more) {
      const std::string population(row.bytes());
      group[population] = row.varint();
    }
  }
  for (auto left = row.varint(); left > 0 && row.ok(); --left)
    standing.details.push_back(read_detail(row));
  for (auto left = row.varint(); left > 0 && row.ok(); --left) {
    const auto dimension = static_cast<Dimension>(row.u8());
    standing.strata.push_back({dimension, std::string(row.bytes())});
  }
  return standing;
}

}  // namespace

bool Standing::same_as(const Standing& other) const {
  return state == other.state && error == other.error && messages == other.messages &&
         groups == other.groups && details == other.details && strata == other.strata;
}

const Standing* Outcome::at_end_of(Month month) const {
  const auto later = std::find_if(standings.begin(), standings.end(),
                                  [&](const Standing& one) { return one.month > month; });
  return later == standings.begin() ? nullptr : &*std::prev(later);
}

void Outcome::take(Standing standing) {
  if (!standings.empty() && standings.back().month == standing.month) standings.pop_back();
  const auto* before = now();
  const bool differs = before ? !before->same_as(standing) : standing.state != State::absent;
  if (differs) standings.push_back(std::move(standing));
}

std::string encode(const Outcome& outcome) {
  RowWriter row;
  row.signed_varint(outcome.offset.value).bytes(outcome.patient).varint(outcome.standings.size());
  for (const auto& standing : outcome.standings) write_standing(standing, row);
  return std::move(row).row();
}

Result<Outcome> decode_outcome(std::string_view bytes) {
  RowReader row(bytes);
  Outcome outcome;
  outcome.offset = {row.signed_varint()};
  outcome.patient = row.bytes();
  for (auto left = row.varint(); left > 0 && row.ok(); --left)
    outcome.standings.push_back(read_standing(row));
  if (!row.done()) return events::corrupt("an outcome of a measure cannot be read");
  return outcome;
}

std::vector<Contribution> contributions(const Standing& standing) {
  std::vector<Contribution> all;
  if (standing.state == State::absent) return all;
  for (const auto& stratum : standing.strata) {
    for (std::size_t i = 0; i < standing.groups.size(); ++i) {
      const auto group = static_cast<std::uint8_t>(i);
      all.push_back({group, stratum, "patients", 1});
      if (standing.state == State::failed) all.push_back({group, stratum, "failed", 1});
      for (const auto& [population, count] : standing.groups[i])
        all.push_back({group, stratum, population, count});
    }
  }
  return all;
}

std::string populations_text(const Standing* standing, std::size_t group) {
  if (standing == nullptr || standing->state == State::absent) return {};
  if (standing->state == State::failed) return "failed";
  std::string text;
  if (group >= standing->groups.size()) return text;
  for (const auto& [population, count] : standing->groups[group]) {
    if (!text.empty()) text += ' ';
    text += count > 1 ? fmt::format("{}×{}", population, count) : population;
  }
  return text;
}

}  // namespace projections::measures
