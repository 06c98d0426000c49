#include "query/checks/product.h"

#include "projections/coded.h"
#include "projections/facts_text.h"

namespace query::checks {
namespace {

namespace schema = events::schema;
using projections::text_of;
using Type = events::ResourceType;

std::optional<Product> product_in(const std::optional<projections::VersionRow>& row) {
  if (!row || row->facts.empty()) return std::nullopt;  // deleted
  Product found = product_of_medication(*flatbuffers::GetRoot<schema::Facts>(row->facts.data()));
  return found.empty() ? std::nullopt : std::optional(std::move(found));
}

}  // namespace

Product product_of(const schema::Concept* medication) {
  Product product;
  if (medication == nullptr) return product;
  const auto coded = projections::coded_text(medication, projections::rxnorm);
  product.shown = coded.display.empty() ? coded.code : coded.display;
  if (medication->codings() == nullptr) return product;
  for (const auto* coding : *medication->codings()) {
    if (text_of(coding->system()) == projections::rxnorm && coding->code() != nullptr)
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

events::Result<std::optional<Product>> MedicationFinder::find(std::string_view id) const {
  const auto own = read_.view->current(read_.stream, Type::Medication, id);
  if (!own) return own.error();
  if (auto found = product_in(*own)) return found;
  const auto directory = directory_stream_key(sources_);
  const auto other =
      sources_.shards.shard_of(directory).view()->current(directory, Type::Medication, id);
  if (!other) return other.error();
  return product_in(*other);
}

}  // namespace query::checks
