// Which resources of a type stand in a shard's rows otherwise than they did at an earlier moment,
// and in which version they stood then. For past_rows.cc.
//
// Told by the commits that came since; where far fewer came before the moment, by those. Either is
// a pass over rows of `changes`, which name type, id and version of what each commit wrote.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "projections/past_budget.h"
#include "projections/shard.h"

namespace projections {

// What tells resources of one type apart, as keys of the search index end: id (text) | stream.
std::string resource_name(const events::StreamKey& stream, std::string_view id);

// Whether commits of before are passed over rather than those since: what came since is mostly
// only left out, but all that was there before is read.
bool far_fewer_before(const ShardView& now, events::Offset next);

class ChangedSince {
 public:
  // A resource, and the version that it may have had: that can be its deletion.
  struct Earlier {
    events::StreamKey stream;
    std::string stream_name;
    std::string id;
    events::Version version;
  };
  // `next` is not beyond the shard. unprocessable: more than `budget` has left.
  static Result<ChangedSince> find(const ShardView& now, events::Offset next,
                                   events::ResourceType type, PastBudget& budget);

  // None of today's rows is one of then: all that stood then is in earlier().
  bool all() const { return all_; }
  bool has(std::string_view name) const { return all_ || names_.find(name) != names_.end(); }
  const std::vector<Earlier>& earlier() const { return earlier_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  Status read_since(const ShardView& now, events::Offset next, events::ResourceType type,
                    PastBudget& budget);
  Status read_before(const ShardView& now, events::Offset next, events::ResourceType type,
                     PastBudget& budget);

  bool all_ = false;
  std::unordered_set<std::string, Hash, std::equal_to<>> names_;
  std::vector<Earlier> earlier_;
};

}  // namespace projections
