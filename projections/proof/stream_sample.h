// A random choice of streams, the same for the same seed. A stream belongs to it by its key and the
// seed alone, so one that the log has and the store lost is found as well.
#pragma once

#include <cstdint>
#include <queue>

#include "events/ids.h"

namespace projections {

class StreamSample {
 public:
  // About `wanted` of those that are offered: all, if they are no more.
  StreamSample(std::uint64_t seed, std::size_t wanted) : seed_(seed), wanted_(wanted) {}

  void offer(const events::StreamKey& stream);
  // Of any stream, offered or not; asked after the last offer.
  bool has(const events::StreamKey& stream) const;
  std::size_t size() const { return lowest_.size(); }

 private:
  std::uint64_t rank(const events::StreamKey& stream) const;

  const std::uint64_t seed_;
  const std::size_t wanted_;
  bool all_ = true;                            // nobody was left out
  std::priority_queue<std::uint64_t> lowest_;  // ranks of the chosen, the highest on top
};

}  // namespace projections
