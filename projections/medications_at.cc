#include "projections/medications_at.h"

#include <algorithm>

#include "projections/medication_lines.h"
#include "projections/medication_taking.h"

namespace projections {
namespace {

using events::ClinicalTime;
using events::Micros;
using State = MedicationState;

// Without a date, or with one that does not say: dead since a time that nobody knows.
bool is_later(const std::string& died, const ClinicalTime& at) {
  const auto time = events::parse_clinical_time(died);
  return time && time->low >= at.high;
}

bool is_about_taking(State state) {
  return state == State::active || state == State::on_hold || state == State::may_still_be_taking ||
         state == State::unknown || state == State::past;
}

State state_of(Taking taking, State before) {
  if (taking == Taking::yes) return State::active;
  if (taking == Taking::no) return State::past;
  return before == State::on_hold ? State::on_hold : State::may_still_be_taking;
}

void conclude_at(MedicationLine& line, const std::optional<std::string>& died,
                 const knowledge::Knowledge& known, const ClinicalTime& at, Micros now) {
  if (!is_about_taking(line.state)) return;
  auto answer = taking_of({died, line.rests_on}, known, line.drug, at, now);
  if (answer.rests_on.empty()) return;  // a drug that its own name does not find
  line.state = state_of(answer.taking, line.state);
  line.because = std::move(answer.because);
}

}  // namespace

MedicationReading medications_at(MedicationClaims found, const knowledge::Knowledge& known,
                                 MedicationScope scope, const ClinicalTime& at, Micros now) {
  std::erase_if(found.claims,
                [&](const auto& claim) { return claim.time && *claim.time >= at.high; });
  if (found.died && is_later(*found.died, at)) found.died.reset();
  const auto died = found.died;
  auto reading = conclude(std::move(found), known, MedicationScope::all, at.high - Micros(1));
  for (auto& line : reading.lines) conclude_at(line, died, known, at, now);
  if (scope == MedicationScope::in_force) {
    std::erase_if(reading.lines, [](const auto& line) {
      return line.state != State::active && line.state != State::on_hold;
    });
  }
  std::stable_sort(reading.lines.begin(), reading.lines.end(), [](const auto& a, const auto& b) {
    if (a.state != b.state) return a.state < b.state;
    return is_newer(a.lead, b.lead);
  });
  return reading;
}

}  // namespace projections
