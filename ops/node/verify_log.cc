#include "ops/node/verify_log.h"

#include <fmt/format.h>

#include "events/key_records.h"
#include "events/log/whole_read.h"
#include "events/proof/tile_tree.h"
#include "ops/node/replay_log.h"
#include "projections/proof/witness.h"

namespace ops::node {
namespace {

using events::Error;
using events::ErrorCode;
using events::Offset;
using events::PartitionId;
using events::Result;
using events::proof::PlacedLeaf;

constexpr std::size_t read_bytes = 4u << 20;
constexpr std::chrono::milliseconds read_patience{2000};
// A hole is looked past for as many offsets.
constexpr std::int64_t hole_max = 10'000;

// The first record of the side log `keys` says which log it is; nobody needs a secret to read it.
Result<events::LogFormat> read_format(events::EventLog& key_log) {
  const auto end = key_log.end({0});
  if (!end) return end.error();
  const Error none{
      ErrorCode::not_found, "the log of keys is empty: no node has ever written here", {}};
  if (*end == Offset{}) return none;
  const auto reader = key_log.read({0}, {});
  if (!reader) return reader.error();
  const auto records = events::next_below(**reader, *end, 1);
  if (!records) return records.error();
  const auto first = events::decode_key_record(records->front().value);
  if (const auto* format = std::get_if<events::LogFormat>(&first)) return *format;
  return none;
}

// One walk through a partition, past what does not read.
class Walk {
 public:
  Walk(const VerifyLog& log, PartitionId partition, const BytesRead& progress)
      : log_(log), progress_(progress) {
    read_.leaves.origin = {log.at_hand.log, log.at_hand.topic, partition};
  }

  Result<ReadPartition> run() {
    const auto partition = read_.leaves.origin.partition;
    const auto end = log_.clinical->end(partition);
    if (!end) return end.error();
    for (Offset next; next < *end;) {
      const auto reader = log_.clinical->read(partition, next);
      if (!reader) return reader.error();
      if (auto read = read_on(**reader, next, *end); !read) {
        if (read.error().code != ErrorCode::corrupt) return read.error();
        skip(next, read.error().message);
        if (skipped_in_row_ > hole_max) break;
      }
    }
    give_records();
    return std::move(read_);
  }

 private:
  events::Status read_on(events::LogReader& reader, Offset& next, Offset end) {
    while (next < end) {
      const auto records = events::next_below(reader, end, read_bytes);
      if (!records) return records.error();
      std::uint64_t bytes = 0;
      for (const auto& record : *records) {
        const auto& origin = read_.leaves.origin;
        read_.leaves.leaves.push_back(
            {record.offset, events::proof::record_leaf(origin.log, origin.partition, record)});
        bytes += record.key.size() + record.value.size();
        next = record.offset.next();
        skipped_in_row_ = 0;
      }
      progress_(bytes, records->size());
    }
    return {};
  }

  void skip(Offset& next, const std::string& why) {
    if (skipped_in_row_++ == 0) {
      read_.skipped.push_back(fmt::format("partition {} offset {}: {}",
                                          read_.leaves.origin.partition.value, next.value, why));
    }
    next = next.next();
  }

  void give_records() {
    read_.leaves.record = [log = log_.clinical.get(), origin = read_.leaves.origin,
                           leaves = offsets()](std::size_t index) -> Result<events::LogRecord> {
      const auto reader = log->read(origin.partition, leaves.at(index));
      if (!reader) return reader.error();
      auto records = (*reader)->next(1, read_patience);
      if (!records) return records.error();
      if (records->empty()) return events::unavailable("the log does not give a record again");
      return std::move(records->front());
    };
  }
  std::vector<Offset> offsets() const {
    std::vector<Offset> all;
    for (const auto& leaf : read_.leaves.leaves) all.push_back(leaf.offset);
    return all;
  }

  const VerifyLog& log_;
  const BytesRead& progress_;
  ReadPartition read_;
  std::int64_t skipped_in_row_ = 0;
};

}  // namespace

Result<std::unique_ptr<VerifyLog>> VerifyLog::open(const NodeSettings& settings) {
  auto opened = std::make_unique<VerifyLog>();
  auto key_log = open_log_to_read(settings, "keys", 1);
  if (!key_log) return key_log.error();
  const auto format = read_format(**key_log);
  if (!format) return format.error();
  opened->at_hand = {format->log, settings.kafka.empty() ? "clinical" : settings.topic,
                     format->partitions};
  auto clinical = open_log_to_read(settings, {}, format->partitions);
  if (!clinical) return clinical.error();
  opened->clinical = std::move(*clinical);
  auto checkpoints = open_log_to_read(settings, "checkpoints", 1);
  if (checkpoints) {
    opened->checkpoints = std::move(*checkpoints);
  } else if (checkpoints.error().code != ErrorCode::not_found) {
    return checkpoints.error();
  }
  return opened;
}

Result<ReadPartition> read_partition(const VerifyLog& log, PartitionId partition,
                                     const BytesRead& progress) {
  return Walk(log, partition, progress).run();
}

Result<SideNotes> read_side_notes(const VerifyLog& log, std::uint64_t most) {
  SideNotes side;
  if (!log.checkpoints) return side;
  const auto end = log.checkpoints->end({0});
  if (!end) return end.error();
  const auto all = static_cast<std::uint64_t>(end->value);
  side.left_out = all > most ? all - most : 0;
  Offset next{static_cast<std::int64_t>(side.left_out)};
  if (next == *end) return side;
  const auto reader = log.checkpoints->read({0}, next);
  if (!reader) return reader.error();
  while (next < *end) {
    const auto records = events::next_below(**reader, *end, read_bytes);
    if (!records) return records.error();
    for (const auto& record : *records) {
      next = record.offset.next();
      if (record.key != projections::signer_record) side.notes.push_back(record.value);
    }
  }
  return side;
}

Result<std::optional<std::vector<PlacedLeaf>>> read_kept_leaves(
    const std::filesystem::path& proof_directory, PartitionId partition) {
  using Kept = std::optional<std::vector<PlacedLeaf>>;
  const auto tree =
      events::proof::TileTree::open_to_read(proof_directory / std::to_string(partition.value));
  if (!tree && tree.error().code == ErrorCode::not_found) return Kept();
  if (!tree) return tree.error();
  std::vector<PlacedLeaf> leaves;
  for (std::uint64_t i = 0; i < (*tree)->size(); ++i) {
    const auto offset = (*tree)->offset(i);
    const auto leaf = (*tree)->leaf(i);
    if (!offset) return offset.error();
    if (!leaf) return leaf.error();
    leaves.push_back({*offset, *leaf});
  }
  return Kept(std::move(leaves));
}

}  // namespace ops::node
