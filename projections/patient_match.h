// Whether one patient's facts meet a PatientQuery: the judge behind the index rows.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "events/schema/clinical_generated.h"
#include "projections/patient_directory.h"

namespace projections {

bool matches(std::string_view id, const events::schema::Facts& facts, const PatientQuery& query);

// Each text of the patient's names that the part searches, as sent.
void for_each_name_text(const events::schema::Patient& patient, NameCriterion::Part part,
                        const std::function<void(std::string_view)>& take);

// The name with use `official`, else the first; null if there is none.
const events::schema::HumanName* official_name(const events::schema::Patient& patient);

}  // namespace projections
