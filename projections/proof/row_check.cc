#include "projections/proof/row_check.h"

#include <fmt/format.h>

#include "projections/generation.h"
#include "projections/rebuild.h"
#include "projections/store_limits.h"

namespace projections {
namespace {

constexpr std::size_t fold_batch_bytes = 4u << 20;

struct Folder {
  explicit Folder(std::filesystem::path at) : path(std::move(at)) {}
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  const std::filesystem::path path;
};

// Both in key order, walked side by side.
class FamilyComparison {
 public:
  FamilyComparison(std::string name, const RowView& here, const RowView& by_log, Family family)
      : here_(here.scan(family, {})), by_log_(by_log.scan(family, {})) {
    difference_.family = std::move(name);
  }

  Status run() {
    while (here_->valid() || by_log_->valid()) step();
    if (auto read = here_->status(); !read) return read;
    return by_log_->status();
  }
  std::uint64_t rows() const { return rows_; }
  const FamilyDifference& difference() const { return difference_; }
  bool differs() const { return !difference_.first_key.empty(); }

 private:
  void step() {
    ++rows_;
    const bool here_first = here_->valid() && (!by_log_->valid() || here_->key() < by_log_->key());
    const bool log_first = by_log_->valid() && (!here_->valid() || by_log_->key() < here_->key());
    if (here_first) {
      note(difference_.only_here, here_->key());
      return here_->next();
    }
    if (log_first) {
      note(difference_.only_by_log, by_log_->key());
      return by_log_->next();
    }
    if (here_->value() != by_log_->value()) note(difference_.other_value, here_->key());
    here_->next();
    by_log_->next();
  }
  void note(std::uint64_t& count, std::string_view key) {
    ++count;
    if (difference_.first_key.empty()) difference_.first_key = events::to_hex(key);
  }

  const std::unique_ptr<Rows> here_, by_log_;
  std::uint64_t rows_ = 0;
  FamilyDifference difference_;
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
  if (auto loaded = fold.load(*fresh.store->latest()); !loaded) return loaded;
  return fold_until(fold, *fresh.store, partition, until,
                    {log, fold_batch_bytes, options.progress, {}});
}

Status compare_rows(const Generation& live, const Generation& fresh, RowCheck& check) {
  const auto here = live.store->snapshot(), by_log = fresh.store->snapshot();
  const auto names = family_names(live.projections);
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    if (i == meta_family.index) continue;
    if (i >= first_projection_family && live.resting[i - first_projection_family]) {
      check.resting.push_back(names[i]);
      continue;
    }
    FamilyComparison comparison(names[i], *here, *by_log, Family{i});
    if (auto compared = comparison.run(); !compared) return compared;
    check.rows += comparison.rows();
    if (comparison.differs()) check.differing.push_back(comparison.difference());
  }
  return {};
}

}  // namespace

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
  if (auto compared = compare_rows(**live, **fresh, check); !compared) return compared.error();
  return check;
}

}  // namespace projections
