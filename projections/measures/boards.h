// Which measures are kept current, over which periods: one board each, as the settings of the log
// have them. Those of a package that this program cannot read are named with the reason.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "projections/measures/package.h"
#include "projections/measures/rows.h"
#include "projections/settings.h"
#include "projections/shard.h"

namespace projections::measures {

struct Board {
  BoardNumber number = 0;
  BoardRow row;
  Period period;
  std::shared_ptr<const Package> package;
};
using BoardPointer = std::shared_ptr<const Board>;

// One thread writes (sync); anybody asks.
class Boards {
 public:
  // `store` outlives this. The settings stream of each partition.
  Boards(Store& store, std::vector<events::StreamKey> settings);
  Status open();  // the numbers that were given

  // Brings the boards of a partition to what its settings say: new ones begin, those that are
  // not wanted any more lose their rows. True: something changed.
  Result<bool> sync(const ShardView& view, events::PartitionId partition);

  // Of a partition, as it was synced last.
  const std::vector<BoardPointer>& of(events::PartitionId partition) const {
    return by_partition_[partition.value];
  }
  // Of any partition; for readers.
  std::vector<BoardPointer> all() const;
  std::map<std::string, std::string> unreadable() const;  // setting, why

 private:
  struct Wanted {
    events::Offset since;
    BoardRow row;
    std::shared_ptr<const Package> package;
    Period period;
  };
  void forget_unreadable(const std::vector<SettingRow>& settings);  // that are none any more
  Result<std::vector<Wanted>> wanted(const ShardView& view, events::PartitionId partition);
  Result<std::shared_ptr<const Package>> package_of(const std::string& setting,
                                                    const Payload& payload);
  Result<BoardPointer> board_for(const Wanted& wanted, RowBatch& batch);
  Status begin(const Board& board, const Wanted& wanted, const ShardView& view,
               events::PartitionId partition, RowBatch& batch);
  Status drop(BoardNumber board, events::PartitionId partition);
  void publish();

  Store& store_;
  const std::vector<events::StreamKey> settings_;

  // The writing thread's.
  std::vector<std::vector<BoardPointer>> by_partition_;
  std::vector<std::optional<std::string>> synced_;  // by partition: settings, with digests
  std::map<BoardNumber, BoardRow> numbers_;
  std::map<BoardNumber, BoardPointer> known_;
  std::map<std::string, std::shared_ptr<const Package>> packages_;  // by digest

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<BoardPointer> all_;
  std::map<std::string, std::string> unreadable_;
};

}  // namespace projections::measures
