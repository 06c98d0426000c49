#include "projections/prevention/immunization/scoring.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "projections/prevention/immunization/intervals.h"

namespace projections::immunization {
namespace {

using Points = std::vector<int>;
using Holds = std::function<bool(const PatientSeries&)>;

// "n/a" where it holds for several: each gets the points.
void award(const Candidates& candidates, const Holds& holds, int points, Points& scores) {
  for (std::size_t i = 0; i < candidates.size(); ++i)
    scores[i] += holds(*candidates[i]) ? points : -points;
}

// Nothing where it holds for several.
void award_to_one(const Candidates& candidates, const Holds& holds, int points, Points& scores) {
  const auto holding = std::count_if(candidates.begin(), candidates.end(),
                                     [&](const auto* series) { return holds(*series); });
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!holds(*candidates[i])) {
      scores[i] -= points;
    } else if (holding == 1) {
      scores[i] += points;
    }
  }
}

// SELECTB-2.
bool all_valid(const PatientSeries& series) {
  const auto& all = series.progress.evaluations;
  return std::all_of(all.begin(), all.end(), [](const DoseEvaluation& evaluation) {
    return evaluation.status == DoseStatus::valid;
  });
}

// SELECTB-12: the earliest day plus the longest minimum interval that still comes.
std::optional<Day> finish_date(const PatientSeries& series) {
  const auto& earliest = series.forecast.earliest;
  if (!earliest) return std::nullopt;
  auto finish = *earliest;
  const auto& targets = series.progress.targets;
  for (auto i = series.progress.current + 1; i < targets.size(); ++i) {
    for (const auto& interval : targets[i].rules->intervals) {
      if (interval.minimum) finish = std::max(finish, *earliest + *interval.minimum);
    }
  }
  return finish;
}

// SELECTB-3: no maximum age at its last dose is no limit.
bool is_completable(const PatientSeries& series, Day birth) {
  const auto finish = finish_date(series);
  if (!finish) return false;
  const auto& ages = series.progress.targets.back().rules->ages;
  return std::all_of(ages.begin(), ages.end(), [&](const AgeRule& age) {
    return !age.maximum || *finish < birth + *age.maximum;
  });
}

std::size_t most_valid_doses(const Candidates& candidates) {
  std::size_t most = 0;
  for (const auto* series : candidates) most = std::max(most, valid_doses(*series));
  return most;
}

void score_valid_doses(const Candidates& candidates, int points, Points& scores) {
  const auto most = most_valid_doses(candidates);
  award_to_one(
      candidates, [most](const auto& series) { return valid_doses(series) == most; }, points,
      scores);
}

// Table 8-9.
void score_in_process(const Candidates& candidates, Day birth, Points& scores) {
  award(
      candidates,
      [](const auto& series) { return series.series().product_path && all_valid(series); }, 2,
      scores);
  const auto completable = [birth](const auto& series) { return is_completable(series, birth); };
  award(candidates, completable, 3, scores);
  score_valid_doses(candidates, 2, scores);
  auto fewest = std::numeric_limits<std::size_t>::max();
  std::optional<Day> first;
  for (const auto* series : candidates) {
    fewest = std::min(fewest, series->progress.count(TargetStatus::not_satisfied));
    if (!completable(*series)) continue;
    const auto finish = *finish_date(*series);
    first = first ? std::min(*first, finish) : finish;
  }
  award_to_one(
      candidates,
      [fewest](const auto& series) {
        return series.progress.count(TargetStatus::not_satisfied) == fewest;
      },
      2, scores);
  award_to_one(
      candidates,
      [&](const auto& series) { return completable(series) && finish_date(series) == first; }, 1,
      scores);
}

// Table 8-11.
void score_without_doses(const Candidates& candidates, Day birth, Points& scores) {
  std::optional<Day> first;
  for (const auto* series : candidates) {
    const auto& start = series->forecast.earliest;
    if (start) first = first ? std::min(*first, *start) : *start;
  }
  award_to_one(
      candidates,
      [first](const auto& series) { return first && series.forecast.earliest == first; }, 1,
      scores);
  award(
      candidates, [birth](const auto& series) { return is_completable(series, birth); }, 1, scores);
  award(
      candidates, [](const auto& series) { return series.series().product_path; }, -1, scores);
}

int rank(const PatientSeries& series) {
  const auto preference = series.series().preference;
  return preference == 0 ? std::numeric_limits<int>::max() : preference;
}

Candidates those(const Candidates& candidates, bool (*holds)(const PatientSeries&)) {
  Candidates kept;
  for (auto* series : candidates) {
    if (holds(*series)) kept.push_back(series);
  }
  return kept;
}

// SELECTBEST-2.
PatientSeries& best_of(const Candidates& candidates, const Points& scores) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    if (scores[i] > scores[best] ||
        (scores[i] == scores[best] && rank(*candidates[i]) < rank(*candidates[best])))
      best = i;
  }
  return *candidates[best];
}

}  // namespace

bool is_complete(const PatientSeries& series) {
  return series.forecast.status == SeriesStatus::complete;
}

bool is_in_process(const PatientSeries& series) {
  return series.forecast.status == SeriesStatus::not_complete && valid_doses(series) > 0;
}

std::size_t valid_doses(const PatientSeries& series) {
  return series.progress.count(TargetStatus::satisfied);
}

// Table 8-5 says which are scored and how.
PatientSeries& highest_scored(const Candidates& candidates, const Facts& facts) {
  if (auto complete = those(candidates, is_complete); complete.size() > 1) {
    Points scores(complete.size());
    score_valid_doses(complete, 1, scores);
    return best_of(complete, scores);
  }
  if (auto in_process = those(candidates, is_in_process); in_process.size() > 1) {
    Points scores(in_process.size());
    score_in_process(in_process, facts.birth, scores);
    return best_of(in_process, scores);
  }
  Points scores(candidates.size());
  if (most_valid_doses(candidates) == 0) score_without_doses(candidates, facts.birth, scores);
  return best_of(candidates, scores);
}

}  // namespace projections::immunization
