#include "projections/memory_rows.h"

#include <utility>

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
  auto kept = keep_ ? keep_(family, value) : std::string();
  if (kept.empty()) kept = value;
  Table& table = families_[family.index];
  const auto at = table.lower_bound(key);
  if (at == table.end() || at->first != key) {
    bytes_ += key.size() + kept.size();
    const auto added = table.emplace_hint(at, key, std::move(kept));
    return remember({family, &added->first, {}, {}});
  }
  bytes_ += kept.size();
  bytes_ -= at->second.size();
  remember({family, &at->first, std::exchange(at->second, std::move(kept)), {}});
}
void MemoryRows::put_unseen(Family family, std::string_view key, std::string_view value) {
  put(family, key, value);
}

void MemoryRows::erase(Family family, std::string_view key) {
  Table& table = families_[family.index];
  const auto found = table.find(key);
  if (found == table.end()) return;
  bytes_ -= key.size() + found->second.size();
  remember({family, nullptr, {}, table.extract(found)});
}

void MemoryRows::remember(Undo undo) {
  if (!save_points_.empty()) undo_.push_back(std::move(undo));
}

void MemoryRows::undo(Undo last) {
  Table& table = families_[last.family.index];
  if (last.erased) {
    bytes_ += last.erased.key().size() + last.erased.mapped().size();
    table.insert(std::move(last.erased));
    return;
  }
  const auto found = table.find(*last.key);
  bytes_ -= found->second.size();
  if (last.before) {
    bytes_ += last.before->size();
    found->second = std::move(*last.before);
    return;
  }
  bytes_ -= found->first.size();
  table.erase(found);
}

void MemoryRows::roll_back() {
  CHECK(!save_points_.empty());
  for (; undo_.size() > save_points_.back(); undo_.pop_back()) undo(std::move(undo_.back()));
  save_points_.pop_back();
}

void MemoryRows::drop_save_point() {
  CHECK(!save_points_.empty());
  save_points_.pop_back();
  if (save_points_.empty()) undo_.clear();
}

}  // namespace projections
