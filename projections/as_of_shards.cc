#include "projections/as_of_shards.h"

#include "events/check.h"
#include "projections/past_lookup.h"

namespace projections {

class AsOfShards::Then final : public Shard {
 public:
  Then(events::PartitionId partition, std::shared_ptr<const ShardView> now, KnownMoment moment,
       std::shared_ptr<PastBudget> over_all)
      : partition_(partition),
        moment_(moment),
        view_(view_as_of(std::move(now), moment.next, std::move(over_all))) {}
  events::PartitionId partition() const override { return partition_; }
  std::shared_ptr<const ShardView> view() const override { return view_; }
  bool wait_for(events::Offset next, std::chrono::steady_clock::time_point) const override {
    return next <= moment_.next;
  }
  events::Offset next_offset() const override { return moment_.next; }
  std::string problem() const override { return {}; }
  const KnownMoment& moment() const { return moment_; }

 private:
  const events::PartitionId partition_;
  const KnownMoment moment_;
  const std::shared_ptr<const ShardView> view_;
};

AsOfShards::AsOfShards(Shards& now, events::KnownTime end,
                       std::optional<events::PositionToken> position)
    : now_(now), end_(end), position_(std::move(position)) {}
AsOfShards::~AsOfShards() = default;

void AsOfShards::look_over_all(std::string asked) {
  CHECK(shards_.empty());
  over_all_ = std::make_shared<PastBudget>();
  over_all_->asked = std::move(asked);
  lookup_ = std::make_unique<PastLookup>(*this);
}

Result<KnownMoment> AsOfShards::moment_in(const ShardView& view,
                                          events::PartitionId partition) const {
  const auto next = position_ ? position_->next_offset(partition) : std::nullopt;
  return next ? known_below(view, *next) : known_before(view, end_);
}

const AsOfShards::Then& AsOfShards::then(events::PartitionId partition) const {
  auto& known = shards_[partition];
  if (known != nullptr) return *known;
  auto view = now_.shard(partition).view();
  const auto moment = moment_in(*view, partition);
  if (!moment) status_ = moment.error();
  if (moment) provisional_ |= moment->provisional;
  known = std::make_unique<const Then>(partition, std::move(view), moment ? *moment : KnownMoment{},
                                       over_all_);
  return *known;
}

const Shard& AsOfShards::shard(events::PartitionId partition) const { return then(partition); }
KnownMoment AsOfShards::moment(events::PartitionId partition) const {
  return then(partition).moment();
}

Status AsOfShards::repair(const ParkedPatient&) {
  return events::unavailable("an earlier moment is not repaired");
}
Status AsOfShards::rebuild(const std::function<void(std::uint64_t, std::uint64_t)>&) {
  return events::unavailable("an earlier moment is not rebuilt");
}

}  // namespace projections
