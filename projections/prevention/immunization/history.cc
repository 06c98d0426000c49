#include "projections/prevention/immunization/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace projections::immunization {
namespace {

void add_dose(const Schedule& schedule, std::size_t index, const Dose& dose, Day birth,
              const Moment& moment, History& history) {
  const auto cvx = parse_cvx(dose.cvx);
  if (!cvx || !schedule.vaccine(*cvx)) {
    history.unusable.push_back({index,
                                fmt::format("CVX \"{}\" is not a vaccine of {} {}", dose.cvx,
                                            schedule.issuer, schedule.version),
                                false,
                                {},
                                {}});
    return;
  }
  const auto undated = [&](std::string reason) {
    history.unusable.push_back({index, std::move(reason), true, *cvx, dose.given});
  };
  if (!dose.given) return undated("the date given is not recorded");
  const auto first = dose.given->first;
  if (!moment.reached(first)) {
    history.unusable.push_back({index,
                                fmt::format("given on {}, after the day asked for", to_text(first)),
                                false,
                                {},
                                {}});
  } else if (!dose.given->exact()) {
    undated(fmt::format("the date given is not known to the day ({} to {})", to_text(first),
                        to_text(dose.given->last)));
  } else if (first < birth) {
    undated(fmt::format("given on {}, before birth", to_text(first)));
  } else {
    history.doses.push_back({index, *cvx, first});
  }
}

std::span<const CodedValue> values_of(const Schedule& schedule, const Observation& observation) {
  const auto key = std::tie(observation.system, observation.code);
  const auto& values = schedule.coded_values;
  const auto first = std::lower_bound(values.begin(), values.end(), key,
                                      [](const CodedValue& value, const auto& wanted) {
                                        return std::tie(value.system, value.code) < wanted;
                                      });
  auto last = first;
  while (last != values.end() && std::tie(last->system, last->code) == key) ++last;
  return {first, last};
}

// A code of PHIN VS says what happened, the vaccine to which: "allergy to previous dose of
// this vaccine" stands in the schedule once for each antigen.
bool needs_vaccine(const Schedule& schedule, std::span<const CodedValue> values) {
  return std::any_of(values.begin(), values.end(), [&](const CodedValue& value) {
    return value.system == CodeSystem::phin_vs &&
           !schedule.observation(value.observation)->vaccines.empty();
  });
}

void add_observation(const Schedule& schedule, std::size_t index, const Observation& observation,
                     const Moment& moment, History& history) {
  if (observation.began && !moment.reached(observation.began->first)) return;
  if (observation.ended && moment.reached(observation.ended->first)) return;
  std::optional<Day> began;
  if (observation.began && observation.began->exact()) began = observation.began->first;
  if (observation.system == CodeSystem::schedule) {
    const auto number = parse_cvx(observation.code);
    const ObservationCode code{static_cast<std::uint16_t>(number.value_or(Cvx{}))};
    if (schedule.observation(code)) history.observations.push_back({code, index, began});
    return;
  }
  const auto values = values_of(schedule, observation);
  const bool by_vaccine = needs_vaccine(schedule, values);
  if (by_vaccine && !observation.vaccine) {
    history.unresolved.push_back({index, "a reaction that does not say to which vaccine"});
    return;
  }
  for (const auto& value : values) {
    const auto& vaccines = schedule.observation(value.observation)->vaccines;
    if (by_vaccine && !std::binary_search(vaccines.begin(), vaccines.end(), *observation.vaccine))
      continue;
    history.observations.push_back({value.observation, index, began});
  }
}

}  // namespace

CodeSystem code_system_of(std::string_view system) {
  if (system == "http://snomed.info/sct") return CodeSystem::snomed;
  if (system == "http://hl7.org/fhir/sid/cvx") return CodeSystem::cvx;
  if (system == "urn:oid:2.16.840.1.114222.4.5.274") return CodeSystem::phin_vs;
  if (system == "https://www.cdc.gov/vaccines/programs/iis/cdsi.html") return CodeSystem::schedule;
  return CodeSystem::other;
}

std::span<const ActiveObservation> History::active(ObservationCode code) const {
  const auto first = std::lower_bound(
      observations.begin(), observations.end(), code,
      [](const ActiveObservation& row, ObservationCode wanted) { return row.code < wanted; });
  auto last = first;
  while (last != observations.end() && last->code == code) ++last;
  return {first, last};
}

History read_history(const Schedule& schedule, const Patient& patient, Day birth,
                     const Moment& moment) {
  History history;
  for (std::size_t i = 0; i < patient.doses.size(); ++i)
    add_dose(schedule, i, patient.doses[i], birth, moment, history);
  for (std::size_t i = 0; i < patient.observations.size(); ++i)
    add_observation(schedule, i, patient.observations[i], moment, history);
  std::stable_sort(history.doses.begin(), history.doses.end(),
                   [](const auto& a, const auto& b) { return a.date < b.date; });
  std::stable_sort(history.observations.begin(), history.observations.end(),
                   [](const auto& a, const auto& b) {
                     return a.code != b.code ? a.code < b.code : a.began > b.began;
                   });
  return history;
}

std::vector<std::size_t> doses_of(std::size_t antigen, const History& history,
                                  const Schedule& schedule, Day birth) {
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < history.doses.size(); ++place) {
    const auto& dose = history.doses[place];
    const Moment given(dose.date);
    for (const auto& [held, ages] : schedule.vaccine(dose.cvx)->associations) {
      if (held == antigen && given.within(ages, birth)) {
        places.push_back(place);
        break;
      }
    }
  }
  return places;
}

}  // namespace projections::immunization
