// From what a resource says of a drug, recorded or drafted, to what can be checked of it.
#pragma once

#include <string>
#include <vector>

#include "projections/knowledge/check.h"
#include "projections/safety/product.h"

namespace projections::safety {

struct DrugReading {
  knowledge::DrugFact fact;
  // What of it could not be read, as sentences: a dose in drops, a route of unknown name.
  std::vector<std::string> not_read;
};

// Route, dose and times a day of a MedicationRequest, -Statement, -Dispense or
// -Administration; `product` is what it orders. Nothing is guessed: of several instructions
// no dose is made, of a range the higher end counts, "as needed" counts as taken.
DrugReading drug_reading(const events::schema::Facts& facts, Product product);

// As the list or an order writes a route; unknown if no word or code of it is.
knowledge::Route route_of(const events::schema::Concept* route);

}  // namespace projections::safety
