#include "projections/proof/partition_notary.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/check.h"
#include "events/proof/record_stream.h"

namespace projections {
namespace {

constexpr std::size_t notary_read_bytes = 4u << 20;
constexpr std::chrono::milliseconds read_patience{1000}, start_patience{30'000};

events::Error not_this_log(const events::proof::Origin& origin, std::string_view what) {
  return {events::ErrorCode::precondition_failed,
          fmt::format("{}: {}: the log was made anew, was cut or altered, is an older copy or a "
                      "fork; `chartlog verify` says more",
                      origin.text(), what),
          {}};
}

}  // namespace

PartitionNotary::PartitionNotary(events::proof::Origin origin, events::EventLog& log,
                                 std::unique_ptr<events::proof::TileTree> tree)
    : origin_(std::move(origin)), log_(log), tree_(std::move(tree)) {}

Result<std::unique_ptr<PartitionNotary>> PartitionNotary::open(
    const std::filesystem::path& directory, events::proof::Origin origin, events::EventLog& log) {
  auto tree = events::proof::TileTree::open(directory);
  if (!tree) return tree.error();
  std::unique_ptr<PartitionNotary> notary(
      new PartitionNotary(std::move(origin), log, std::move(*tree)));
  if (auto same = notary->check_against_log(); !same) return same.error();
  return notary;
}

Status PartitionNotary::check_against_log() {
  if (tree_->size() == 0) return {};
  const auto end = log_.end(origin_.partition);
  if (!end) return end.error();
  if (*end < next_offset()) {
    return not_this_log(origin_, fmt::format("the tree stands at offset {}, the log ends at {}",
                                             next_offset().value, end->value));
  }
  const events::Offset last{next_offset().value - 1};
  auto reader = log_.read(origin_.partition, last);
  if (!reader) return reader.error();
  auto records = (*reader)->next(1, start_patience);
  if (!records) return records.error();
  const auto leaf = tree_->leaf(tree_->size() - 1);
  if (!leaf) return leaf.error();
  if (records->empty())
    return events::unavailable(fmt::format("{}: the log does not give its record at offset {} now",
                                           origin_.text(), last.value));
  if (records->front().offset != last ||
      events::proof::record_leaf(origin_.log, origin_.partition, records->front()) != *leaf) {
    return not_this_log(origin_, fmt::format("another record lies at offset {}", last.value));
  }
  reader_ = std::move(*reader);
  held_.assign(std::make_move_iterator(records->begin() + 1),
               std::make_move_iterator(records->end()));
  return {};
}

Status PartitionNotary::add(const events::LogRecord& record) {
  if (mapped_) {
    if (const auto stream = events::proof::stream_named_by(record.value)) touched_.insert(*stream);
  }
  return tree_->add(record.offset,
                    events::proof::record_leaf(origin_.log, origin_.partition, record));
}

Result<bool> PartitionNotary::read_until(events::Offset until, std::size_t bytes_max) {
  if (auto sound = tree_->sound(); !sound) return sound.error();
  std::size_t bytes = 0;
  while (next_offset() < until && bytes < bytes_max) {
    // From the last leaf on, which must still be there: the log may have been made again.
    if (!reader_ && tree_->size() > 0) {
      if (auto same = check_against_log(); !same) return same.error();
    } else if (!reader_) {
      auto reader = log_.read(origin_.partition, next_offset());
      if (!reader) return reader.error();
      reader_ = std::move(*reader);
    }
    auto records = std::exchange(held_, {});
    if (records.empty()) {
      auto more = reader_->next(notary_read_bytes, read_patience);
      if (!more) {
        reader_.reset();
        return more.error();
      }
      records = std::move(*more);
    }
    if (records.empty()) return false;  // a slow broker
    auto record = records.begin();
    for (; record != records.end() && record->offset < until; ++record) {
      bytes += record->key.size() + record->value.size();
      if (auto added = add(*record); !added) return added.error();
    }
    held_.assign(std::make_move_iterator(record), std::make_move_iterator(records.end()));
    if (!held_.empty()) break;
  }
  return next_offset() >= until;
}

Status PartitionNotary::map_to(const ShardView& view) {
  CHECK(view.next_offset() == next_offset());
  const std::vector<events::StreamKey> touched(touched_.begin(), touched_.end());
  auto mapped = mapped_ ? map_.update(view.rows(), touched) : map_.build(view.rows());
  if (!mapped) return mapped;
  mapped_ = true;
  touched_.clear();
  return {};
}

Result<events::proof::Checkpoint> PartitionNotary::checkpoint(events::KnownTime now) const {
  const auto root = tree_->root(tree_->size());
  if (!root) return root.error();
  return events::proof::Checkpoint{origin_, tree_->size(), *root, next_offset(), now, map_.root()};
}

}  // namespace projections
