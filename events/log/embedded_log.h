// The log of one machine: a RocksDB of its own, key partition|offset, one
// appender thread that assigns offsets and syncs the WAL for whole groups.
#pragma once

#include <filesystem>

#include "events/log/event_log.h"

namespace events {

struct EmbeddedLogOptions {
  std::filesystem::path directory;  // DIR/log/<name>; made if absent
  std::uint32_t partitions = 16;    // precondition_failed if the log was made with another number
  std::size_t queue_bytes_max = 64u << 20;
  std::size_t group_bytes_max = 4u << 20;
};

// Fails by name if another process has it. An fsync error ends the process:
// what is on the disk is then unknown. Readers see only what is synced.
Result<std::unique_ptr<EventLog>> open_embedded_log(const EmbeddedLogOptions& options);

}  // namespace events
