// Rows that lie in memory as a table sorted by key, and how a projection's are collected for one.
// For past_rows.cc.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "projections/store.h"

namespace projections {

using RowTable = std::vector<std::pair<std::string, std::string>>;  // by key

// No row, and why.
class NoRows final : public Rows {
 public:
  explicit NoRows(Status status) : status_(std::move(status)) {}
  bool valid() const override { return false; }
  void next() override {}
  std::string_view key() const override { return {}; }
  std::string_view value() const override { return {}; }
  Status status() const override { return status_; }

 private:
  const Status status_;
};

class TableScan final : public Rows {
 public:
  TableScan(std::shared_ptr<const RowTable> table, std::string_view prefix, std::string_view from)
      : table_(std::move(table)), prefix_(prefix) {
    at_ = std::lower_bound(table_->begin(), table_->end(), from.empty() ? prefix : from,
                           [](const auto& row, std::string_view key) { return row.first < key; });
  }
  bool valid() const override {
    return at_ != table_->end() && std::string_view(at_->first).starts_with(prefix_);
  }
  void next() override { ++at_; }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  Status status() const override { return {}; }

 private:
  const std::shared_ptr<const RowTable> table_;
  const std::string prefix_;
  RowTable::const_iterator at_;
};

// What projections put that never look at their own rows: in the order of coming.
class CollectedRows final : public RowBatch {
 public:
  Result<std::optional<std::string>> get(Family, std::string_view) const override {
    return not_seen();
  }
  std::unique_ptr<Rows> scan(Family, std::string_view, std::string_view) const override {
    return std::make_unique<NoRows>(not_seen());
  }
  void put(Family, std::string_view key, std::string_view value) override {
    rows.emplace_back(key, value);
  }
  void put_unseen(Family family, std::string_view key, std::string_view value) override {
    put(family, key, value);
  }
  // Each resource comes once: there is nothing of it yet.
  void erase(Family, std::string_view) override {}
  void set_save_point() override {}
  void roll_back() override {}
  void drop_save_point() override {}
  std::size_t bytes() const override { return rows.size(); }

  RowTable rows;

 private:
  static events::Error not_seen() {
    return events::corrupt("a projection looks at rows of the past that it may not see");
  }
};

}  // namespace projections
