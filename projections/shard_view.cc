// Reads of one moment of a generation.
#include <algorithm>

#include "events/check.h"
#include "projections/change_rows.h"
#include "projections/generation.h"
#include "projections/ledger.h"
#include "projections/parked.h"
#include "projections/shard_meta.h"

namespace projections {
namespace {

class GenerationView final : public ShardView {
 public:
  GenerationView(std::shared_ptr<const Generation> generation, std::shared_ptr<const RowView> rows,
                 events::PartitionId partition, events::Offset next)
      : generation_(std::move(generation)),
        rows_(std::move(rows)),
        partition_(partition),
        next_(next) {}

  events::Offset next_offset() const override { return next_; }
  const RowView& rows() const override { return *rows_; }
  Family family(std::string_view projection) const override {
    const auto all = generation_->projections;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i]->name() == projection) return projection_family(i);
    }
    CHECK(!"a projection of that name");
    return {};
  }

  std::vector<std::pair<std::string, Family>> logical_families() const override {
    std::vector<std::pair<std::string, Family>> families;
    std::uint32_t index = 0;
    for (auto& name : family_names(generation_->projections)) {
      if (index != meta_family.index) families.emplace_back(std::move(name), Family{index});
      ++index;
    }
    std::sort(families.begin(), families.end(),
              [](const auto& one, const auto& other) { return one.first < other.first; });
    return families;
  }

  Result<std::optional<VersionRow>> current(const events::StreamKey& stream,
                                            events::ResourceType type,
                                            std::string_view id) const override {
    const auto all = rows_->scan(version_family, version_prefix(stream, type, id));
    if (auto read = all->status(); !read) return read.error();
    if (!all->valid()) return std::optional<VersionRow>();
    return some(all->value());
  }
  Result<std::optional<VersionRow>> version(const events::StreamKey& stream,
                                            events::ResourceType type, std::string_view id,
                                            events::Version version) const override {
    auto bytes = rows_->get(version_family, version_key(stream, type, id, version));
    if (!bytes) return bytes.error();
    if (!*bytes) return std::optional<VersionRow>();
    return some(**bytes);
  }
  Result<std::vector<VersionRow>> history(const events::StreamKey& stream,
                                          events::ResourceType type,
                                          std::string_view id) const override {
    std::vector<VersionRow> found;
    const auto all = rows_->scan(version_family, version_prefix(stream, type, id));
    for (; all->valid(); all->next()) {
      auto row = decode_version_row(all->value());
      if (!row) return row.error();
      found.push_back(std::move(*row));
    }
    if (auto read = all->status(); !read) return read.error();
    return found;
  }
  Result<std::vector<events::Known>> find(events::ResourceType type,
                                          std::string_view id) const override;
  Result<std::vector<Change>> changes(events::Offset from,
                                      const std::optional<events::StreamKey>& stream,
                                      std::size_t limit) const override {
    auto rows = changes_from(*rows_, partition_, from, stream, limit);
    if (!rows) return rows.error();
    std::vector<Change> found;
    for (auto& row : *rows) found.push_back(std::move(row.change));
    return found;
  }
  Result<std::vector<ParkedPatient>> parked(
      const std::optional<events::StreamKey>& stream) const override {
    return read_parked(*rows_, partition_, stream);
  }
  Result<std::vector<QuarantinedRecord>> quarantined(std::size_t limit) const override {
    return read_quarantined(*rows_, partition_, limit);
  }

 private:
  static Result<std::optional<VersionRow>> some(std::string_view bytes) {
    auto row = decode_version_row(bytes);
    if (!row) return row.error();
    return std::optional(std::move(*row));
  }

  const std::shared_ptr<const Generation> generation_;
  const std::shared_ptr<const RowView> rows_;
  const events::PartitionId partition_;
  const events::Offset next_;
};

Result<std::vector<events::Known>> GenerationView::find(events::ResourceType type,
                                                        std::string_view id) const {
  auto since = find_known(*rows_, partition_, type, id);
  if (!since) return since.error();
  std::vector<events::Known> known;
  for (auto& one : *since) known.push_back(std::move(one.known));
  return known;
}

}  // namespace

Result<std::shared_ptr<const ShardView>> view_of(std::shared_ptr<const Generation> generation,
                                                 events::PartitionId partition) {
  auto rows = generation->store->snapshot();
  auto position = read_position(*rows);
  if (!position) return position.error();
  return std::shared_ptr<const ShardView>(std::make_shared<GenerationView>(
      std::move(generation), std::move(rows), partition, position->next));
}

}  // namespace projections
