// The settings of a node: `serve`, `rebuild` and `topics` read the same ones.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/result.h"
#include "ingest/validation/validator.h"
#include "ops/runtime/config.h"

namespace CLI {
class App;
}

namespace ops::node {

struct NodeSettings {
  std::filesystem::path data = "./chartlog-data";
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::filesystem::path secrets;  // DIR/secrets unless named
  std::string kafka;              // empty: the embedded log
  std::string topic = "chartlog";
  std::uint32_t partitions = 16;
  std::string site;           // of requests that name none
  bool takes_writes = true;   // role ingest
  bool answers_reads = true;  // role query
  std::string log_level = "info";
  std::size_t body_bytes_max = 128u << 20;
  std::chrono::milliseconds delivery_timeout{30'000};
  bool subscriptions_allow_private = false;
  std::size_t exports_at_once = 2;
  std::chrono::seconds exports_kept{3600};
  std::chrono::seconds export_time_limit{3600};
  std::filesystem::path import_directory;  // empty: imports read no files of this node
  bool import_allow_private = false;
  std::size_t imports_at_once = 1;
  std::chrono::seconds imports_kept{86400};
  std::string public_url;                      // empty: http://address:port
  bool access_log = true;                      // false: the log `access` says so from this start on
  std::uint32_t access_retention_days = 3653;  // how long `access` is kept
  bool order_gate = false;                     // orders against which a card stops are refused
  ingest::validation::Mode validation = ingest::validation::Mode::refuse;
};

// Adds a flag for each setting; what comes back reads flag > environment > --config FILE >
// default, and refuses by name what does not fit together.
using ReadSettings = std::function<events::Result<NodeSettings>()>;
ReadSettings add_settings(CLI::App& app);

}  // namespace ops::node
