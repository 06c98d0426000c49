// Who was shown what, by patient, by user and by time: read from the side log `access` by a
// thread of its own into a store of its own, since it keeps other hours than the shards: what it
// holds outlives the erasure of a patient, and no chart waits for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/access/access_entry.h"
#include "events/log/event_log.h"
#include "events/secrets.h"
#include "projections/access/access_rows.h"

namespace projections::access {

// One entry's place in the order of all, newest first.
struct Place {
  RecordPlace record;
  std::uint32_t ordinal = 0;
  friend bool operator==(const Place&, const Place&) = default;
};
// `<known time>-<offset>-<ordinal>`, digits: as ids of AuditEvents and cursors have it.
std::string to_text(const Place& place);
std::optional<Place> parse_place(std::string_view text);

struct Access {
  Place place;
  NodeId node;
  BootId boot;
  std::uint64_t number = 0;  // of the process's entries
  events::access::Entry entry;
};

// Between the node's clock, which is in entries, and the log's, which orders them: far more than
// an entry waits, and than clocks of one site differ.
inline constexpr std::chrono::hours clocks_differ_max{1};

struct AccessQuestion {
  std::optional<std::string> patient;               // id
  std::optional<std::string> agent;                 // subject
  std::optional<events::KnownTime> from;            // the entry's own time, inclusive
  std::optional<events::KnownTime> to;              // exclusive
  std::function<bool(const Access&)> accepts = {};  // empty: all
  std::optional<Place> after;                       // older than that one only
  std::size_t count = 50;
  std::size_t looked_at_max = 200'000;  // entries; a page ends there, with `next`
};
struct AccessPage {
  std::vector<Access> accesses;  // newest first
  std::optional<Place> next;     // give it as `after`; nothing: that was all
};

struct AccessModelOptions {
  // Beside the index, for logs of which one record alone takes long to read (access_rows.h).
  bool keeps_records = false;
  std::chrono::milliseconds head_interval{60'000};  // how often it is asked where the log begins
};

// All calls are safe from any thread.
class AccessModel {
 public:
  // `log` outlives this. precondition_failed: the rows are beyond the log's end, so it is another
  // or an older one; or it begins after records that no notice on it accounts for.
  static Result<std::unique_ptr<AccessModel>> open(const std::filesystem::path& directory,
                                                   events::EventLog& log,
                                                   const events::Secrets& secrets,
                                                   const AccessModelOptions& options = {});
  virtual ~AccessModel() = default;

  // Waits for what is on the log now. unavailable: not by `deadline`; corrupt: records of the log
  // are gone that no notice accounts for, so no answer is whole.
  virtual Status reach_end(std::chrono::steady_clock::time_point deadline) const = 0;
  virtual Result<AccessPage> find(const AccessQuestion& question) const = 0;
  // Nothing: there is none there.
  virtual Result<std::optional<Access>> at(const Place& place) const = 0;
  virtual Result<std::vector<BootRow>> boots() const = 0;  // by node, oldest first
  virtual Result<Progress> progress() const = 0;
  // What has left the log; nothing: all that was ever recorded is there.
  virtual Result<std::optional<Horizon>> horizon() const = 0;
  virtual Status flush() = 0;               // rows that are seen are on disk then
  virtual std::string problem() const = 0;  // why it does not go on; empty: it does
};

}  // namespace projections::access
