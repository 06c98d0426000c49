// raw_read BROKERS TOPIC: how fast bare librdkafka reads a topic; benchmarks/replay.py asks.
#include <fmt/format.h>

#include "benchmarks/raw_consumer.h"

int main(int count, char** words) {
  if (count != 3) {
    fmt::print(stderr, "usage: raw_read BROKERS TOPIC\n");
    return 2;
  }
  const auto read = benchmarks::read_raw(words[1], words[2]);
  fmt::print("{} records, {} bytes in {:.3f} s, {:.0f} records/s, {:.0f} MB/s\n", read.records,
             read.bytes, read.seconds, static_cast<double>(read.records) / read.seconds,
             static_cast<double>(read.bytes) / 1e6 / read.seconds);
  return 0;
}
