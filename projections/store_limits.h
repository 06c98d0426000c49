// What the shards of a process may take of the machine, together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace projections {

struct StoreLimits {
  std::size_t block_cache_bytes = 96u << 20;
  std::size_t write_buffer_bytes = 288u << 20;
  int background_threads = 2;
  // Tables that one shard keeps open. A question that meets a closed one opens it again, which
  // takes longer than the question; a large shard has some 250 (of each family up to 8 young ones).
  int open_tables = 64;
};

// Of the files that a process may have open, what its shards may take: the rest is for connections.
constexpr int open_tables_of(std::size_t open_files_max, std::uint32_t shards) {
  constexpr std::size_t enough = 512, least = 32;
  return static_cast<int>(std::clamp(open_files_max / 2 / std::max(shards, 1u), least, enough));
}

}  // namespace projections
