// Which resource ids a shard may have: so that asking all shards for an id that nobody has
// (each create does) costs a few cache lines instead of sixteen RocksDB seeks.
//
// One thread adds, any asks. Says "maybe" for all that was added, and for about one in a
// thousand others. Two bytes an id.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace projections {

class IdFilter {
 public:
  IdFilter() = default;
  // `hash`: bytes of a good hash, 16 at least.
  void add(std::string_view hash);
  bool may_have(std::string_view hash) const;
  // From here on all ids of the shard are in; until then everything may be there.
  void set_complete() { complete_.store(true, std::memory_order_release); }

 private:
  struct Line {  // a cache line; all bits of one id lie in one
    std::array<std::atomic<std::uint64_t>, 8> words{};
  };
  struct Block {
    explicit Block(std::size_t lines_count) : lines(lines_count) {}
    std::vector<Line> lines;
    std::size_t left = lines.size() * ids_per_line;
  };
  static constexpr std::size_t ids_per_line = 32;
  static constexpr std::size_t first_lines = 1024;
  static constexpr std::size_t blocks_max = 20;  // each twice as large as the one before

  std::array<std::unique_ptr<Block>, blocks_max> blocks_;
  std::atomic<std::size_t> blocks_used_ = 0;  // published after the block is made
  std::atomic<bool> complete_ = false;
};

}  // namespace projections
