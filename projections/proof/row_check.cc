#include "projections/proof/row_check.h"

#include <fmt/format.h>

#include "projections/generation.h"
#include "projections/ledger.h"
#include "projections/proof/row_owner.h"
#include "projections/rebuild.h"
#include "projections/store_limits.h"

namespace projections {
namespace {

using events::StreamKey;

constexpr std::size_t fold_batch_bytes = 4u << 20;

struct Folder {
  explicit Folder(std::filesystem::path at) : path(std::move(at)) {}
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  const std::filesystem::path path;
};

Result<std::shared_ptr<Generation>> open_live(const GenerationOptions& options) {
  const auto number = current_generation(options.shard_directory);
  if (!number) return number.error();
  if (!*number) {
    return events::Error{events::ErrorCode::not_found,
                         options.shard_directory.string() + ": there are no rows yet",
                         {}};
  }
  return open_generation(options, **number);
}

Status fold_anew(Generation& fresh, const RowCheckOptions& options, events::PartitionId partition,
                 events::Offset until, events::EventLog& log, const events::Opener& opener) {
  prometheus::Registry of_no_interest;
  ShardMetrics metrics(of_no_interest, partition);
  RecordFold fold(partition, options.projections, fresh.resting, opener, metrics);
  if (options.sample != nullptr) {
    fold.only([&options](const events::StreamKey& stream) {
      return options.sample->has(stream) || options.settings_streams.contains(stream);
    });
  }
  if (auto loaded = fold.load(*fresh.store->latest()); !loaded) return loaded;
  return fold_until(fold, *fresh.store, partition, until,
                    {log, fold_batch_bytes, options.progress, {}});
}

// What the ledger knows of: `take` gets each.
Status each_stream(const RowView& rows, const std::function<void(const StreamKey&)>& take) {
  const auto all = rows.scan(ledger_family, stream_row_key({}).substr(0, 1));
  for (; all->valid(); all->next()) {
    const auto stream = StreamKey::from_bytes(all->key().substr(1));
    if (!stream) return events::corrupt("a stream's key in `ledger` does not read");
    take(*stream);
  }
  return all->status();
}

Result<std::set<StreamKey>> sampled_streams(const StreamSample& sample, const RowView& here,
                                            const RowView& by_log) {
  std::set<StreamKey> streams;
  const auto take = [&](const StreamKey& stream) {
    if (sample.has(stream)) streams.insert(stream);
  };
  if (auto read = each_stream(here, take); !read) return read.error();
  if (auto read = each_stream(by_log, take); !read) return read.error();
  return streams;
}

// Two stores' rows of a shard, family by family.
struct BothRows {
  const RowView& here;
  const RowView& by_log;
  const StreamSample* sample = nullptr;
  std::set<StreamKey> streams;  // of the sample
};

FamilyComparison::Wanted wanted_rows(const BothRows& rows, const std::string& name) {
  if (rows.sample == nullptr) return {};
  return [&sample = *rows.sample, name](std::string_view key, std::string_view value) {
    const auto owner = owner_of_row(name, key, value);
    return owner && sample.has(*owner);
  };
}

Status compare_part(const BothRows& rows, Family family, std::string_view prefix,
                    FamilyComparison& comparison) {
  const auto here = rows.here.scan(family, prefix), by_log = rows.by_log.scan(family, prefix);
  return comparison.compare(*here, *by_log);
}

Status compare_family(const BothRows& rows, Family family, const std::string& name,
                      FamilyComparison& comparison) {
  if (rows.sample == nullptr || !stream_leads(name)) {
    // Records that are nobody's, and those of streams that were not folded, lie side by side.
    if (rows.sample != nullptr && family.index == quarantine_family.index)
      return comparison.expect(rows.here, family, *rows.by_log.scan(family, {}));
    return compare_part(rows, family, {}, comparison);
  }
  for (const auto& stream : rows.streams) {
    auto compared = compare_part(rows, family, stream.bytes(), comparison);
    if (!compared) return compared;
  }
  return {};
}

Status compare_rows(const Generation& live, const Generation& fresh, const StreamSample* sample,
                    RowCheck& check) {
  const auto here = live.store->snapshot(), by_log = fresh.store->snapshot();
  BothRows rows{*here, *by_log, sample, {}};
  if (sample != nullptr) {
    auto streams = sampled_streams(*sample, *here, *by_log);
    if (!streams) return streams.error();
    rows.streams = std::move(*streams);
    check.streams = rows.streams.size();
  }
  const auto names = family_names(live.projections);
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    if (i == meta_family.index) continue;
    if (i >= first_projection_family && live.resting[i - first_projection_family]) {
      check.resting.push_back(names[i]);
      continue;
    }
    FamilyComparison comparison(names[i], wanted_rows(rows, names[i]));
    if (auto compared = compare_family(rows, {i}, names[i], comparison); !compared) return compared;
    check.rows += comparison.rows();
    if (comparison.differs()) check.differing.push_back(comparison.difference());
  }
  return {};
}

}  // namespace

Status offer_streams(const RowCheckOptions& options, events::PartitionId partition,
                     StreamSample& sample) {
  const auto live = open_live({options.shards_directory / std::to_string(partition.value),
                               options.projections, make_shared_resources({})});
  if (!live) return live.error();
  return each_stream(*(*live)->store->snapshot(),
                     [&](const StreamKey& stream) { sample.offer(stream); });
}

Result<RowCheck> check_rows(const RowCheckOptions& options, events::PartitionId partition,
                            events::EventLog& log, const events::Opener& opener) {
  const auto shared = make_shared_resources({});
  const auto shard = std::to_string(partition.value);
  const auto live = open_live({options.shards_directory / shard, options.projections, shared});
  if (!live) return live.error();
  const auto position = read_position(*(*live)->store->latest());
  if (!position) return position.error();
  const Folder scratch(options.scratch / shard);
  const auto fresh = open_generation({scratch.path, options.projections, shared, true}, 1);
  if (!fresh) return fresh.error();
  RowCheck check;
  check.next = position->next;
  auto folded = fold_anew(**fresh, options, partition, check.next, log, opener);
  if (!folded) return folded.error();
  if (auto compared = compare_rows(**live, **fresh, options.sample, check); !compared)
    return compared.error();
  return check;
}

}  // namespace projections
