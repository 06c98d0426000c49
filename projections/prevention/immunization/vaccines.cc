#include "projections/prevention/immunization/vaccines.h"

#include <algorithm>

namespace projections::immunization {
namespace {

std::span<const VaccineConflict> conflicts_of(Cvx current, const Schedule& schedule) {
  struct ByCurrent {
    bool operator()(const VaccineConflict& a, Cvx b) const { return a.current < b; }
    bool operator()(Cvx a, const VaccineConflict& b) const { return a < b.current; }
  };
  const auto [first, last] =
      std::equal_range(schedule.conflicts.begin(), schedule.conflicts.end(), current, ByCurrent{});
  return {first, last};
}

// A trade name that is not recorded can be told from its maker.
bool is_trade_name(const PreferableVaccine& vaccine, const Dose& dose) {
  if (vaccine.trade_name.empty()) return true;
  if (!dose.trade_name.empty()) return dose.trade_name == vaccine.trade_name;
  return !vaccine.manufacturer.empty() && dose.manufacturer == vaccine.manufacturer;
}

// CALCDTCONFLICT-2: of another antigen, a dose has no status here.
bool found_not_valid(std::size_t place, const Facts& facts, const SeriesProgress& progress) {
  const auto at = std::lower_bound(facts.doses.begin(), facts.doses.end(), place);
  if (at == facts.doses.end() || *at != place) return false;
  const auto index = static_cast<std::size_t>(at - facts.doses.begin());
  return index < progress.evaluations.size() &&
         progress.evaluations[index].status != DoseStatus::valid;
}

}  // namespace

bool is_right_vaccine(const SeriesDose& rules, std::size_t place, const Facts& facts,
                      std::vector<DoseReason>& reasons) {
  const auto& given = facts.history.doses[place];
  const auto& dose = facts.patient.doses[given.index];
  const Moment day(given.date);
  bool at_wrong_age = false;
  for (const auto& vaccine : rules.preferable) {
    if (vaccine.cvx != given.cvx || !is_trade_name(vaccine, dose)) continue;
    if (!day.within(vaccine.ages, facts.birth)) {
      at_wrong_age = true;
      continue;
    }
    if (dose.volume_ml && vaccine.volume_ml && *dose.volume_ml < *vaccine.volume_ml)
      reasons.push_back(DoseReason::less_than_recommended_volume);
    return true;
  }
  for (const auto& vaccine : rules.allowable) {
    if (vaccine.cvx != given.cvx) continue;
    if (day.within(vaccine.ages, facts.birth)) return true;
    at_wrong_age = true;
  }
  reasons.push_back(at_wrong_age ? DoseReason::vaccine_at_wrong_age
                                 : DoseReason::vaccine_not_allowed);
  return false;
}

bool is_in_conflict(std::size_t place, const Facts& facts, const SeriesProgress& progress) {
  const auto& current = facts.history.doses[place];
  const auto conflicts = conflicts_of(current.cvx, facts.schedule);
  if (conflicts.empty()) return false;
  for (std::size_t before = 0; before < place; ++before) {
    const auto& previous = facts.history.doses[before];
    for (const auto& conflict : conflicts) {
      if (conflict.previous != previous.cvx) continue;
      const auto& end =
          found_not_valid(before, facts, progress) ? conflict.end : conflict.minimum_end;
      if (previous.date + conflict.begin <= current.date && current.date < previous.date + end)
        return true;
    }
  }
  return false;
}

std::optional<Day> conflict_end(const SeriesDose& rules, const Facts& facts) {
  std::optional<Day> first_free;
  for (const auto& vaccine : rules.preferable) {
    std::optional<Day> end;
    for (const auto& conflict : conflicts_of(vaccine.cvx, facts.schedule)) {
      for (const auto& dose : facts.history.doses) {
        if (dose.cvx == conflict.previous)
          end = std::max(end, std::optional(dose.date + conflict.end));
      }
    }
    if (!end) return std::nullopt;
    first_free = first_free ? std::min(*first_free, *end) : *end;
  }
  return first_free;
}

}  // namespace projections::immunization
