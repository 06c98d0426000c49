// What this machine can do at best, measured in the same run as what we do: our figures
// mean little without, since machines differ and are noisy.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "benchmarks/workload.h"

namespace benchmarks {

using Clock = std::chrono::steady_clock;
inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Percentiles {
  double p50_ms = 0, p99_ms = 0;
};
Percentiles percentiles(std::vector<double> milliseconds);

// Two threads: parse, compress each resource with the dictionary, one synced log write a
// bundle, four rows a resource. Resources a second.
double import_limit(const WorkloadOptions& workload);
// write() and fdatasync() of 1 KiB, one after the other.
Percentiles sync_limit(int writes);
// One record of 1 KiB at a time to the broker, idempotent, acks=all, linger 0.
Percentiles kafka_append_limit(const std::string& broker, int records);
// Records of `bytes` to 8 partitions as fast as librdkafka takes them; records a second.
double kafka_throughput_limit(const std::string& broker, int records, std::size_t bytes);
// Scans of 50 rows of 200 bytes under one prefix, one thread; scans a second.
double scan_limit();
// Rows of 150 bytes through one memtable without a WAL; rows a second.
double put_limit();

}  // namespace benchmarks
