#include "query/checks/product.h"

#include "events/schema/clinical_generated.h"

namespace query::checks {
namespace {

namespace schema = events::schema;
using Type = events::ResourceType;

std::optional<Product> product_in(const std::optional<projections::VersionRow>& row) {
  if (!row || row->facts.empty()) return std::nullopt;  // deleted
  Product found = product_of_medication(*flatbuffers::GetRoot<schema::Facts>(row->facts.data()));
  return found.empty() ? std::nullopt : std::optional(std::move(found));
}

}  // namespace

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
