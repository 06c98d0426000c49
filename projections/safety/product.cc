#include "projections/safety/product.h"

#include "projections/coded.h"
#include "projections/facts_text.h"

namespace projections::safety {

namespace schema = events::schema;

Product product_of(const schema::Concept* medication) {
  Product product;
  if (medication == nullptr) return product;
  const auto coded = coded_text(medication, rxnorm);
  product.shown = coded.display.empty() ? coded.code : coded.display;
  if (medication->codings() == nullptr) return product;
  for (const auto* coding : *medication->codings()) {
    if (text_of(coding->system()) == rxnorm && coding->code() != nullptr)
      product.codes.emplace_back(text_of(coding->code()));
  }
  return product;
}

Product product_of_medication(const schema::Facts& facts) {
  const auto* medication = facts.of_as_Medication();
  if (medication == nullptr) return {};
  Product product = product_of(medication->code());
  if (!product.empty() || medication->ingredients() == nullptr) return product;
  for (const auto* ingredient : *medication->ingredients()) {
    const Product part = product_of(ingredient);
    product.shown += (product.shown.empty() ? "" : " / ") + part.shown;
    if (medication->ingredients()->size() == 1) product.codes = part.codes;
  }
  return product;
}

}  // namespace projections::safety
