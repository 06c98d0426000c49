// What `chartlog verify` is given: keys that are trusted, and checkpoints handed out before.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "events/proof/signed_note.h"

namespace ops::node {

// Each is a verifier key, or a file of them, one a line. invalid names which does not read.
events::Result<std::vector<events::proof::Verifier>> read_verifiers(
    const std::vector<std::string>& given);

// Files of signed notes, or of answers of /audit/checkpoints.
events::Result<std::vector<events::proof::Note>> read_note_files(
    const std::vector<std::filesystem::path>& files);

}  // namespace ops::node
