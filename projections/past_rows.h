// Rows at an earlier moment: of one stream made of its versions, of all streams by past_over_all.h.
// Inside as_of.cc only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "projections/past_order.h"
#include "projections/past_over_all.h"
#include "projections/shard.h"
#include "projections/table_rows.h"

namespace projections {

// For one thread. `now` outlives it; so does everything that a scan gave.
class PastRows final : public RowView {
 public:
  // `over_all`: what may be looked at for rows over all streams; null: there are none.
  PastRows(const ShardView& now, events::Offset next, std::shared_ptr<PastBudget> over_all)
      : now_(now), next_(next) {
    if (over_all == nullptr) return;
    over_all_.emplace(now, next, over_all);
    orders_.emplace_back(now, next, over_all, past_order_of_alerts());
    orders_.emplace_back(now, next, over_all, past_order_of_due());
  }

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override;
  std::unique_ptr<Rows> scan(Family family, std::string_view prefix,
                             std::string_view from = {}) const override;

 private:
  // A stream's rows of a family; of the chart those of one type (none: all).
  struct Part {
    std::uint32_t family = 0;
    events::StreamKey stream;
    events::ResourceType type{};
    friend auto operator<=>(const Part&, const Part&) = default;
  };

  Result<Part> part_of(Family family, std::string_view prefix) const;
  Result<bool> is_unchanged(const events::StreamKey& stream) const;
  Result<std::shared_ptr<const RowTable>> table(const Part& part) const;
  Result<RowTable> fold(const Part& part) const;

  const ShardView& now_;
  const events::Offset next_;
  std::optional<PastOverAll> over_all_;
  std::vector<PastOrder> orders_;
  // What was made once; an answer asks for the same rows several times.
  mutable std::map<Part, std::shared_ptr<const RowTable>> tables_;
  mutable std::map<events::StreamKey, bool> unchanged_;
};

}  // namespace projections
