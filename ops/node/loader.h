// `chartlog load`: files to a server, by several connections at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "events/result.h"

namespace ops::node {

struct LoadOptions {
  std::vector<std::filesystem::path> paths;
  std::string url;
  int connections = 4;
  std::chrono::seconds patience{300};         // with one document
  std::size_t waiting_bytes_max = 64u << 20;  // read but not sent; one document may be larger
  std::size_t reasons_max = 10;
};

struct LoadSummary {
  std::uint64_t documents = 0;
  std::uint64_t documents_known = 0;  // in all files; 0 until the first reading is done
  std::uint64_t bytes = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t retries = 0;
  std::chrono::duration<double> took{};
  std::vector<std::string> reasons;  // the first refusals, with file and line
};

// Reads each file once, and once more for each turn (load_order.h) that has documents in
// it. `progress` is called from the calling thread about ten times a second. An error is
// one of reading; what the server refuses is in the summary.
events::Result<LoadSummary> load(const LoadOptions& options,
                                 const std::function<void(const LoadSummary&)>& progress);

}  // namespace ops::node
