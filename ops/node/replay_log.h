// A node's log, opened to be read from its beginning: no folder is locked, no record appended, no
// file changed.
#pragma once

#include <memory>

#include "events/commit.h"
#include "events/keys.h"
#include "ops/node/settings.h"

namespace ops::node {

// `name`: of a side log, empty for the clinical one. not_found: it is not there.
events::Result<std::unique_ptr<events::EventLog>> open_log_to_read(const NodeSettings& settings,
                                                                   const std::string& name,
                                                                   std::uint32_t partitions);

// In start order; stopped in reverse.
struct ReplayLog {
  // not_found: no log, no keys or no secrets are there; the message says where.
  static events::Result<std::unique_ptr<ReplayLog>> open(const NodeSettings& settings);

  events::Secrets secrets;
  std::unique_ptr<events::EventLog> clinical;
  std::unique_ptr<events::EventLog> key_log;
  std::unique_ptr<events::KeyStore> keys;
  std::unique_ptr<events::Opener> opener;
};

}  // namespace ops::node
