// Documents in files: a .json file is one, each line of an .ndjson file is one;
// plain, .gz or .zst. Read as a stream, so memory follows the longest document.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "events/result.h"

namespace ops::node {

// Files as named, and those inside folders, in name order. not_found names what is not
// there; unsupported what has another ending.
events::Result<std::vector<std::filesystem::path>> find_documents(
    const std::vector<std::filesystem::path>& paths);

// Calls `take` with each document (empty lines are none) and its line number, from 1, until
// it says false. corrupt: the compressed file is damaged or cut short.
events::Status read_documents(
    const std::filesystem::path& file,
    const std::function<bool(std::string document, std::size_t line)>& take);

}  // namespace ops::node
