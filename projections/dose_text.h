// A dosage in words, for people: as sent, else put together from its parts.
#pragma once

#include <string>

namespace events::schema {
struct Dosage;
struct Quantity;
}  // namespace events::schema

namespace projections {

// "500 mg", with a leading zero, without trailing zeros, mcg for µg (ISMP's list of
// error-prone abbreviations); a comparator is kept.
std::string quantity_text(const events::schema::Quantity& quantity);

// Dosage.text; else "1 tablet, 2 times per 1 d, as needed". Empty: nothing is said.
std::string dose_text(const events::schema::Dosage& dosage);

}  // namespace projections
