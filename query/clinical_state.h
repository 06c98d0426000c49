// What a problem's or an allergy's own words say of its state.
#pragma once

#include "events/schema/clinical_generated.h"

namespace query {

// "No known …": SNOMED CT and the IPS absent-unknown code system.
bool says_none_known(const events::schema::Facts& facts);

// Only what is active contradicts "none known"; without a clinical status it may be. `then`: at an
// earlier time, at which it had begun and not ended: its status of now does not matter.
bool is_active(const events::schema::Facts& facts, bool then);

// When a problem ended; nothing: nobody says so with a date.
const events::schema::When* end_of(const events::schema::Facts& facts);

}  // namespace query
