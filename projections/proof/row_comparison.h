// Rows of one family as a store has them and as the log gives them, walked side by side.
#pragma once

#include <functional>
#include <string>

#include "projections/store.h"

namespace projections {

struct FamilyDifference {
  std::string family;
  std::uint64_t only_here = 0, only_by_log = 0, other_value = 0;  // rows
  std::string first_key;                                          // hex
  // Of the first: whose it is, and what is there, without telling what it says.
  std::string first_in_words, first_here, first_by_log;
};

class FamilyComparison {
 public:
  // Rows that `wanted` says no to are passed over; none: all are compared.
  using Wanted = std::function<bool(std::string_view key, std::string_view value)>;
  explicit FamilyComparison(std::string family, Wanted wanted = {}) : wanted_(std::move(wanted)) {
    difference_.family = std::move(family);
  }

  // Both in key order. May be called for one part of the family after the other.
  Status compare(Rows& here, Rows& by_log);
  // Only what the log gives is asked for: more may be here.
  Status expect(const RowView& here, Family family, Rows& by_log);

  std::uint64_t rows() const { return rows_; }
  const FamilyDifference& difference() const { return difference_; }
  bool differs() const { return !difference_.first_key.empty(); }

 private:
  void pass_over(Rows& rows) const;
  void step(Rows& here, Rows& by_log);
  // Null: there is no such row on that side.
  void note(std::string_view key, const std::string_view* here, const std::string_view* by_log);

  const Wanted wanted_;
  std::uint64_t rows_ = 0;
  FamilyDifference difference_;
};

}  // namespace projections
