#include "projections/rebuild.h"

#include <fmt/format.h>

#include "events/log/whole_read.h"

namespace projections {
namespace {

constexpr std::size_t rebuilt_bytes_max = 16u << 20;

Status write(const RecordFold& fold, Store& store, std::unique_ptr<RowBatch>& batch) {
  fold.seal(*batch);
  auto written = store.commit(std::move(batch));
  batch = store.begin();
  return written;
}

}  // namespace

Status fold_until(RecordFold& fold, Store& store, events::PartitionId partition,
                  events::Offset until, const CatchUp& with) {
  if (fold.position().next >= until) return {};
  auto reader = with.log.read(partition, fold.position().next);
  if (!reader) return reader.error();
  auto batch = store.begin();
  std::vector<Delivery> nobody_waits;
  while (fold.position().next < until) {
    auto records = events::next_below(**reader, until, with.batch_bytes_max, with.stop);
    if (!records) return records.error();
    for (const auto& record : *records) {
      if (record.offset >= until) break;
      auto folded = fold.fold(record, *batch, nobody_waits);
      if (!folded) return events::unavailable(folded.error().why);
      nobody_waits.clear();
      if (batch->bytes() < rebuilt_bytes_max) continue;
      if (auto written = write(fold, store, batch); !written) return written;
    }
    if (with.progress) with.progress(records->size());
    if (records->back().offset >= until) break;
  }
  return write(fold, store, batch);
}

Result<std::shared_ptr<Generation>> build_generation(GenerationOptions options,
                                                     std::uint64_t number,
                                                     events::PartitionId partition,
                                                     const events::Opener& opener,
                                                     const CatchUp& with) {
  options.bulk = true;
  std::error_code failure;  // what an interrupted build left
  std::filesystem::remove_all(options.shard_directory / std::to_string(number), failure);
  if (failure) return events::unavailable("cannot remove an old build: " + failure.message());
  {
    auto generation = open_generation(options, number);
    if (!generation) return generation.error();
    auto& store = *(*generation)->store;
    prometheus::Registry of_no_interest;  // the live worker has counted these records
    ShardMetrics metrics(of_no_interest, partition);
    RecordFold fold(partition, options.projections, (*generation)->resting, opener, metrics);
    if (auto loaded = fold.load(*store.latest()); !loaded) return loaded.error();
    auto end = with.log.end(partition);
    if (!end) return end.error();
    if (auto folded = fold_until(fold, store, partition, *end, with); !folded)
      return folded.error();
    if (auto flushed = store.flush(); !flushed) return flushed.error();
  }
  options.bulk = false;
  return open_generation(options, number);
}

}  // namespace projections
