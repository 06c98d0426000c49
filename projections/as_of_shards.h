// All shards as they were known at one earlier moment: what a reader gets instead of the live
// ones, and need not know that it did.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "projections/as_of.h"
#include "projections/shards.h"

namespace projections {

class AsOfShards final : public Shards {
 public:
  // What was recorded before `end`; of the partitions that `position` names, what lies below it.
  // `now` outlives this. For one thread.
  AsOfShards(Shards& now, events::KnownTime end, std::optional<events::PositionToken> position);
  ~AsOfShards() override;

  // Rows over all streams are asked for too (as_of.h, view_as_of), and lookup() finds resources as
  // of then. Before anything is read.
  void look_over_all(std::string asked);

  // unavailable, corrupt: a shard that was asked for could not be read as of then; it shows
  // nothing. To be asked when all is read.
  const Status& status() const { return status_; }
  // Whether one of those that were read has not passed the moment yet.
  bool provisional() const { return provisional_; }
  KnownMoment moment(events::PartitionId partition) const;

  std::uint32_t count() const override { return now_.count(); }
  const Shard& shard(events::PartitionId partition) const override;
  // Who lives where: as of now, but for look_over_all().
  events::Lookup& lookup() override { return lookup_ == nullptr ? now_.lookup() : *lookup_; }
  Result<std::string> document(const events::StreamKey& stream,
                               const VersionRow& row) const override {
    return now_.document(stream, row);
  }
  Result<std::string> raw_document(const events::StreamKey& stream,
                                   const VersionRow& row) const override {
    return now_.raw_document(stream, row);
  }
  // The past makes no progress, and is not repaired.
  void on_progress(std::function<void(events::PartitionId, events::Offset)>) override {}
  Status repair(const ParkedPatient&) override;
  Status rebuild(const std::function<void(std::uint64_t, std::uint64_t)>&) override;

 private:
  class Then;
  const Then& then(events::PartitionId partition) const;
  Result<KnownMoment> moment_in(const ShardView& view, events::PartitionId partition) const;

  Shards& now_;
  const events::KnownTime end_;
  const std::optional<events::PositionToken> position_;
  std::shared_ptr<PastBudget> over_all_;
  std::unique_ptr<events::Lookup> lookup_;
  mutable std::map<events::PartitionId, std::unique_ptr<const Then>> shards_;
  mutable Status status_;
  mutable bool provisional_ = false;
};

}  // namespace projections
