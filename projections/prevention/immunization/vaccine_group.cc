#include "projections/prevention/immunization/vaccine_group.h"

#include <algorithm>

namespace projections::immunization {
namespace {

using Members = std::vector<Member>;
using Date = std::optional<Day>;

bool any_has(const Members& members, SeriesStatus status) {
  return std::any_of(members.begin(), members.end(), [status](const Member& member) {
    return member.series->forecast.status == status;
  });
}

// Table 9-4; of a single antigen it is that antigen's (SINGLEANTVG-1).
SeriesStatus joined_status(const Members& members) {
  for (const auto status : {SeriesStatus::contraindicated, SeriesStatus::aged_out,
                            SeriesStatus::not_recommended, SeriesStatus::not_complete}) {
    if (any_has(members, status)) return status;
  }
  return any_has(members, SeriesStatus::complete) ? SeriesStatus::complete : SeriesStatus::immune;
}

Date earliest_of(const Members& members, Date Forecast::*date) {
  Date found;
  for (const auto& member : members) {
    const auto& other = member.series->forecast.*date;
    if (other && (!found || *other < *found)) found = other;
  }
  return found;
}

Date latest_of(const Members& members, Date Forecast::*date) {
  Date found;
  for (const auto& member : members) found = std::max(found, member.series->forecast.*date);
  return found;
}

Date last_dose(const Members& members, const History& history) {
  Date found;
  for (const auto& member : members) {
    const auto& doses = member.antigen->doses;
    if (!doses.empty()) found = std::max(found, Date(history.doses[doses.back()].date));
  }
  return found;
}

// MULTIANTVG-1 and SINGLEANTVG-2.
Date joined_earliest(const VaccineGroup& group, const Members& members, const History& history) {
  if (group.antigens.size() == 1) return earliest_of(members, &Forecast::earliest);
  const bool priority = std::any_of(members.begin(), members.end(), [](const Member& member) {
    return member.series->forecast.overrides;
  });
  if (!priority) return latest_of(members, &Forecast::earliest);
  const auto earliest = earliest_of(members, &Forecast::earliest);
  return earliest ? std::max(earliest, last_dose(members, history)) : earliest;
}

// FORECASTVG-2 to -4.
void join_dates(const VaccineGroup& group, const Members& members, const History& history,
                GroupAnswer& answer) {
  answer.earliest = joined_earliest(group, members, history);
  answer.recommended = std::max(earliest_of(members, &Forecast::recommended), answer.earliest);
  answer.past_due = earliest_of(members, &Forecast::past_due);
  if (answer.past_due) answer.past_due = std::max(answer.past_due, answer.earliest);
  answer.latest = earliest_of(members, &Forecast::latest);
}

void add_vaccines(const std::vector<Cvx>& from, std::vector<Cvx>& to) {
  for (const auto cvx : from) {
    if (std::find(to.begin(), to.end(), cvx) == to.end()) to.push_back(cvx);
  }
}

// Where the group need not be given as a whole, a contraindication of one antigen (pertussis)
// leaves the others to be given. Table 9-4 alone would make the whole group contraindicated;
// the data speaks against it (it bars the vaccines with pertussis from the series of
// diphtheria and tetanus, one by one), and so does CDC's own case 2016-UC-0003.
Members those_that_decide(const VaccineGroup& group, const Members& all) {
  if (group.administer_full_group) return all;
  Members kept;
  for (const auto& member : all) {
    if (member.series->forecast.status != SeriesStatus::contraindicated) kept.push_back(member);
  }
  return kept.empty() ? all : kept;
}

// FORECASTDN-2.
void join_dose_number(const VaccineGroup& group, int number, GroupAnswer& answer) {
  if (answer.dose_number == 0) {
    answer.dose_number = number;
  } else {
    answer.dose_number = group.administer_full_group ? std::min(answer.dose_number, number)
                                                     : std::max(answer.dose_number, number);
  }
}

}  // namespace

GroupAnswer join(const VaccineGroup& group, const std::vector<Member>& all,
                 const History& history) {
  const auto members = those_that_decide(group, all);
  GroupAnswer answer;
  answer.group = group.name;
  answer.status = joined_status(members);
  answer.series_group = members.front().series->series().group_name;
  answer.at_risk = members.front().series->series().type == SeriesType::risk;
  for (const auto& [antigen, series] : members) {
    answer.series.push_back(series->series().name);
    const auto& reason = series->forecast.reason;
    if (std::find(answer.reasons.begin(), answer.reasons.end(), reason) == answer.reasons.end())
      answer.reasons.push_back(reason);
    if (series->forecast.status != SeriesStatus::not_complete) continue;
    answer.antigens.push_back(antigen->antigen->name);
    answer.shared_decision |= series->series().shared_decision;
    join_dose_number(group, series->forecast.dose_number, answer);
    add_vaccines(series->forecast.vaccines, answer.vaccines);
    add_vaccines(series->forecast.usable_vaccines, answer.usable_vaccines);
    if (!series->forecast.missing.empty()) answer.missing.push_back(series->forecast.missing);
  }
  if (answer.status == SeriesStatus::not_complete) join_dates(group, members, history, answer);
  return answer;
}

}  // namespace projections::immunization
