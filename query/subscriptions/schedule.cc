#include "query/subscriptions/schedule.h"

#include <algorithm>

namespace query::subscriptions {

std::chrono::milliseconds Schedule::wait_after(std::uint32_t failures) {
  if (failures == 0) return std::chrono::milliseconds(0);
  const auto doublings = std::min<std::uint32_t>(failures - 1, 16);
  return std::min(longest_wait, first_wait * (std::int64_t{1} << doublings));
}

Schedule::Step Schedule::due(Time now, bool has_events) const {
  if (under_way_ || now < not_before_) return Step::nothing;
  if (!alive_) return Step::handshake;
  if (has_events) return Step::events;
  const bool is_quiet = heartbeat_.count() > 0 && now - quiet_since_ >= heartbeat_;
  return is_quiet ? Step::heartbeat : Step::nothing;
}

std::optional<Schedule::Time> Schedule::wake_at(bool has_events) const {
  if (under_way_) return std::nullopt;
  if (!alive_ || has_events) return not_before_;
  if (heartbeat_.count() == 0) return std::nullopt;
  return std::max(not_before_, quiet_since_ + heartbeat_);
}

void Schedule::succeeded(Time now) {
  under_way_ = false;
  alive_ = true;
  failures_ = 0;
  error_.clear();
  quiet_since_ = now;
}

void Schedule::failed(Time now, std::string why) {
  under_way_ = false;
  ++failures_;
  error_ = std::move(why);
  not_before_ = now + wait_after(failures_);
}

void Schedule::restart(bool handshake) {
  if (handshake) alive_ = false;
  not_before_ = {};
}

}  // namespace query::subscriptions
