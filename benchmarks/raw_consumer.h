// Reading a topic with bare librdkafka: the limit for whatever reads a log on Kafka.
#pragma once

#include <cstdint>
#include <string>

namespace benchmarks {

struct RawRead {
  std::uint64_t records = 0, bytes = 0;  // keys and values
  double seconds = 0;                    // from the first question to the last record
};
// All partitions, from the beginning to where they end, by one consumer; nothing is kept.
RawRead read_raw(const std::string& brokers, const std::string& topic);

}  // namespace benchmarks
