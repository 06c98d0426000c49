#include "projections/as_of.h"

#include <algorithm>

#include "projections/change_rows.h"
#include "projections/families.h"
#include "projections/past_rows.h"
#include "projections/shard_meta.h"
#include "projections/version_head.h"

namespace projections {
namespace {

using events::KnownTime;
using events::Offset;

// The last commit for which `is_before` holds; it holds for all before that one.
template <class IsBefore>
Result<std::optional<ChangeMark>> last_mark(const ShardView& view, const IsBefore& is_before) {
  std::optional<ChangeMark> last;
  Offset low, high = view.next_offset();
  while (low < high) {
    const Offset middle{low.value + (high.value - low.value) / 2};
    const auto mark = change_mark_from(view.rows(), middle);
    if (!mark) return mark.error();
    if (*mark && is_before(**mark)) {
      last = **mark;
      low = last->offset.next();
    } else {
      high = middle;
    }
  }
  return last;
}

KnownMoment moment_of(Offset next, const std::optional<ChangeMark>& last) {
  KnownMoment moment{next, std::nullopt};
  if (last) moment.newest = last->known_time;
  return moment;
}

class AsOfView final : public ShardView {
 public:
  AsOfView(std::shared_ptr<const ShardView> now, Offset next, std::shared_ptr<PastBudget> over_all)
      : now_(std::move(now)), next_(next), rows_(*now_, next, std::move(over_all)) {}

  Offset next_offset() const override { return next_; }
  const RowView& rows() const override { return rows_; }
  Family family(std::string_view projection) const override { return now_->family(projection); }
  std::vector<std::pair<std::string, Family>> logical_families() const override {
    return now_->logical_families();
  }

  Result<std::optional<VersionRow>> current(const events::StreamKey& stream,
                                            events::ResourceType type,
                                            std::string_view id) const override {
    const auto all = now_->rows().scan(version_family, version_prefix(stream, type, id));
    for (; all->valid(); all->next()) {
      const auto head = read_version_head(all->value());
      if (!head) return head.error();
      if (head->position.offset >= next_) continue;
      auto row = decode_version_row(all->value());
      if (!row) return row.error();
      return std::optional(std::move(*row));
    }
    if (auto read = all->status(); !read) return read.error();
    return std::optional<VersionRow>();
  }
  Result<std::optional<VersionRow>> version(const events::StreamKey& stream,
                                            events::ResourceType type, std::string_view id,
                                            events::Version version) const override {
    auto row = now_->version(stream, type, id, version);
    if (row && *row && (*row)->position.offset >= next_) return std::optional<VersionRow>();
    return row;
  }
  Result<std::vector<VersionRow>> history(const events::StreamKey& stream,
                                          events::ResourceType type,
                                          std::string_view id) const override {
    auto rows = now_->history(stream, type, id);
    if (rows) std::erase_if(*rows, [&](const auto& row) { return row.position.offset >= next_; });
    return rows;
  }
  Result<std::vector<events::Known>> find(events::ResourceType type,
                                          std::string_view id) const override {
    auto found = now_->find(type, id);
    if (!found) return found;
    std::vector<events::Known> then;
    for (auto& one : *found) {
      const auto row = current(one.stream, type, id);
      if (!row) return row.error();
      if (!*row) continue;
      one.version = (*row)->version;
      one.deleted = (*row)->effect == events::EventEffect::deleted;
      then.push_back(std::move(one));
    }
    return then;
  }
  Result<std::vector<Change>> changes(Offset from, const std::optional<events::StreamKey>& stream,
                                      std::size_t limit) const override {
    auto found = now_->changes(from, stream, limit);
    if (found) std::erase_if(*found, [&](const auto& one) { return one.position.offset >= next_; });
    return found;
  }
  Result<std::vector<ParkedPatient>> parked(
      const std::optional<events::StreamKey>& stream) const override {
    auto all = now_->parked(stream);
    if (all) std::erase_if(*all, [&](const auto& one) { return one.since.offset >= next_; });
    return all;
  }
  Result<std::vector<QuarantinedRecord>> quarantined(std::size_t limit) const override {
    return now_->quarantined(limit);
  }

 private:
  const std::shared_ptr<const ShardView> now_;
  const Offset next_;
  const PastRows rows_;
};

}  // namespace

Result<KnownMoment> known_before(const ShardView& view, KnownTime end) {
  const auto position = read_position(view.rows());
  if (!position) return position.error();
  const auto last = last_mark(view, [&](const ChangeMark& mark) { return mark.known_time < end; });
  if (!last) return last.error();
  const bool passed = position->clock >= end;
  auto moment =
      moment_of(passed ? (*last ? (*last)->offset.next() : Offset{}) : position->next, *last);
  moment.provisional = !passed;
  return moment;
}

Result<KnownMoment> known_below(const ShardView& view, Offset next) {
  const auto last = last_mark(view, [&](const ChangeMark& mark) { return mark.offset < next; });
  if (!last) return last.error();
  return moment_of(next, *last);
}

Result<std::optional<KnownTime>> first_known(const ShardView& view) {
  const auto first = change_mark_from(view.rows(), {});
  if (!first) return first.error();
  return *first ? std::optional((*first)->known_time) : std::optional<KnownTime>();
}

std::shared_ptr<const ShardView> view_as_of(std::shared_ptr<const ShardView> now, Offset next,
                                            std::shared_ptr<PastBudget> over_all) {
  return std::make_shared<AsOfView>(std::move(now), next, std::move(over_all));
}

}  // namespace projections
