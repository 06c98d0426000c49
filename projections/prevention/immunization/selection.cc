#include "projections/prevention/immunization/selection.h"

#include <algorithm>
#include <map>

#include "projections/prevention/immunization/scoring.h"

namespace projections::immunization {
namespace {

using Group = std::vector<PatientSeries*>;  // the relevant series of one series group

bool is_series_contraindicated(const PatientSeries* series) {
  return series->forecast.status == SeriesStatus::contraindicated;
}

std::optional<Day> first_valid_dose(const PatientSeries& series, const Facts& facts) {
  const auto& evaluations = series.progress.evaluations;
  for (std::size_t i = 0; i < evaluations.size(); ++i) {
    if (evaluations[i].status == DoseStatus::valid) return facts.history.doses[facts.doses[i]].date;
  }
  return std::nullopt;
}

// SELECTSCORE-2 for a series of type Standard.
bool is_scorable_standard(const PatientSeries& series, const Group& group, const Facts& facts) {
  if (const auto first = first_valid_dose(series, facts)) {
    const auto& maximum = series.series().maximum_age_to_start;
    return !maximum || *first < facts.birth + *maximum;
  }
  return std::none_of(group.begin(), group.end(), [](const auto* other) {
    return other->series().is_default || valid_doses(*other) > 0;
  });
}

// SELECTB-24 and SELECTSCORE-2.
bool is_scorable(const PatientSeries& series, const Group& group, const Facts& facts) {
  const auto type = series.series().type;
  if (type == SeriesType::evaluation_only) return is_complete(series);
  const bool candidate = !is_series_contraindicated(&series) ||
                         std::all_of(group.begin(), group.end(), is_series_contraindicated);
  if (!candidate) return false;
  if (type == SeriesType::standard) return is_scorable_standard(series, group, facts);
  return std::all_of(group.begin(), group.end(), [&](const auto* other) {
    return series.series().priority <= other->series().priority;
  });
}

// Table 8-3, else 8.3 to 8.7. Nothing if no series of the group can be had.
PatientSeries* prioritized(const Group& group, const Facts& facts) {
  Candidates scorable;
  for (auto* series : group) {
    if (is_scorable(*series, group, facts)) scorable.push_back(series);
  }
  const auto default_at = std::find_if(
      group.begin(), group.end(), [](const auto* series) { return series->series().is_default; });
  auto* by_default = default_at == group.end() ? nullptr : *default_at;
  if (scorable.empty()) return by_default;
  const auto only = [&](bool (*holds)(const PatientSeries&)) {
    PatientSeries* found = nullptr;
    int count = 0;
    for (auto* series : scorable) {
      if (!holds(*series)) continue;
      found = series;
      ++count;
    }
    return std::pair(count, found);
  };
  const auto [complete, one_complete] = only(is_complete);
  const auto [in_process, one_in_process] = only(is_in_process);
  if (scorable.size() == 1) return scorable.front();
  if (complete == 1) return one_complete;
  if (complete == 0 && in_process == 1) return one_in_process;
  if (complete == 0 && in_process == 0 && by_default) return by_default;
  return &highest_scored(scorable, facts);
}

// Table 8-14. `others` are the prioritized series of all groups.
bool is_best(const PatientSeries& series, const std::map<int, PatientSeries*>& others) {
  if (is_complete(series)) return true;
  if (series.series().type == SeriesType::evaluation_only) return false;
  for (const int group : series.series().equivalent_groups) {
    const auto other = others.find(group);
    if (other == others.end()) continue;
    if (is_complete(*other->second)) return false;
    if (series.series().type == SeriesType::standard &&
        other->second->series().type == SeriesType::risk)
      return false;
  }
  return true;
}

}  // namespace

void select_best(std::vector<PatientSeries>& all, const Facts& facts) {
  std::map<int, Group> groups;
  for (auto& series : all) groups[series.series().group].push_back(&series);
  std::map<int, PatientSeries*> chosen;
  for (const auto& [number, group] : groups) {
    if (auto* series = prioritized(group, facts)) chosen[number] = series;
  }
  for (const auto& [number, series] : chosen) series->best = is_best(*series, chosen);
}

}  // namespace projections::immunization
