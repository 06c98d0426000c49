// Which drug a resource means: by code, by text, or by a Medication that it refers to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/read_context.h"

namespace events::schema {
struct Concept;
struct Facts;
}  // namespace events::schema

namespace query::checks {

struct Product {
  std::string shown;               // as the record writes it
  std::vector<std::string> codes;  // RxNorm, in the record's order
  bool empty() const { return shown.empty() && codes.empty(); }
};

Product product_of(const events::schema::Concept* medication);
// Of a Medication: its code, else its ingredients with " / " between.
Product product_of_medication(const events::schema::Facts& facts);

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
