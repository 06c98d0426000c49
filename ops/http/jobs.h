// Work that outlasts its request (FHIR R4, http, 3.1.6, asynchronous requests; Bulk Data Access
// 2.0, status requests): started, looked at, cancelled, kept for a while, forgotten.
//
// A job belongs to who started it, for the same purpose; to others it is not there. Jobs live
// in the memory of the process: at a restart they are gone (404), and what their folders held
// is removed; unless the rules say `durable`: then the folders stay, and whoever knows what lies
// in them takes the work up again.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "events/ids.h"
#include "events/secrets.h"
#include "ops/auth/principal.h"

namespace ops::http {

struct JobRules {
  std::filesystem::path directory;                        // a folder a job; this process's own
  std::size_t running_max = 2;                            // overloaded above
  std::size_t kept_max = 64;                              // running and finished; overloaded above
  std::chrono::milliseconds kept{std::chrono::hours(1)};  // after the end
  std::chrono::milliseconds time_max{std::chrono::hours(1)};  // then it is stopped, and has failed
  bool durable = false;  // folders of jobs that were not removed outlive the process
};

// What the work sees of its job. Safe from any thread.
class JobRun {
 public:
  virtual ~JobRun() = default;
  virtual bool stopped() const = 0;  // cancelled, out of time, or the process ends: come back soon
  virtual void progress(std::string text) = 0;              // X-Progress; at most 100 characters
  virtual const std::filesystem::path& folder() const = 0;  // made; removed with the job
  virtual const events::Secret& key()
      const = 0;  // random, never on disk: for what the folder holds
};

struct JobReport {
  enum class State { running, finished, failed } state = State::running;
  std::string progress;
  std::string body;                               // of a finished one: what the work said
  events::Error error;                            // of a failed one
  std::chrono::system_clock::time_point expires;  // of those that are not running
};

struct JobFolder {
  std::filesystem::path path;
  events::Secret key;
};

class Jobs {
 public:
  // Removes what an earlier process left (durable: only folders of jobs that were removed).
  // unavailable: the folder cannot be made.
  static events::Result<std::unique_ptr<Jobs>> open(JobRules rules);
  virtual ~Jobs() = default;  // stops all, and removes them unless they are durable

  // On a thread of its own; what it borrows outlives the Jobs. `id` is known before it begins.
  using Work = std::function<events::Result<std::string>(JobRun& run, const std::string& id)>;
  virtual events::Result<std::string> start(const auth::Principal& whose, Work work) = 0;
  // Durable: goes on with the job whose folder an earlier process left, whatever runs besides.
  virtual void resume(const auth::Principal& whose, const std::string& id, Work work) = 0;
  // not_found: never was, has expired, was removed, or is another's.
  virtual events::Result<JobReport> report(const auth::Principal& whose,
                                           std::string_view id) const = 0;
  // Of a finished one. not_found likewise.
  virtual events::Result<JobFolder> folder(const auth::Principal& whose,
                                           std::string_view id) const = 0;
  // Stops it if it runs. Its folder is removed, at the latest when the work has come back.
  virtual events::Status remove(const auth::Principal& whose, std::string_view id) = 0;
};

}  // namespace ops::http
