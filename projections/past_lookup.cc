#include "projections/past_lookup.h"

#include <tuple>

namespace projections {
namespace {

using events::Known;
using events::ResourceId;
using events::ResourceType;

events::Error not_then() {
  return {events::ErrorCode::unsupported,
          "this is known as of now only; leave the earlier time out",
          {}};
}

// What lives goes before what was deleted, the earlier before the later.
using Rank = std::tuple<bool, events::KnownTime, events::PartitionId, events::Offset>;
Result<Rank> rank_of(const ShardView& view, ResourceType type, const Known& known) {
  const auto first = view.version(known.stream, type, known.id.text(), {1});
  if (!first) return first.error();
  if (!*first) return events::corrupt("a resource has no first version");
  return Rank{known.deleted, (*first)->known_time, known.partition, (*first)->position.offset};
}

}  // namespace

Result<std::optional<Known>> PastLookup::find(ResourceType type, const ResourceId& id) const {
  std::optional<std::pair<Rank, Known>> best;
  const auto look_in = [&](events::PartitionId partition) -> Status {
    const auto view = then_.shard(partition).view();
    auto found = view->find(type, id.text());
    if (!found) return found.error();
    for (auto& known : *found) {
      const auto rank = rank_of(*view, type, known);
      if (!rank) return rank.error();
      if (!best || *rank < best->first) best.emplace(*rank, std::move(known));
    }
    return {};
  };
  const auto hint = events::partition_hint(id, then_.count());
  if (hint) {
    if (auto looked = look_in(*hint); !looked) return looked.error();
    if (best && !best->second.deleted) return std::optional(std::move(best->second));
  }
  for (std::uint32_t partition = 0; partition < then_.count(); ++partition) {
    if (hint && partition == hint->value) continue;
    if (auto looked = look_in({partition}); !looked) return looked.error();
  }
  return best ? std::optional(std::move(best->second)) : std::optional<Known>();
}

Result<std::vector<Known>> PastLookup::find_by_identifier(ResourceType,
                                                          const std::optional<events::StreamKey>&,
                                                          const std::optional<std::string>&,
                                                          const std::string&, std::size_t) const {
  return not_then();
}
Result<std::string> PastLookup::facts_of(ResourceType, const ResourceId&) const {
  return not_then();
}
Result<std::uint64_t> PastLookup::stream_version(const events::StreamKey&) const {
  return not_then();
}
Result<events::CommitStatus> PastLookup::commit(const events::CommitId&) const {
  return not_then();
}
// Nothing comes of the past: the future has no value and its promise has gone.
events::Awaited PastLookup::expect(const events::CommitId&, const events::AssemblyId&) {
  return {};
}

}  // namespace projections
