// The data keys of streams, wrapped by the master key, replicated on the side
// log `keys` so that every node of a log can open its records.
#pragma once

#include <memory>
#include <optional>

#include "events/log/event_log.h"
#include "events/secrets.h"

namespace events {

struct DataKey {
  std::uint32_t epoch = 0;
  Secret key{};
};

enum class KeyState { present, unknown, destroyed };

// Safe from any thread. A thread of its own follows the side log.
class KeyStore {
 public:
  // `log` has one partition (the side log `keys`) and outlives this. Reads it to its
  // end first; makes the format record if the log is empty, else refuses by name
  // a log of other partitions, hash or secrets (precondition_failed).
  static Result<std::unique_ptr<KeyStore>> open(EventLog& log, const Secrets& secrets,
                                                std::uint32_t partitions);
  virtual ~KeyStore() = default;

  virtual LogId log_id() const = 0;
  virtual KeyState state(const StreamKey& stream, std::uint32_t epoch) const = 0;
  // unavailable while unknown, gone once destroyed.
  virtual Result<DataKey> find(const StreamKey& stream, std::uint32_t epoch) const = 0;
  // The stream's newest key; the first call makes one, and returns when the
  // side log has it durably (the lowest offset wins among nodes).
  virtual Result<DataKey> find_or_make(const StreamKey& stream) = 0;
};

}  // namespace events
