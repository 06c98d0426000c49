// When one subscriber is sent what: handshake, events, heartbeat, and the back-off after
// failures. Knows no clock, no network: it is told the time and what happened.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace query::subscriptions {

class Schedule {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  enum class Step { nothing, handshake, events, heartbeat };

  static constexpr std::chrono::milliseconds first_wait{1'000};
  static constexpr std::chrono::milliseconds longest_wait{300'000};

  // `heartbeat` zero: none.
  Schedule(std::chrono::seconds heartbeat, bool alive, Time now)
      : heartbeat_(heartbeat), alive_(alive), quiet_since_(now) {}

  // What to do at `now`; nothing while something is under way or it is waiting.
  Step due(Time now, bool has_events) const;
  // When to ask again if nothing happens before; nothing: no need to.
  std::optional<Time> wake_at(bool has_events) const;

  void sent() { under_way_ = true; }
  // The step that was sent went well, or not. The wait doubles, up to the longest, and is
  // never given up.
  void succeeded(Time now);
  void failed(Time now, std::string why);
  // Nothing was sent, and that is not the subscriber's fault: not before `until`.
  void postpone(Time until) { not_before_ = until; }
  // Tries again at once. `handshake`: begins with one.
  void restart(bool handshake);

  bool alive() const { return alive_; }
  bool under_way() const { return under_way_; }
  std::uint32_t failures() const { return failures_; }
  const std::string& error() const { return error_; }
  static std::chrono::milliseconds wait_after(std::uint32_t failures);

 private:
  std::chrono::seconds heartbeat_;
  bool alive_;  // a handshake was answered
  bool under_way_ = false;
  Time quiet_since_;
  Time not_before_{};
  std::uint32_t failures_ = 0;  // since it last went well
  std::string error_;
};

}  // namespace query::subscriptions
