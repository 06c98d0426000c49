#include "projections/prevention/prevention.h"

#include <algorithm>

#include "projections/prevention/immunization/moment.h"

namespace projections {
namespace {

using immunization::Day;
using immunization::Moment;
using immunization::Standing;
using immunization::to_text;

// Whether the vaccine is one of the group's.
bool is_of(const immunization::Schedule& schedule, immunization::Cvx vaccine,
           std::string_view group) {
  const auto* type = schedule.vaccine(vaccine);
  if (type == nullptr) return false;
  const auto found = std::find_if(schedule.groups.begin(), schedule.groups.end(),
                                  [&](const auto& one) { return one.name == group; });
  if (found == schedule.groups.end()) return false;
  return std::any_of(type->associations.begin(), type->associations.end(), [&](const auto& one) {
    const auto& antigens = found->antigens;
    return std::find(antigens.begin(), antigens.end(), one.antigen) != antigens.end();
  });
}

bool is_open(Standing standing) {
  return standing == Standing::due || standing == Standing::due_soon ||
         standing == Standing::overdue;
}

class GroupReading {
 public:
  GroupReading(const PreventionRules& rules, const PreventionFacts& facts, Day on)
      : rules_(rules), facts_(facts), moment_(on) {}

  VaccineAnswer read(immunization::GroupAnswer group) const {
    VaccineAnswer answer;
    answer.state = to_string(group.standing);
    answer.rests_on = group.doses;
    answer.rests_on.insert(answer.rests_on.end(), group.observations.begin(),
                           group.observations.end());
    answer.group = std::move(group);
    if (!is_dead(answer) && is_open(answer.group.standing)) refuse(answer);
    answer.changes_on = answer.group.changes_on;
    if (const auto day = moment_.changes_on()) {
      answer.changes_on = answer.changes_on ? std::min(*answer.changes_on, *day) : *day;
    }
    return answer;
  }

 private:
  bool is_dead(VaccineAnswer& answer) const {
    const auto& patient = facts_.screenings;
    if (!patient.deceased || (patient.died && !moment_.reached(patient.died->first))) return false;
    answer.state = to_string(Standing::not_applicable);
    answer.group.reasons = {"deceased"};
    answer.group.missing.clear();
    answer.group.earliest = answer.group.recommended = answer.group.past_due = answer.group.latest =
        answer.group.changes_on = std::nullopt;
    answer.rests_on = {patient.id};
    return true;
  }

  void refuse(VaccineAnswer& answer) const {
    const VaccineRefusal* newest = nullptr;
    for (const auto& refusal : facts_.refusals) {
      if (!is_of(rules_.schedule, refusal.vaccine, answer.group.group)) continue;
      if (!moment_.reached(refusal.on.first) || is_past(refusal, answer)) continue;
      if (newest == nullptr || newest->on.first < refusal.on.first) newest = &refusal;
    }
    const auto stands = screening::Options{}.asked_again;
    if (newest == nullptr || moment_.reached(newest->on.first + stands)) return;
    answer.state =
        to_string(newest->medical ? screening::State::contraindicated : screening::State::declined);
    answer.rests_on.push_back(newest->id);
    if (!newest->medical) answer.declined_on = newest->on;
    answer.group.reasons.push_back(
        (newest->medical ? "medical reason against it on " : "declined ") +
        to_text(newest->on.first));
  }

  // A dose of the group was given after it.
  bool is_past(const VaccineRefusal& refusal, const VaccineAnswer& answer) const {
    const auto& doses = facts_.immunizations.doses;
    return std::any_of(doses.begin(), doses.end(), [&](const immunization::Dose& dose) {
      const auto cvx = immunization::parse_cvx(dose.cvx);
      return cvx && dose.given && dose.given->first >= refusal.on.first &&
             is_of(rules_.schedule, *cvx, answer.group.group) && moment_.reached(dose.given->first);
    });
  }

  const PreventionRules& rules_;
  const PreventionFacts& facts_;
  const Moment moment_;
};

}  // namespace

Prevention assess_prevention(const PreventionRules& rules, const PreventionFacts& facts, Day on) {
  auto assessment = immunization::assess(rules.schedule, facts.immunizations, on);
  Prevention all;
  all.issuer = std::move(assessment.issuer);
  all.version = std::move(assessment.version);
  all.as_of = on;
  for (auto& group : assessment.groups) {
    all.vaccines.push_back(GroupReading(rules, facts, on).read(std::move(group)));
  }
  all.set_aside = std::move(assessment.set_aside);
  all.screenings = screening::assess(rules.screenings, facts.screenings, on);
  return all;
}

}  // namespace projections
