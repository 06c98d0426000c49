#include "query/subscriptions/binding_tokens.h"

#include <openssl/rand.h>

#include <array>

#include "events/check.h"
#include "events/ids.h"

namespace query::subscriptions {
namespace {

constexpr std::chrono::hours token_life{1};
constexpr std::size_t tokens_max = 10'000;

}  // namespace

BindingTokens::Made BindingTokens::make(std::vector<std::string> ids, Clock::time_point now) {
  std::array<unsigned char, 24> bytes{};
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  Made made{events::to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()}),
            now + token_life};
  const std::lock_guard lock(mutex_);
  std::erase_if(bound_, [now](const auto& one) { return one.second.expires <= now; });
  if (bound_.size() >= tokens_max) bound_.erase(bound_.begin());
  bound_[made.token] = {std::move(ids), made.expires};
  return made;
}

std::vector<std::string> BindingTokens::find(const std::string& token, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = bound_.find(token);
  if (found == bound_.end() || found->second.expires <= now) return {};
  return found->second.ids;
}

}  // namespace query::subscriptions
