// One partition's read models: one RocksDB directory, one worker thread at a time,
// moved, rebuilt, verified or dropped alone.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/commit.h"
#include "events/log/event_log.h"
#include "events/lookup.h"
#include "projections/store.h"
#include "projections/versions.h"

namespace projections {

struct ParkedPatient {
  std::string projection;
  events::StreamKey stream;
  events::Position since;  // first event that is not in the rows
  std::string reason;
};
struct QuarantinedRecord {
  events::Position position;
  std::string reason;
  std::string bytes;
};

// A change as readers of /live see it. One a commit.
struct Change {
  events::Position position;
  events::KnownTime known_time;
  events::StreamKey stream;
  std::string stream_name;
  events::CommitKey commit;
  std::vector<events::EventOutcome> events;
};

// Where reads of one moment see whole commits only.
class ShardView {
 public:
  virtual ~ShardView() = default;
  virtual events::Offset next_offset() const = 0;  // everything below is in the rows
  virtual const RowView& rows() const = 0;
  virtual Family family(std::string_view projection) const = 0;
  // All that are a function of the log, by name; without the node's own.
  virtual std::vector<std::pair<std::string, Family>> logical_families() const = 0;

  virtual Result<std::optional<VersionRow>> current(const events::StreamKey& stream, events::ResourceType type,
                                                    std::string_view id) const = 0;
  virtual Result<std::optional<VersionRow>> version(const events::StreamKey& stream, events::ResourceType type,
                                                    std::string_view id, events::Version version) const = 0;
  // Newest first.
  virtual Result<std::vector<VersionRow>> history(const events::StreamKey& stream, events::ResourceType type,
                                                  std::string_view id) const = 0;
  // Streams that hold a resource of that id, earliest first (more than one only after a race).
  virtual Result<std::vector<events::Known>> find(events::ResourceType type, std::string_view id) const = 0;
  // Accepted commits from `from` on, in offset order, of one stream or of all.
  virtual Result<std::vector<Change>> changes(events::Offset from, const std::optional<events::StreamKey>& stream,
                                              std::size_t limit) const = 0;
  virtual Result<std::vector<ParkedPatient>> parked(const std::optional<events::StreamKey>& stream) const = 0;
  virtual Result<std::vector<QuarantinedRecord>> quarantined(std::size_t limit) const = 0;
};

class Shard {
 public:
  virtual ~Shard() = default;
  virtual events::PartitionId partition() const = 0;
  virtual std::shared_ptr<const ShardView> view() const = 0;
  // False when `deadline` passes first.
  virtual bool wait_for(events::Offset next, std::chrono::steady_clock::time_point deadline) const = 0;
  virtual events::Offset next_offset() const = 0;
  // Empty while it goes on; else why the partition stopped (newer format, unknown
  // dictionary, missing key, log away).
  virtual std::string problem() const = 0;
};

// SHA-256 over sorted logical (family, key, value) of a view; node-local rows excluded.
Result<std::string> state_hash(const ShardView& view);  // hex

}  // namespace projections
