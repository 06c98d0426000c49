// Which drug a resource means, by its code or its text.
#pragma once

#include <string>
#include <vector>

namespace events::schema {
struct Concept;
struct Facts;
}  // namespace events::schema

namespace projections::safety {

struct Product {
  std::string shown;               // as the record writes it
  std::vector<std::string> codes;  // RxNorm, in the record's order
  bool empty() const { return shown.empty() && codes.empty(); }
};

Product product_of(const events::schema::Concept* medication);
// Of a Medication: its code, else its ingredients with " / " between.
Product product_of_medication(const events::schema::Facts& facts);

}  // namespace projections::safety
