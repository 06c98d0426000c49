// A log as lines of JSON, for ops/verify_proof.py: the first says which log it is, then a line for
// each record and for each signed checkpoint of the side log.
//
//   {"log_id","topic","partitions"}
//   {"partition","offset","append_time","key","value"}   append_time in microseconds; base64
//   {"checkpoint"}
#pragma once

#include <filesystem>

#include "ops/node/verify_log.h"

namespace ops::node {

// What does not read is left out, and comes back.
events::Result<std::vector<std::string>> export_log(const VerifyLog& log,
                                                    const std::filesystem::path& file);

}  // namespace ops::node
