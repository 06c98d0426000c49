#include "ops/node/population/random.h"

#include <fmt/format.h>

namespace ops::node::population {

Random::Random(std::uint64_t seed, std::uint64_t stream)
    : state_(seed * 0x9E3779B97F4A7C15u ^ (stream + 1) * 0xD1B54A32D192ED03u) {
  next();
}

std::uint64_t Random::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  const auto span = static_cast<std::uint64_t>(high - low) + 1;
  return low + static_cast<std::int64_t>(next() % span);
}

bool Random::chance(int per_thousand) { return between(0, 999) < per_thousand; }

std::int64_t Random::around(std::int64_t mean, std::int64_t spread) {
  std::int64_t sum = 0;
  for (int i = 0; i < 4; ++i) sum += between(-spread, spread);
  return mean + sum / 2;
}

std::string Random::uuid() {
  const std::uint64_t high = next();
  const std::uint64_t low = next();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                     high & 0xFFF, 0x8000 | (low >> 48 & 0x3FFF), low & 0xFFFFFFFFFFFFu);
}

}  // namespace ops::node::population
