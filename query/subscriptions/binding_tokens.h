// By which a WebSocket shows what it may be bound to.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace query::subscriptions {

// `$get-ws-binding-token`: names of what a socket may be bound to, for an hour and this
// process's life. Safe from any thread.
class BindingTokens {
 public:
  using Clock = std::chrono::system_clock;
  struct Made {
    std::string token;
    Clock::time_point expires;
  };
  Made make(std::vector<std::string> ids, Clock::time_point now);
  // Empty: unknown or expired.
  std::vector<std::string> find(const std::string& token, Clock::time_point now);

 private:
  struct Bound {
    std::vector<std::string> ids;
    Clock::time_point expires;
  };
  std::mutex mutex_;
  std::map<std::string, Bound> bound_;  // guarded by mutex_
};

}  // namespace query::subscriptions
