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
  return projections::medications_at(std::move(*claims), knowledge, scope, *moment.at,
                                     moment.known_until);
}

}  // namespace query
