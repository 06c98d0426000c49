#include "projections/quality/problems.h"

#include <fmt/format.h>

#include <algorithm>

namespace projections::quality {
namespace {

constexpr std::size_t listed_max = 50;

}  // namespace

void Problems::add(events::Error error) {
  const auto is_same = [&](const events::Error& known) { return known.message == error.message; };
  if (std::any_of(errors_.begin(), errors_.end(), is_same)) return;
  if (errors_.size() < listed_max)
    errors_.push_back(std::move(error));
  else
    ++left_out_;
}

std::optional<events::Error> Problems::as_error() const {
  if (errors_.empty()) return std::nullopt;
  if (errors_.size() == 1) return errors_.front();
  auto message = fmt::format("{} problems", errors_.size() + left_out_);
  for (std::size_t i = 0; i < errors_.size(); ++i)
    message += fmt::format("; {}. {}", i + 1, errors_[i].message);
  if (left_out_ > 0) message += fmt::format("; and {} more", left_out_);
  return events::Error{errors_.front().code, std::move(message), {}};
}

}  // namespace projections::quality
