// A patient's doses and observations put in order for a schedule (logic specification 4.1,
// 4.2): by date, and what cannot be used set aside with the reason, never dropped.
#pragma once

#include <span>

#include "projections/prevention/immunization/moment.h"
#include "projections/prevention/immunization/patient.h"

namespace projections::immunization {

struct HistoryDose {
  std::size_t index = 0;  // in Patient::doses
  Cvx cvx{};
  Day date;
};

struct UnusableDose {
  std::size_t index = 0;
  std::string reason;
  bool undated = false;              // a vaccine of the schedule, but its day is not known
  Cvx cvx{};                         // if undated
  std::optional<RecordedDate> when;  // if undated: one of these days; absent: any
};

struct ActiveObservation {
  ObservationCode code{};
  std::size_t index = 0;     // in Patient::observations
  std::optional<Day> began;  // only if known to the day
};

struct UnresolvedObservation {
  std::size_t index = 0;
  std::string reason;
};

struct History {
  std::vector<HistoryDose> doses;  // by date, then as the caller gave them
  std::vector<UnusableDose> unusable;
  std::vector<ActiveObservation> observations;  // by code, latest first
  std::vector<UnresolvedObservation> unresolved;

  // Those active of that code, the latest first.
  std::span<const ActiveObservation> active(ObservationCode code) const;
};

// As known on the moment's day: later doses and observations are not there yet.
History read_history(const Schedule& schedule, const Patient& patient, Day birth,
                     const Moment& moment);

// Places in History::doses of those that hold the antigen at the age they were given at.
std::vector<std::size_t> doses_of(std::size_t antigen, const History& history,
                                  const Schedule& schedule, Day birth);

}  // namespace projections::immunization
