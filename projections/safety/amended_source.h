// A chart as a request would leave it, before it is written: what the request writes and deletes
// lies over the rows of another source.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "projections/safety/source.h"

namespace projections::safety {

// A resource as the request leaves it.
struct Amendment {
  events::ResourceType type{};
  std::string id;
  std::string facts;        // finished schema::Facts; empty: deleted
  events::Version version;  // that it will have
};

class AmendedSource final : public ChartSource {
 public:
  // `under` and `amendments`, at most one of a resource, outlive this. `at`: when it is written.
  AmendedSource(const ChartSource& under, const events::StreamKey& stream,
                const std::vector<Amendment>& amendments, events::Micros at);

  Result<MedicationClaims> claims() const override;
  Status each(events::ResourceType type, const Take& take) const override;
  Result<const events::schema::Facts*> find(events::ResourceType type,
                                            std::string_view id) const override;
  Result<std::optional<Product>> medication(std::string_view id) const override;
  Result<std::vector<SeriesValue>> values(std::string_view code) const override;

 private:
  const Amendment* amendment_of(events::ResourceType type, std::string_view id) const;
  std::optional<MedicationClaim> claim_of(const Amendment& amendment) const;

  const ChartSource& under_;
  const events::StreamKey stream_;
  const events::Micros at_;
  std::map<std::pair<events::ResourceType, std::string_view>, const Amendment*> amendments_;
  std::map<std::string, std::vector<SeriesValue>, std::less<>> values_;  // by LOINC code
};

}  // namespace projections::safety
