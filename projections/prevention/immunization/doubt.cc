#include "projections/prevention/immunization/doubt.h"

#include <algorithm>

namespace projections::immunization {
namespace {

bool holds(const VaccineType& vaccine, const VaccineGroup& group) {
  return std::any_of(vaccine.associations.begin(), vaccine.associations.end(),
                     [&group](const Association& association) {
                       return std::find(group.antigens.begin(), group.antigens.end(),
                                        association.antigen) != group.antigens.end();
                     });
}

// How long after a dose of `previous` the vaccine `current` must not be given.
std::optional<Span> conflict_of(Cvx previous, Cvx current, const Schedule& schedule) {
  for (const auto& conflict : schedule.conflicts) {
    if (conflict.previous == previous && conflict.current == current) return conflict.end;
  }
  return std::nullopt;
}

// For the next dose: only if each of its preferable vaccines is kept away.
std::vector<Span> distances_ahead(Cvx previous, const SeriesDose& rules, const Schedule& schedule) {
  std::vector<Span> spans;
  for (const auto& vaccine : rules.preferable) {
    const auto span = conflict_of(previous, vaccine.cvx, schedule);
    if (!span) {
      spans.clear();
      break;
    }
    spans.push_back(*span);
  }
  for (const auto& interval : rules.intervals) {
    const auto& from = interval.vaccines;
    if (!std::binary_search(from.begin(), from.end(), previous)) continue;
    for (const auto& span : {interval.minimum, interval.earliest_recommended}) {
      if (span) spans.push_back(*span);
    }
  }
  return spans;
}

bool next_dose_open(const UnusableDose& dose, const AntigenAnswer& antigen,
                    const Schedule& schedule, const Moment& moment) {
  for (const auto& series : antigen.series) {
    if (!series.best || !series.forecast.rules) continue;
    for (const auto& span : distances_ahead(dose.cvx, *series.forecast.rules, schedule)) {
      if (!dose.when || !moment.reached(dose.when->last + span)) return true;
    }
  }
  return false;
}

bool given_doses_open(const UnusableDose& dose, const AntigenAnswer& antigen,
                      const Schedule& schedule, const History& history) {
  for (const auto place : antigen.doses) {
    const auto& given = history.doses[place];
    const auto span = conflict_of(dose.cvx, given.cvx, schedule);
    if (!span) continue;
    if (!dose.when || (given.date >= dose.when->first && given.date < dose.when->last + *span))
      return true;
  }
  return false;
}

}  // namespace

bool leaves_open(const UnusableDose& dose, const VaccineGroup& group,
                 const std::vector<AntigenAnswer>& antigens, const Schedule& schedule,
                 const History& history, const Moment& moment) {
  if (!dose.undated) return false;
  if (holds(*schedule.vaccine(dose.cvx), group)) return true;
  return std::any_of(antigens.begin(), antigens.end(), [&](const AntigenAnswer& antigen) {
    return given_doses_open(dose, antigen, schedule, history) ||
           next_dose_open(dose, antigen, schedule, moment);
  });
}

}  // namespace projections::immunization
