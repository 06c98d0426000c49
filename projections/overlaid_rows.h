// Today's rows of a family over all streams, those of what has changed replaced by what they were.
// For past_rows.cc.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "projections/table_rows.h"

namespace projections {

// Whether a row of now is none of then, by its key.
using IsReplaced = std::function<bool(std::string_view key)>;

// Both in the order of their keys; `then` has no row that is left of `now`.
class OverlaidRows final : public Rows {
 public:
  OverlaidRows(std::unique_ptr<Rows> now, IsReplaced is_replaced, std::unique_ptr<Rows> then)
      : now_(std::move(now)), is_replaced_(std::move(is_replaced)), then_(std::move(then)) {
    skip_replaced();
    choose();
  }
  bool valid() const override { return front_ != nullptr; }
  void next() override {
    front_->next();
    if (front_ == now_.get()) skip_replaced();
    choose();
  }
  std::string_view key() const override { return front_->key(); }
  std::string_view value() const override { return front_->value(); }
  Status status() const override { return now_->status(); }

 private:
  void skip_replaced() {
    while (now_->valid() && is_replaced_(now_->key())) now_->next();
  }
  void choose() {
    const bool then_first = then_->valid() && (!now_->valid() || then_->key() < now_->key());
    front_ = then_first ? then_.get() : now_->valid() ? now_.get() : nullptr;
    if (!now_->valid() && !now_->status()) front_ = nullptr;
  }

  const std::unique_ptr<Rows> now_;
  const IsReplaced is_replaced_;
  const std::unique_ptr<Rows> then_;
  Rows* front_ = nullptr;
};

}  // namespace projections
