// Today's rows of a family over all streams, those of changed resources replaced by what they were.
// For past_rows.cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "projections/changed_since.h"
#include "projections/table_rows.h"

namespace projections {

// What resource_name() says of the resource that a row is of; empty: the key does not read.
using NameInRow = std::string (*)(std::string_view key);

// Both in the order of their keys; `then` has no row that is left of `now`.
class OverlaidRows final : public Rows {
 public:
  OverlaidRows(std::unique_ptr<Rows> now, std::shared_ptr<const ChangedSince> changed,
               NameInRow name, std::unique_ptr<Rows> then)
      : now_(std::move(now)), changed_(std::move(changed)), name_(name), then_(std::move(then)) {
    skip_changed();
    choose();
  }
  bool valid() const override { return front_ != nullptr; }
  void next() override {
    front_->next();
    if (front_ == now_.get()) skip_changed();
    choose();
  }
  std::string_view key() const override { return front_->key(); }
  std::string_view value() const override { return front_->value(); }
  Status status() const override { return now_->status(); }

 private:
  void skip_changed() {
    while (now_->valid() && changed_->has(name_(now_->key()))) now_->next();
  }
  void choose() {
    const bool then_first = then_->valid() && (!now_->valid() || then_->key() < now_->key());
    front_ = then_first ? then_.get() : now_->valid() ? now_.get() : nullptr;
    if (!now_->valid() && !now_->status()) front_ = nullptr;
  }

  const std::unique_ptr<Rows> now_;
  const std::shared_ptr<const ChangedSince> changed_;
  const NameInRow name_;
  const std::unique_ptr<Rows> then_;
  Rows* front_ = nullptr;
};

}  // namespace projections
