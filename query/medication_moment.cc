#include "query/medication_moment.h"

#include "projections/medications_at.h"

namespace query {

events::Result<projections::MedicationReading> medications_then(
    const PatientRead& read, const Moment& moment,
    const projections::knowledge::Knowledge& knowledge, projections::MedicationScope scope) {
  if (!moment.at)
    return projections::medications_of(*read.view, read.stream, knowledge, scope, moment.judged_at);
  auto claims =
      projections::medication_claims_of(*read.view, read.stream, projections::MedicationScope::all);
  if (!claims) return claims.error();
  const auto now = std::chrono::duration_cast<events::Micros>(
      std::chrono::system_clock::now().time_since_epoch());
  return projections::medications_at(std::move(*claims), knowledge, scope, *moment.at, now);
}

}  // namespace query
