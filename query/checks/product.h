// Medications that an order refers to, and what their patient's rows give to be checked.
#pragma once

#include <optional>
#include <string_view>

#include "projections/safety/product.h"
#include "query/read_context.h"

namespace query::checks {

using projections::safety::Product;
using projections::safety::product_of;
using projections::safety::product_of_medication;

// Medications of the patient's own stream, else of the directory, as they are now.
class MedicationFinder {
 public:
  // Both outlive this.
  MedicationFinder(const Sources& sources, const PatientRead& read)
      : sources_(sources), read_(read) {}
  // Nothing if neither has a Medication of that id, or if it names no drug.
  events::Result<std::optional<Product>> find(std::string_view id) const;

 private:
  const Sources& sources_;
  const PatientRead& read_;
};

}  // namespace query::checks
