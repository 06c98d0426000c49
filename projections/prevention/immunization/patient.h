// What is known of a patient, as far as a schedule asks: filled by the caller from the chart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/prevention/immunization/schedule.h"

namespace projections::immunization {

// A vaccine given. Doses not given (status not-done) and entered in error are none.
struct Dose {
  std::string id;   // the caller's; names the dose in answers
  std::string cvx;  // as recorded
  std::optional<RecordedDate> given;
  bool substandard = false;  // dose condition flag: recalled, cold chain broken, part of it lost
  std::optional<Day> lot_expires;
  std::string manufacturer;  // MVX
  std::string trade_name;
  std::optional<double> volume_ml;
};

// A diagnosis, finding, occupation, journey, reaction …
struct Observation {
  std::string id;
  CodeSystem system = CodeSystem::other;
  std::string code;
  std::optional<RecordedDate> began;  // for a pregnancy: its onset
  std::optional<RecordedDate> ended;  // active until before the first day that this can be
  std::optional<Cvx> vaccine;         // of a reaction: to what
};

struct Patient {
  std::optional<RecordedDate> birth;
  Sex sex = Sex::unknown;     // as the schedule means it
  std::string birth_country;  // as the schedule writes it ("U.S."); empty: not known
  std::vector<Dose> doses;
  std::vector<Observation> observations;
};

// SNOMED CT, PHIN VS and the schedule's own codes by FHIR's system; `other` for all else.
CodeSystem code_system_of(std::string_view system);

}  // namespace projections::immunization
