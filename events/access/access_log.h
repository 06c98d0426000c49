// Who was shown what, put down on the side log `access` without a wait: an entry goes into a
// buffer that is appended as a whole a few times a second. What a crash can lose is bounded in
// time, and known afterwards: entries are numbered without gaps, each process begins with a record
// that names the one before and how many numbers that had given, and one that closes says so.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "events/access/access_entry.h"
#include "events/access/access_record.h"
#include "events/log/event_log.h"

namespace events::access {

struct AccessLogOptions {
  std::filesystem::path sequence_file;
  bool recording = true;                        // false: only the record that says so
  std::uint32_t retention_days = 0;             // what the record that it begins says of it
  std::chrono::milliseconds group{40};          // an entry waits at most so long for company
  std::chrono::milliseconds lost_max{100};      // record() waits when the oldest is older than this
  std::chrono::milliseconds patience{5'000};    // and refuses after that
  std::size_t waiting_bytes_max = 16u << 20;    // likewise
  std::chrono::milliseconds heartbeat{60'000};  // an empty record when there was none for so long
};

struct AccessFigures {
  std::uint64_t entries = 0;  // recorded by this process
  std::uint64_t durable = 0;  // of these
  std::uint64_t records = 0;  // appended
  std::uint64_t refused = 0;
  std::uint64_t waiting_bytes = 0;
};

// Safe from any thread.
class AccessLog {
 public:
  // `log` has one partition and outlives this. Returns once the record that this process begins
  // (or does not record) is durable. unavailable: it cannot be made so.
  static Result<std::unique_ptr<AccessLog>> open(const AccessLogOptions& options, EventLog& log,
                                                 const Secret& master_key);
  virtual ~AccessLog() = default;  // appends what waits, and that it closed

  // unavailable: nothing was recorded, so the answer must not be given.
  virtual Status record(const Entry& entry) = 0;
  // Waits until all that was recorded before is durable; unavailable: not by `deadline`.
  virtual Status flush(std::chrono::steady_clock::time_point deadline) = 0;

  virtual bool is_recording() const = 0;
  virtual NodeId node() const = 0;
  virtual BootId boot() const = 0;
  virtual AccessFigures figures() const = 0;
};

}  // namespace events::access
