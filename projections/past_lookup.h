// events::Lookup at an earlier moment: where resources lived then. For readers only.
#pragma once

#include "events/lookup.h"
#include "projections/shards.h"

namespace projections {

class PastLookup final : public events::Lookup {
 public:
  // Shards of then; they outlive this.
  explicit PastLookup(const Shards& then) : then_(then) {}

  // As ShardLookup finds it, of what was recorded by then.
  Result<std::optional<events::Known>> find(events::ResourceType type,
                                            const events::ResourceId& id) const override;

  // What only those ask who write: unsupported.
  Result<std::vector<events::Known>> find_by_identifier(events::ResourceType,
                                                        const std::optional<events::StreamKey>&,
                                                        const std::optional<std::string>&,
                                                        const std::string&,
                                                        std::size_t) const override;
  Result<std::string> facts_of(events::ResourceType, const events::ResourceId&) const override;
  Result<std::uint64_t> stream_version(const events::StreamKey&) const override;
  Result<events::CommitStatus> commit(const events::CommitId&) const override;
  events::Awaited expect(const events::CommitId&, const events::AssemblyId&) override;
  void forget(const events::CommitId&, const events::AssemblyId&, std::uint64_t) override {}

 private:
  const Shards& then_;
};

}  // namespace projections
