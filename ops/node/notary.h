// The notary of a running node: its key, its side log, and its place in the data folder.
#pragma once

#include <memory>

#include "ops/node/storage.h"
#include "projections/proof/notary.h"

namespace ops::node {

// Signs with the key in `DIR/signing_key`, made at first start, in the name of the site.
events::Status open_notary(const NodeSettings& settings, Storage& storage,
                           prometheus::Registry& metrics,
                           std::unique_ptr<events::EventLog>& checkpoints,
                           std::unique_ptr<projections::Notary>& notary);

}  // namespace ops::node
