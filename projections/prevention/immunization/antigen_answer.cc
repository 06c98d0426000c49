#include "projections/prevention/immunization/antigen_answer.h"

#include <algorithm>
#include <set>

#include "projections/prevention/immunization/evaluation.h"

namespace projections::immunization {
namespace {

bool asks_for_complete_series(const Series& series) {
  for (const auto& dose : series.doses) {
    for (const auto& skip : dose.skips) {
      for (const auto& set : skip.sets) {
        for (const auto& condition : set.conditions) {
          if (condition.kind == ConditionKind::completed_series) return true;
        }
      }
    }
  }
  return false;
}

// For one whose sex is not known, some series group has no series but ones that ask for it.
bool needs_sex(const Antigen& antigen) {
  std::set<int> open, closed;
  for (const auto& series : antigen.series) {
    if (series.type != SeriesType::standard) continue;
    const auto& sexes = series.required_sexes;
    const bool for_unknown =
        sexes.empty() || std::find(sexes.begin(), sexes.end(), Sex::unknown) != sexes.end();
    (for_unknown ? open : closed).insert(series.group);
  }
  return std::any_of(closed.begin(), closed.end(),
                     [&open](int group) { return !open.contains(group); });
}

}  // namespace

AntigenAnswer answer_antigen(std::size_t antigen_index, const Schedule& schedule,
                             const Patient& patient, Day birth, const History& history,
                             const Moment& moment) {
  const auto& antigen = schedule.antigens[antigen_index];
  AntigenAnswer answer;
  answer.antigen = &antigen;
  answer.doses = doses_of(antigen_index, history, schedule, birth);
  answer.sex_missing = patient.sex == Sex::unknown && needs_sex(antigen);
  answer.immunity = immunity_of(antigen, patient, birth, history);
  answer.contraindications = contraindications_of(antigen, birth, history, moment);

  std::vector<int> completed;
  // Those that ask whether another is complete come after the others.
  for (const bool asking : {false, true}) {
    const Facts facts{schedule, patient, birth, history, answer.doses, completed};
    std::vector<int> complete_now;
    for (const auto& series : antigen.series) {
      if (asks_for_complete_series(series) != asking) continue;
      auto relevance = relevance_of(series, patient, birth, history, moment);
      if (!relevance.relevant) continue;
      auto progress = evaluate(series, facts);
      auto next = forecast(progress, facts, answer.immunity, answer.contraindications, moment);
      if (next.status == SeriesStatus::complete) complete_now.push_back(series.group);
      answer.series.push_back({std::move(progress), std::move(next), std::move(relevance), false});
    }
    completed = std::move(complete_now);
  }
  select_best(answer.series, {schedule, patient, birth, history, answer.doses, {}});
  return answer;
}

}  // namespace projections::immunization
