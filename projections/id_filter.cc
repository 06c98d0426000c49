#include "projections/id_filter.h"

#include <cstring>
#include <utility>

#include "events/check.h"

namespace projections {
namespace {

struct Bits {
  std::size_t line;
  std::array<std::pair<std::size_t, std::uint64_t>, 6> in_words;  // word, bit
};

Bits bits_of(std::string_view hash, std::size_t lines) {
  CHECK(hash.size() >= 16);
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::memcpy(&first, hash.data(), sizeof first);
  std::memcpy(&second, hash.data() + sizeof first, sizeof second);
  Bits bits{first % lines, {}};
  for (auto& [word, bit] : bits.in_words) {
    word = second & 7;
    bit = std::uint64_t{1} << (second >> 3 & 63);
    second >>= 9;
  }
  return bits;
}

}  // namespace

void IdFilter::add(std::string_view hash) {
  auto used = blocks_used_.load(std::memory_order_relaxed);
  if (used == 0 || blocks_[used - 1]->left == 0) {
    CHECK(used < blocks_max);
    blocks_[used] = std::make_unique<Block>(first_lines << used);
    blocks_used_.store(++used, std::memory_order_release);
  }
  auto& block = *blocks_[used - 1];
  --block.left;
  const auto bits = bits_of(hash, block.lines.size());
  for (const auto& [word, bit] : bits.in_words) {
    block.lines[bits.line].words[word].fetch_or(bit, std::memory_order_relaxed);
  }
}

bool IdFilter::may_have(std::string_view hash) const {
  if (!complete_.load(std::memory_order_acquire)) return true;
  const auto used = blocks_used_.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < used; ++i) {
    const auto& lines = blocks_[i]->lines;
    const auto bits = bits_of(hash, lines.size());
    bool all = true;
    for (const auto& [word, bit] : bits.in_words) {
      all = all && (lines[bits.line].words[word].load(std::memory_order_relaxed) & bit) != 0;
    }
    if (all) return true;
  }
  return false;
}

}  // namespace projections
