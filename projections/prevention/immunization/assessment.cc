#include "projections/prevention/immunization/assessment.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "projections/prevention/immunization/doubt.h"
#include "projections/prevention/immunization/vaccine_group.h"

namespace projections::immunization {
namespace {

constexpr std::chrono::days one_day{1};

void take_earlier(std::optional<Day>& date, std::optional<Day> other) {
  if (other && (!date || *other < *date)) date = other;
}

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

std::optional<std::string> missing_birth(const Patient& patient) {
  if (!patient.birth) return "date of birth";
  if (patient.birth->exact()) return std::nullopt;
  return fmt::format("day of birth (recorded: {} to {})", to_text(patient.birth->first),
                     to_text(patient.birth->last));
}

Standing standing_of(const GroupAnswer& answer, const Moment& moment, const Options& options) {
  if (!answer.missing.empty()) return Standing::cannot_decide;
  switch (answer.status) {
    case SeriesStatus::complete:
    case SeriesStatus::immune:
      return Standing::satisfied;
    case SeriesStatus::contraindicated:
      return Standing::contraindicated;
    case SeriesStatus::aged_out:
    case SeriesStatus::not_recommended:
      return Standing::not_applicable;
    case SeriesStatus::not_complete:
      break;
  }
  if (!answer.recommended) return Standing::due;  // the schedule names no day to wait for
  if (!moment.reached(*answer.recommended - options.due_soon)) return Standing::not_yet_due;
  if (!moment.reached(*answer.recommended)) return Standing::due_soon;
  if (answer.past_due && moment.reached(*answer.past_due + one_day)) return Standing::overdue;
  return Standing::due;
}

// Answers one group after another; all that is asked of it outlives it.
class Assessor {
 public:
  Assessor(const Schedule& schedule, const Patient& patient, Day as_of, const Options& options)
      : schedule_(schedule),
        patient_(patient),
        as_of_(as_of),
        options_(options),
        history_moment_(as_of),
        history_(read_history(schedule, patient, patient.birth->first, history_moment_)) {}

  void answer(const VaccineGroup& group, Assessment& assessment) const {
    const Moment moment(as_of_);
    std::vector<AntigenAnswer> antigens;
    for (const auto antigen : group.antigens) {
      antigens.push_back(
          answer_antigen(antigen, schedule_, patient_, patient_.birth->first, history_, moment));
    }
    const auto first = assessment.groups.size();
    for (const auto& [key, members] : members_of(group, antigens)) {
      assessment.groups.push_back(join(group, members, history_));
      for (const auto& member : members) add_doses(member, assessment);
    }
    if (assessment.groups.size() == first) assessment.groups.push_back(not_for(group));
    for (auto i = first; i < assessment.groups.size(); ++i)
      finish(group, antigens, moment, assessment.groups[i]);
    // Read last: asking for the standing moves it.
    for (auto i = first; i < assessment.groups.size(); ++i) {
      assessment.groups[i].changes_on = moment.changes_on();
      take_earlier(assessment.groups[i].changes_on, history_moment_.changes_on());
    }
  }

  void add_set_aside(Assessment& assessment) const {
    for (const auto& dose : history_.unusable)
      assessment.set_aside.push_back({patient_.doses[dose.index].id, dose.reason});
    for (const auto& dose : history_.doses) {
      const auto& id = patient_.doses[dose.index].id;
      if (std::none_of(assessment.doses.begin(), assessment.doses.end(),
                       [&id](const DoseAnswer& answer) { return answer.id == id; }))
        assessment.set_aside.push_back(
            {id, "no series of the schedule judges it for this patient"});
    }
    for (const auto& unresolved : history_.unresolved)
      assessment.set_aside.push_back(
          {patient_.observations[unresolved.index].id, unresolved.reason});
  }

 private:
  // Standard series are joined with standard ones, risk with risk; of a single antigen each
  // series group has its own answer.
  static std::map<int, std::vector<Member>> members_of(const VaccineGroup& group,
                                                       const std::vector<AntigenAnswer>& antigens) {
    std::map<int, std::vector<Member>> members;
    for (const auto& antigen : antigens) {
      for (const auto& series : antigen.series) {
        if (!series.best) continue;
        const int key = group.antigens.size() == 1 ? series.series().group
                                                   : int{series.series().type == SeriesType::risk};
        members[key].push_back({&antigen, &series});
      }
    }
    return members;
  }

  static GroupAnswer not_for(const VaccineGroup& group) {
    GroupAnswer answer;
    answer.group = group.name;
    answer.reasons.emplace_back("no series of the schedule is for this patient");
    return answer;
  }

  void add_doses(const Member& member, Assessment& assessment) const {
    const auto& evaluations = member.series->progress.evaluations;
    for (std::size_t i = 0; i < evaluations.size(); ++i) {
      const auto& dose = history_.doses[member.antigen->doses[i]];
      assessment.doses.push_back({patient_.doses[dose.index].id, member.antigen->antigen->name,
                                  member.series->series().name, evaluations[i]});
    }
  }

  void finish(const VaccineGroup& group, const std::vector<AntigenAnswer>& antigens,
              const Moment& moment, GroupAnswer& answer) const {
    for (const auto& antigen : antigens) add_facts(antigen, answer);
    for (const auto& dose : history_.unusable) {
      if (!leaves_open(dose, group, antigens, schedule_, history_, moment)) continue;
      const auto& id = patient_.doses[dose.index].id;
      add_once(answer.missing, fmt::format("dose {}: {}", id, dose.reason));
      add_once(answer.doses, id);
    }
    answer.standing = standing_of(answer, moment, options_);
  }

  // What of an antigen made the answer so, or would change it.
  void add_facts(const AntigenAnswer& antigen, GroupAnswer& answer) const {
    if (antigen.sex_missing) add_once(answer.missing, "sex");
    if (answer.status == SeriesStatus::not_complete && !antigen.immunity.missing.empty())
      add_once(answer.missing, antigen.immunity.missing);
    for (const auto place : antigen.doses)
      add_once(answer.doses, patient_.doses[history_.doses[place].index].id);
    add_observations(antigen.immunity.observations, answer);
    add_observations(antigen.contraindications.observations, answer);
    for (const auto& text : antigen.contraindications.texts) add_once(answer.reasons, text);
    for (const auto& text : antigen.contraindications.guidance) add_once(answer.guidance, text);
    for (const auto& series : antigen.series) {
      const bool rests_on = series.best && is_named(series.series().name, answer);
      if (!rests_on) continue;
      add_observations(series.relevance.observations, answer);
      for (const auto& text : series.series().guidance) add_once(answer.guidance, text);
      for (const auto& text : series.relevance.guidance) add_once(answer.guidance, text);
    }
  }

  static bool is_named(const std::string& series, const GroupAnswer& answer) {
    return std::find(answer.series.begin(), answer.series.end(), series) != answer.series.end();
  }

  void add_observations(const std::vector<std::size_t>& indices, GroupAnswer& answer) const {
    for (const auto index : indices) add_once(answer.observations, patient_.observations[index].id);
  }

  const Schedule& schedule_;
  const Patient& patient_;
  const Day as_of_;
  const Options& options_;
  const Moment history_moment_;  // what has not happened yet
  const History history_;
};

}  // namespace

Assessment assess(const Schedule& schedule, const Patient& patient, Day as_of,
                  const Options& options) {
  Assessment assessment{schedule.issuer, schedule.version, as_of, {}, {}, {}, {}};
  if (const auto missing = missing_birth(patient)) {
    for (const auto& group : schedule.groups) {
      GroupAnswer answer;
      answer.group = group.name;
      answer.standing = Standing::cannot_decide;
      answer.missing.push_back(*missing);
      assessment.groups.push_back(std::move(answer));
    }
    return assessment;
  }
  const Assessor assessor(schedule, patient, as_of, options);
  for (const auto& group : schedule.groups) assessor.answer(group, assessment);
  assessor.add_set_aside(assessment);
  for (const auto& group : assessment.groups) take_earlier(assessment.changes_on, group.changes_on);
  return assessment;
}

const char* to_string(Standing standing) {
  switch (standing) {
    case Standing::overdue:
      return "overdue";
    case Standing::due:
      return "due";
    case Standing::due_soon:
      return "due soon";
    case Standing::not_yet_due:
      return "not yet due";
    case Standing::satisfied:
      return "satisfied";
    case Standing::contraindicated:
      return "contraindicated";
    case Standing::not_applicable:
      return "not applicable";
    case Standing::cannot_decide:
      return "cannot decide";
  }
  return "";
}

}  // namespace projections::immunization
