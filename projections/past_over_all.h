// Rows over all streams at an earlier moment: families `search_index` and `patients`. Today's rows,
// but for the resources that changed since: of those, what the projections make of the versions
// that stood then. For past_rows.cc.
//
// The cost is a pass over the commits since then (or before, if those are fewer), one read a
// resource of the type asked for that was there already and has changed, and today's scan.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "projections/changed_since.h"
#include "projections/projection.h"
#include "projections/table_rows.h"

namespace projections {

// For one thread. `now` outlives it; so does everything that a scan gave.
class PastOverAll {
 public:
  PastOverAll(const ShardView& now, events::Offset next, std::shared_ptr<PastBudget> budget);

  bool has(Family family) const;
  Result<std::optional<std::string>> get(Family family, std::string_view key) const;
  // Of `search_index` the prefix names a type.
  std::unique_ptr<Rows> scan(Family family, std::string_view prefix, std::string_view from) const;
  // One row of family `chart`, found by a row of the index.
  Result<std::optional<std::string>> chart_row(Family chart, std::string_view key) const;
  // Whether rows of the type were asked for over all: a section of one stream's chart is then
  // today's, but for what changed, which is cheaper than to make it of its versions.
  bool has_read(events::ResourceType type) const { return changed_.contains(type); }
  std::unique_ptr<Rows> scan_chart(Family chart, const events::StreamKey& stream,
                                   events::ResourceType type, std::string_view prefix,
                                   std::string_view from) const;

 private:
  using Changed = std::shared_ptr<const ChangedSince>;
  using Table = std::shared_ptr<const RowTable>;

  Result<events::ResourceType> type_of(Family family, std::string_view prefix) const;
  Result<Changed> changed(events::ResourceType type) const;
  // Rows of what is not as it was, by key; of all streams or of one.
  Result<Table> earlier(Family family, events::ResourceType type,
                        const std::optional<events::StreamKey>& stream) const;
  std::unique_ptr<Rows> overlaid(Family family, events::ResourceType type,
                                 const std::optional<events::StreamKey>& stream,
                                 std::string_view prefix, std::string_view from) const;
  // What resource_name() says of the resource that a row is of; empty: the key does not read.
  using NameInRow = std::string (*)(std::string_view key);
  NameInRow name_in(Family family) const;
  const Projection& projection_of(Family family) const;
  Status add_earlier(const ChangedSince::Earlier& one, events::ResourceType type, Family family,
                     CollectedRows& rows) const;

  const ShardView& now_;
  const events::Offset next_;
  const std::shared_ptr<PastBudget> budget_;
  const Family search_index_, patients_;
  mutable std::map<events::ResourceType, Changed> changed_;
  mutable std::map<
      std::tuple<std::uint32_t, events::ResourceType, std::optional<events::StreamKey>>, Table>
      earlier_;
};

}  // namespace projections
