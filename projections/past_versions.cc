#include "projections/past_versions.h"

#include "projections/families.h"
#include "projections/version_head.h"

namespace projections {
namespace {

class VersionsBelow final : public Rows {
 public:
  VersionsBelow(events::Offset next, std::unique_ptr<Rows> rows)
      : next_(next), rows_(std::move(rows)) {
    pass_over_later_ones();
  }
  bool valid() const override { return read_ && rows_->valid(); }
  void next() override {
    rows_->next();
    pass_over_later_ones();
  }
  std::string_view key() const override { return rows_->key(); }
  std::string_view value() const override { return rows_->value(); }
  Status status() const override { return read_ ? rows_->status() : read_; }

 private:
  void pass_over_later_ones() {
    for (; rows_->valid(); rows_->next()) {
      const auto head = read_version_head(rows_->value());
      if (!head) read_ = head.error();
      if (!head || head->position.offset < next_) return;
    }
  }

  const events::Offset next_;
  const std::unique_ptr<Rows> rows_;
  Status read_;
};

}  // namespace

std::unique_ptr<Rows> versions_below(events::Offset next, const RowView& now,
                                     std::string_view prefix, std::string_view from) {
  return std::make_unique<VersionsBelow>(next, now.scan(version_family, prefix, from));
}

}  // namespace projections
