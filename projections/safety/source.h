// Where a patient's facts come from: a shard's rows when somebody asks, a fold's own rows when
// alerts are made. Both give the same in the same order, so both conclude the same.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "events/resource_type.h"
#include "projections/knowledge/check.h"
#include "projections/medications.h"
#include "projections/safety/product.h"
#include "projections/series.h"

namespace projections::safety {

// The day in UTC.
inline knowledge::Day day_of(events::Micros time) {
  return std::chrono::floor<std::chrono::days>(std::chrono::sys_time<events::Micros>(time));
}

class ChartSource {
 public:
  virtual ~ChartSource() = default;

  // In the order of the rows of `medications`.
  virtual Result<MedicationClaims> claims() const = 0;
  // Live resources of a type, newest first by main date, then by id; without those that can
  // say nothing that is asked for here.
  using Take = std::function<void(std::string_view id, events::Version version,
                                  const events::schema::Facts& facts)>;
  virtual Status each(events::ResourceType type, const Take& take) const = 0;
  // A medication resource of the claims. nullptr: it is not there, or was deleted. Valid until
  // the next call.
  virtual Result<const events::schema::Facts*> find(events::ResourceType type,
                                                    std::string_view id) const = 0;
  // The Medication of that id; nothing if there is none or it names no drug.
  virtual Result<std::optional<Product>> medication(std::string_view id) const = 0;
  // Of one LOINC code, newest first, at most `values_max`.
  virtual Result<std::vector<SeriesValue>> values(std::string_view code) const = 0;

  static constexpr std::size_t values_max = 500;
};

}  // namespace projections::safety
