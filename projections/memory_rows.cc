#include "projections/memory_rows.h"

#include "events/check.h"

namespace projections {
namespace {

template <class Iterator>
class TableRows final : public Rows {
 public:
  TableRows(Iterator at, Iterator end, std::string_view prefix)
      : at_(at), end_(end), prefix_(prefix) {}
  bool valid() const override { return at_ != end_ && at_->first.starts_with(prefix_); }
  void next() override { ++at_; }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  Status status() const override { return {}; }

 private:
  Iterator at_;
  const Iterator end_;
  const std::string prefix_;
};

}  // namespace

Result<std::optional<std::string>> MemoryRows::get(Family family, std::string_view key) const {
  const Table& table = families_[family.index];
  const auto found = table.find(key);
  return found == table.end() ? std::optional<std::string>() : std::optional(found->second);
}

std::unique_ptr<Rows> MemoryRows::scan(Family family, std::string_view prefix,
                                       std::string_view from) const {
  const Table& table = families_[family.index];
  return std::make_unique<TableRows<Table::const_iterator>>(
      table.lower_bound(from.empty() ? prefix : from), table.end(), prefix);
}

void MemoryRows::put(Family family, std::string_view key, std::string_view value) {
  auto kept = keep_(family, value);
  set(family, key, kept.empty() ? std::string(value) : std::move(kept));
}
void MemoryRows::put_unseen(Family family, std::string_view key, std::string_view value) {
  put(family, key, value);
}
void MemoryRows::erase(Family family, std::string_view key) { set(family, key, std::nullopt); }

void MemoryRows::remember(Family family, std::string_view key, const Table::const_iterator& at) {
  if (save_points_.empty()) return;
  const bool is_there = at != families_[family.index].end();
  undo_.push_back({family, std::string(key),
                   is_there ? std::optional(at->second) : std::optional<std::string>()});
}

void MemoryRows::set(Family family, std::string_view key, std::optional<std::string> value) {
  Table& table = families_[family.index];
  const auto found = table.find(key);
  remember(family, key, found);
  if (found != table.end()) bytes_ -= key.size() + found->second.size();
  if (value) bytes_ += key.size() + value->size();
  if (!value) {
    if (found != table.end()) table.erase(found);
  } else if (found != table.end()) {
    found->second = std::move(*value);
  } else {
    table.emplace(key, std::move(*value));
  }
}

void MemoryRows::roll_back() {
  CHECK(!save_points_.empty());
  auto points = std::move(save_points_);
  save_points_.clear();  // what is undone here is not remembered
  for (; undo_.size() > points.back(); undo_.pop_back()) {
    auto& last = undo_.back();
    set(last.family, last.key, std::move(last.before));
  }
  points.pop_back();
  save_points_ = std::move(points);
}

void MemoryRows::drop_save_point() {
  CHECK(!save_points_.empty());
  save_points_.pop_back();
  if (save_points_.empty()) undo_.clear();
}

}  // namespace projections
