// Checkpoints held against each other without the log, for `chartlog verify --consistency`.
#pragma once

#include <filesystem>
#include <vector>

#include "events/proof/consistency.h"

namespace ops::node {

// `files`: as read_note_files and read_step_files take them. `trees`: DIR/proof, whose newest
// checkpoints count too and whose tiles make the steps that no file has; need not be there. What a
// file has that cannot be read is a finding.
events::Result<events::proof::ConsistencyReport> verify_consistency(
    const std::vector<std::filesystem::path>& files, const std::filesystem::path& trees,
    const std::vector<events::proof::Verifier>& trusted);

}  // namespace ops::node
