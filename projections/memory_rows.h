// Rows of one partition in memory, for folds whose rows nobody keeps: a replay beside the live
// shards. What a store does on disk a batch does here at once.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "projections/store.h"

namespace projections {

// One thread. Rows of a scan are valid until the family is written to.
class MemoryRows final : public RowBatch {
 public:
  // What is kept of a value; empty: it as it is. Called at each put; none: all values are kept.
  using Keep = std::function<std::string(Family family, std::string_view value)>;
  explicit MemoryRows(std::size_t families, Keep keep = {})
      : families_(families), keep_(std::move(keep)) {}

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override;
  std::unique_ptr<Rows> scan(Family family, std::string_view prefix,
                             std::string_view from = {}) const override;
  void put(Family family, std::string_view key, std::string_view value) override;
  void put_unseen(Family family, std::string_view key, std::string_view value) override;
  void erase(Family family, std::string_view key) override;
  void set_save_point() override { save_points_.push_back(undo_.size()); }
  void roll_back() override;
  void drop_save_point() override;
  std::size_t bytes() const override { return bytes_; }

 private:
  using Table = std::map<std::string, std::string, std::less<>>;
  // One change. What `key` points to lives in the table or, after it was erased, here.
  struct Undo {
    Family family;
    const std::string* key = nullptr;   // of a row that was added or written over
    std::optional<std::string> before;  // it was written over
    Table::node_type erased;
  };
  void remember(Undo undo);
  void undo(Undo last);

  std::vector<Table> families_;
  const Keep keep_;
  std::vector<Undo> undo_;  // since the oldest save point
  std::vector<std::size_t> save_points_;
  std::size_t bytes_ = 0;  // keys and values
};

}  // namespace projections
