// All shards of this node: opens them, feeds each from its partition by a worker
// thread of its own, and answers for them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "events/lookup.h"
#include "projections/projection.h"
#include "projections/shard.h"
#include "projections/store_limits.h"

namespace prometheus {
class Registry;
}

namespace projections {

struct ShardsOptions {
  std::filesystem::path
      directory;  // DIR/shards; generation g of shard p in <p>/<g>, `current` names g
  StoreLimits limits;
  std::uint64_t flush_events_max = 200'000;
  std::size_t batch_bytes_max = 4u << 20;
  std::uint64_t state_hash_every = 1u << 20;  // records
  // False plays a crash: what is not on disk is read from the log again.
  bool flush_at_close = true;
  // Empty: all_projections(). Tests give their own; outlives the shards.
  std::span<const std::unique_ptr<const Projection>> projections;
};

class Shards {
 public:
  // `log`, `opener` outlive this. Opens all shards, checks their offsets against the log's
  // end (precondition_failed names a recreated or older log), starts the workers. A shard
  // whose projections' versions differ gets a new generation, built beside the old one.
  static Result<std::unique_ptr<Shards>> open(const ShardsOptions& options, events::EventLog& log,
                                              const events::Opener& opener,
                                              prometheus::Registry& metrics);
  virtual ~Shards() = default;  // drains, flushes, stops

  virtual std::uint32_t count() const = 0;
  virtual const Shard& shard(events::PartitionId partition) const = 0;
  const Shard& shard_of(const events::StreamKey& stream) const;
  virtual events::Lookup& lookup() = 0;

  // Opens the document of a row, spliced (as FHIR answers it) or as received.
  virtual Result<std::string> document(const events::StreamKey& stream,
                                       const VersionRow& row) const = 0;
  virtual Result<std::string> raw_document(const events::StreamKey& stream,
                                           const VersionRow& row) const = 0;

  // Called on a worker's thread after each write, with the partition and its next
  // offset; must not block. For /live and subscriptions: all that were given are called.
  virtual void on_progress(std::function<void(events::PartitionId, events::Offset)> callback) = 0;

  // Refolds the patient in the projection where it is parked.
  virtual Status repair(const ParkedPatient& parked) = 0;
  // Builds a new generation of all shards beside the live ones and swaps it in.
  // `progress(done, end)` in records. The old one stays readable until the swap.
  virtual Status rebuild(const std::function<void(std::uint64_t, std::uint64_t)>& progress) = 0;
};

}  // namespace projections
