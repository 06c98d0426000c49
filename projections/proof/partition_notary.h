// The Merkle tree and map of one partition, brought to where its shard stands.
#pragma once

#include <optional>
#include <set>

#include "events/log/event_log.h"
#include "events/proof/checkpoint.h"
#include "events/proof/tile_tree.h"
#include "projections/proof/stream_map.h"
#include "projections/shard.h"

namespace projections {

// For one thread at a time.
class PartitionNotary {
 public:
  // `log` outlives this. precondition_failed: the log ends before the tree, or has another record
  // where the tree ends: it was made anew, cut, is an older copy or a fork.
  static Result<std::unique_ptr<PartitionNotary>> open(const std::filesystem::path& directory,
                                                       events::proof::Origin origin,
                                                       events::EventLog& log);

  const events::proof::Origin& origin() const { return origin_; }
  const events::proof::TileTree& tree() const { return *tree_; }
  events::Offset next_offset() const { return tree_->next_offset(); }

  // Reads the log up to `until`, which a record lies just before, or until it has read
  // `bytes_max`. Whether it got there. Once the tree could not take a record, that error for good:
  // what was read with it is gone.
  Result<bool> read_until(events::Offset until, std::size_t bytes_max);
  // Brings the map to `view`, at which the tree stands.
  Status map_to(const ShardView& view);
  // Of a moment at which both stand.
  Result<events::proof::Checkpoint> checkpoint(events::KnownTime now) const;
  Result<StreamMap::Answer> prove(const ShardView& view, const events::StreamKey& stream) const {
    return map_.prove(view.rows(), stream);
  }
  Status write() { return tree_->write(); }
  Status sync() { return tree_->sync(); }

 private:
  PartitionNotary(events::proof::Origin origin, events::EventLog& log,
                  std::unique_ptr<events::proof::TileTree> tree);
  Status check_against_log();
  Status add(const events::LogRecord& record);

  const events::proof::Origin origin_;
  events::EventLog& log_;
  const std::unique_ptr<events::proof::TileTree> tree_;
  std::unique_ptr<events::LogReader> reader_;
  std::vector<events::LogRecord> held_;  // read, but at or after what was asked for
  StreamMap map_;
  bool mapped_ = false;
  std::set<events::StreamKey> touched_;  // since the map was brought on
};

}  // namespace projections
