// The log and everything folded from it, without HTTP: what `serve` and `rebuild` share.
#pragma once

#include <memory>

#include "events/commit.h"
#include "events/keys.h"
#include "ops/node/data_folder.h"
#include "ops/node/settings.h"
#include "projections/shards.h"

namespace ops::node {

// `name`: of a side log, empty for the clinical one. Made if absent.
events::Result<std::unique_ptr<events::EventLog>> open_node_log(const NodeSettings& settings,
                                                                const std::string& name,
                                                                std::uint32_t partitions);

// Built in start order, stopped in reverse.
struct Storage {
  explicit Storage(DataFolder folder) : locked(std::move(folder)) {}

  // Errors name what is in the way: a folder in use, wrong secrets, another log, no broker.
  static events::Result<std::unique_ptr<Storage>> open(const NodeSettings& settings,
                                                       prometheus::Registry& metrics);

  DataFolder locked;
  events::Secrets secrets;
  std::unique_ptr<events::EventLog> clinical;
  std::unique_ptr<events::EventLog> key_log;
  std::unique_ptr<events::EventLog> access_log;  // side log `access`
  std::unique_ptr<events::KeyStore> keys;
  std::unique_ptr<events::Sealer> sealer;
  std::unique_ptr<events::Opener> opener;
  std::unique_ptr<projections::Shards> shards;
};

}  // namespace ops::node
