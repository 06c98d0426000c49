// Everything subscribers are told, from the log to their door: one thread owns all
// subscriptions, numbers what they want and sends it, at least once and in order.
//
// A subscriber costs memory for what is under way only: at most one notification. What waits
// is on disk (number_book.h) and is read from the read models when its turn comes.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/auth/access.h"
#include "ops/http/websocket.h"
#include "query/subscriptions/binding_tokens.h"
#include "query/subscriptions/notification.h"

namespace query::subscriptions {

// Writes the status of a Subscription to the log, if `version` is still the current one; the
// version that this made. Waits for the log.
using WriteState = std::function<events::Result<events::Version>(
    const std::string& id, events::Version version, State state, const std::string& error)>;

struct HubOptions {
  std::filesystem::path directory;  // of the event numbers
  Rules rules;
  WriteState write_state;
  ops::auth::RecordAccess record = {};   // what a channel is handed; nothing is where it cannot
  std::size_t batch_bytes = 512 * 1024;  // of the documents of one notification
  std::size_t posts_max = 256;           // under way at once
  std::uint32_t failures_to_error = 4;   // in a row, until the resource itself says `error`
};

class Hub {
 public:
  // `sources` outlives this. precondition_failed: the numbers are of another log.
  static events::Result<std::unique_ptr<Hub>> open(HubOptions options, const Sources& sources);
  virtual ~Hub() = default;  // stops; what was under way is sent again at the next start
  // From here on it delivers; `write_state` may be called. `base_url`: what notifications name.
  virtual void begin(std::string base_url) = 0;

  // Whether a document could be served: asked before it is written.
  virtual events::Status check(events::ResourceType type, std::string_view document) const = 0;

  // As of now; waits a moment for one that was written just before. not_found.
  virtual events::Result<StatusFacts> status(const std::string& id) const = 0;
  virtual std::vector<StatusFacts> statuses() const = 0;
  // Events `from` to `until` as `$events` answers them, at the content level given or the
  // subscription's own. Ends early at a page's size: the last number in it says so.
  virtual events::Result<Batch> events(const std::string& id, std::uint64_t from,
                                       std::uint64_t until, std::optional<Content> content,
                                       std::string_view base_url) const = 0;
  // A token by which a WebSocket is bound to them. not_found, unprocessable.
  virtual events::Result<BindingTokens::Made> bind(const std::vector<std::string>& ids) = 0;
  // For one WebSocket that is being opened.
  virtual std::shared_ptr<ops::http::WebSocketHandler> socket() = 0;
  // Tries at once, whatever it waited for; from event `from` on again if that is given.
  virtual events::Status resend(const std::string& id, std::optional<std::uint64_t> from) = 0;
};

}  // namespace query::subscriptions
