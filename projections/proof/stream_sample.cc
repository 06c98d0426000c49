#include "projections/proof/stream_sample.h"

#include <cstring>

#include "events/hmac.h"

namespace projections {

std::uint64_t StreamSample::rank(const events::StreamKey& stream) const {
  std::string input(sizeof seed_, '\0');
  std::memcpy(input.data(), &seed_, sizeof seed_);
  input += stream.bytes();
  const auto digest = events::sha256(input);
  std::uint64_t rank = 0;
  std::memcpy(&rank, digest.data(), sizeof rank);
  return rank;
}

void StreamSample::offer(const events::StreamKey& stream) {
  lowest_.push(rank(stream));
  if (lowest_.size() <= wanted_) return;
  lowest_.pop();
  all_ = false;
}

bool StreamSample::has(const events::StreamKey& stream) const {
  return all_ || (!lowest_.empty() && rank(stream) <= lowest_.top());
}

}  // namespace projections
