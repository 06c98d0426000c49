// A patient's facts from the rows of chart, medications, series and versions.
#pragma once

#include "projections/safety/source.h"
#include "projections/shard.h"

namespace projections::safety {

class ShardSource final : public ChartSource {
 public:
  using Medications = std::function<Result<std::optional<Product>>(std::string_view id)>;
  // `view` outlives this; `medications` answers for Medications that a resource refers to.
  ShardSource(const ShardView& view, const events::StreamKey& stream, Medications medications)
      : view_(view), stream_(stream), medications_(std::move(medications)) {}

  Result<MedicationClaims> claims() const override;
  Status each(events::ResourceType type, const Take& take) const override;
  Result<const events::schema::Facts*> find(events::ResourceType type,
                                            std::string_view id) const override;
  Result<std::optional<Product>> medication(std::string_view id) const override;
  Result<std::vector<SeriesValue>> values(std::string_view code) const override;

 private:
  const ShardView& view_;
  const events::StreamKey stream_;
  const Medications medications_;
  mutable std::optional<VersionRow> found_;  // what find() points into
};

}  // namespace projections::safety
