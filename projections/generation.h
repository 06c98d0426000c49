// One build of a shard's rows: generation g of shard p lies in DIR/shards/<p>/<g>, and the
// file DIR/shards/<p>/current names the one that is read. Readers share it; a retired one
// goes from the disk when its last reader has gone.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include "projections/families.h"
#include "projections/shard.h"

namespace projections {

struct Generation {
  ~Generation();
  std::filesystem::path directory;
  std::uint64_t number = 1;
  ProjectionList projections;
  std::vector<bool> resting;  // projections whose rows are of another version
  std::unique_ptr<Store> store;
  std::atomic<bool> retired = false;
};

struct GenerationOptions {
  std::filesystem::path shard_directory;  // DIR/shards/<p>
  ProjectionList projections;
  std::shared_ptr<SharedResources> shared;
  bool bulk = false;
};

// The number in `current`; nothing if the shard is new.
Result<std::optional<std::uint64_t>> current_generation(
    const std::filesystem::path& shard_directory);
// Names `number` in `current`, durably: atomic also across a crash.
Status publish_generation(const std::filesystem::path& shard_directory, std::uint64_t number);
// Opens the rows, or begins with none. A new one gets the projections' versions.
Result<std::shared_ptr<Generation>> open_generation(const GenerationOptions& options,
                                                    std::uint64_t number);
// Removes all but `keep`: what a crash in the middle of a build left behind.
void remove_other_generations(const std::filesystem::path& shard_directory, std::uint64_t keep);

// A snapshot of it, for readers.
Result<std::shared_ptr<const ShardView>> view_of(std::shared_ptr<const Generation> generation,
                                                 events::PartitionId partition);

}  // namespace projections
