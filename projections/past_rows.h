// The rows of one stream at an earlier moment, made of its versions. Inside as_of.cc only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "projections/shard.h"

namespace projections {

// For one thread. `now` outlives it; so does everything that a scan gave.
class PastRows final : public RowView {
 public:
  PastRows(const ShardView& now, events::Offset next) : now_(now), next_(next) {}

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override;
  std::unique_ptr<Rows> scan(Family family, std::string_view prefix,
                             std::string_view from = {}) const override;

 private:
  using Table = std::vector<std::pair<std::string, std::string>>;  // by key
  // A stream's rows of a family; of the chart those of one type (none: all).
  struct Part {
    std::uint32_t family = 0;
    events::StreamKey stream;
    events::ResourceType type{};
    friend auto operator<=>(const Part&, const Part&) = default;
  };

  Result<Part> part_of(Family family, std::string_view prefix) const;
  Result<bool> is_unchanged(const events::StreamKey& stream) const;
  Result<std::shared_ptr<const Table>> table(const Part& part) const;
  Result<Table> fold(const Part& part) const;
  Result<Table> fold_medications(const events::StreamKey& stream) const;
  Result<bool> may_leave_out(const events::StreamKey& stream, std::string_view projection) const;

  const ShardView& now_;
  const events::Offset next_;
  // What was made once; an answer asks for the same rows several times.
  mutable std::map<Part, std::shared_ptr<const Table>> tables_;
  mutable std::map<events::StreamKey, bool> unchanged_;
};

}  // namespace projections
