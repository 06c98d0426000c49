#include "projections/safety/shard_source.h"

#include "events/schema/clinical_generated.h"
#include "projections/chart.h"

namespace projections::safety {

Result<MedicationClaims> ShardSource::claims() const {
  return medication_claims_of(view_, stream_, MedicationScope::all);
}

Status ShardSource::each(events::ResourceType type, const Take& take) const {
  ChartCursor cursor(view_, stream_, type);
  for (; cursor.valid(); cursor.next()) take(cursor.id(), cursor.version(), cursor.facts());
  return cursor.status();
}

Result<const events::schema::Facts*> ShardSource::find(events::ResourceType type,
                                                       std::string_view id) const {
  auto row = view_.current(stream_, type, id);
  if (!row) return row.error();
  found_ = std::move(*row);
  if (!found_ || found_->facts.empty()) return nullptr;
  return flatbuffers::GetRoot<events::schema::Facts>(found_->facts.data());
}

Result<std::optional<Product>> ShardSource::medication(std::string_view id) const {
  return medications_(id);
}

Result<std::vector<SeriesValue>> ShardSource::values(std::string_view code) const {
  return series_of(view_, stream_, {std::string(loinc), std::string(code)}, values_max);
}

}  // namespace projections::safety
