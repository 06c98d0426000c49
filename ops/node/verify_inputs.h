// What `chartlog verify` is given: keys that are trusted, and checkpoints handed out before.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "events/proof/consistency.h"

namespace ops::node {

// Each is a verifier key, or a file of them, one a line. invalid names which does not read.
events::Result<std::vector<events::proof::Verifier>> read_verifiers(
    const std::vector<std::string>& given);

// Files of signed notes, or answers of /audit/checkpoints, /audit/proof or
// /audit/proof/consistency.
events::Result<std::vector<events::proof::Note>> read_note_files(
    const std::vector<std::filesystem::path>& files);
// The answers of /audit/proof/consistency among them.
events::Result<std::vector<events::proof::ConsistencySteps>> read_step_files(
    const std::vector<std::filesystem::path>& files);

}  // namespace ops::node
