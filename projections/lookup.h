// events::Lookup over the shards of this node.
#pragma once

#include "events/lookup.h"
#include "projections/outcomes.h"
#include "projections/worker.h"

namespace projections {

class ShardLookup final : public events::Lookup {
 public:
  // All outlive this.
  ShardLookup(const std::vector<std::unique_ptr<Worker>>& workers, events::EventLog& log,
              Outcomes& outcomes)
      : workers_(workers), log_(log), outcomes_(outcomes) {}

  Result<std::optional<events::Known>> find(events::ResourceType type,
                                            const events::ResourceId& id) const override;
  Status reach_end() const override;
  Result<std::vector<events::Known>> find_by_identifier(
      events::ResourceType type, const std::optional<events::StreamKey>& stream,
      const std::optional<std::string>& system, const std::string& value,
      std::size_t limit) const override;
  Result<std::string> facts_of(events::ResourceType type,
                               const events::ResourceId& id) const override;
  Result<std::optional<std::string>> stream_name(const events::StreamKey& stream) const override;
  Result<std::uint64_t> stream_version(const events::StreamKey& stream) const override;
  Result<events::CommitStatus> commit(const events::CommitId& id) const override;
  Result<std::vector<events::UndecidedTransaction>> undecided(events::KnownTime before,
                                                              std::size_t limit) const override;
  events::Awaited expect(const events::CommitId& id, const events::AssemblyId& assembly) override;
  void forget(const events::CommitId& id, const events::AssemblyId& assembly,
              std::uint64_t waiter) override;

 private:
  const Worker& home(const events::StreamKey& stream) const;

  const std::vector<std::unique_ptr<Worker>>& workers_;
  events::EventLog& log_;
  Outcomes& outcomes_;
};

}  // namespace projections
