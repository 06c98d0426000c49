// Rows of a family that lie in an order over all patients (alerts in force, what is due), at an
// earlier moment: today's, but of the streams that a commit has come to since: of those, what stood
// then is made again. For past_rows.cc.
//
// The cost is a pass over the commits since then (or before, if those are far fewer) and what
// `add` costs for each stream that changed.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "projections/past_budget.h"
#include "projections/shard.h"
#include "projections/table_rows.h"

namespace projections {

// For one thread. `now` outlives it; so does everything that a scan gave.
class PastOrder {
 public:
  // Rows of a stream rise and go with commits of their own stream alone.
  struct Of {
    std::string_view family;
    std::uint8_t kind;  // the first byte of their keys
    std::optional<events::StreamKey> (*stream_in)(std::string_view key);
    bool (*may_matter)(events::ResourceType type);  // others leave the rows as they are
    // Adds the stream's rows below the offset; those of other kinds do no harm.
    Status (*add)(const ShardView& now, const events::StreamKey& stream, events::Offset next,
                  RowTable& to);
    std::size_t PastBudget::*streams;  // counts the calls of `add`
  };
  PastOrder(const ShardView& now, events::Offset next, std::shared_ptr<PastBudget> budget,
            const Of& of);

  bool has(Family family, std::string_view prefix) const;
  std::unique_ptr<Rows> scan(std::string_view prefix, std::string_view from) const;

 private:
  using Streams = std::unordered_set<events::StreamKey>;

  Status find_streams(Streams& streams) const;
  Status read() const;

  const ShardView& now_;
  const events::Offset next_;
  const std::shared_ptr<PastBudget> budget_;
  const Of of_;
  const Family family_;
  const bool before_;  // told by the commits of before: none of today's rows is one of then
  // What was found once; empty until then.
  mutable std::shared_ptr<const Streams> streams_;
  mutable std::shared_ptr<const RowTable> then_;
};
const PastOrder::Of& past_order_of_alerts();
const PastOrder::Of& past_order_of_due();

}  // namespace projections
