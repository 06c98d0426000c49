// Randomness that is equal on every machine: the standard library's distributions
// are not, so these few are ours.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ops::node::population {

// SplitMix64 (Steele, Lea, Flood 2014): small state, good enough for made-up people.
class Random {
 public:
  // Streams of different (seed, stream) are independent.
  Random(std::uint64_t seed, std::uint64_t stream);

  std::uint64_t next();
  std::int64_t between(std::int64_t low, std::int64_t high);  // both included
  bool chance(int per_thousand);
  // About normal: the sum of four uniform draws. Integers only, so that equal seeds
  // give equal bytes whatever the compiler does with floating point.
  std::int64_t around(std::int64_t mean, std::int64_t spread);
  std::string uuid();  // version 4 form

  template <class T>
  const T& pick(std::span<const T> list) {
    return list[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(list.size()) - 1))];
  }
  template <class T, std::size_t N>
  const T& pick(const std::array<T, N>& list) {
    return pick(std::span<const T>(list));
  }

 private:
  std::uint64_t state_;
};

}  // namespace ops::node::population
