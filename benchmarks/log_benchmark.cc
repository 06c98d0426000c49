// log_benchmark [BROKERS]: appends and reads of the embedded log and, given a
// broker, of the Kafka log, beside raw librdkafka appends of the same bytes. Each
// figure's result is checked: what was appended must be read.
//
// linger.ms 0 and 1 stand beside each other in the raw appends.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "events/check.h"
#include "events/log/embedded_log.h"
#include "events/log/kafka_client.h"
#include "events/log/kafka_log.h"

namespace events {
namespace {

using std::chrono::steady_clock;

constexpr int single_appends = 2000;
constexpr int bulk_appends = 400'000;
constexpr std::uint32_t partitions = 8;
const std::string value(345, 'v');  // the mean compressed resource of the design's figures

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

void print_latencies(const char* what, std::vector<double> milliseconds) {
  std::sort(milliseconds.begin(), milliseconds.end());
  fmt::print("{:40} p50 {:.2f} ms  p99 {:.2f} ms\n", what, milliseconds[milliseconds.size() / 2],
             milliseconds[milliseconds.size() * 99 / 100]);
}

template <class Append>
void measure_single(const char* what, Append append) {
  std::vector<double> milliseconds;
  for (int i = 0; i < single_appends; ++i) {
    const auto start = steady_clock::now();
    append();
    milliseconds.push_back(seconds_since(start) * 1000);
  }
  print_latencies(what, std::move(milliseconds));
}

void measure_bulk(const std::string& what, EventLog& log) {
  std::latch all(bulk_appends);
  const auto start = steady_clock::now();
  for (int i = 0; i < bulk_appends; ++i) {
    const PartitionId partition{static_cast<std::uint32_t>(i) % partitions};
    log.append(partition, "0123456789abcdef", value, [&all](const Appended& appended) {
      CHECK(appended.delivery == Delivery::persisted);
      all.count_down();
    });
  }
  all.wait();
  fmt::print(
      "{:40} {:.0f} records/s, {:.0f} in a group\n", what + " append, many in flight",
      bulk_appends / seconds_since(start),
      static_cast<double>(log.figures().records) / static_cast<double>(log.figures().groups));
}

std::int64_t read_all(EventLog& log, PartitionId partition) {
  const auto end = log.end(partition);
  CHECK(end.has_value());
  auto reader = log.read(partition, {0});
  CHECK(reader.has_value());
  std::int64_t count = 0;
  for (Offset next; next < *end;) {
    auto records = (*reader)->next(1u << 20, std::chrono::seconds(10));
    CHECK(records.has_value() && !records->empty());
    for (const LogRecord& record : *records) CHECK(record.value == value);
    next = records->back().offset.next();
    count += static_cast<std::int64_t>(records->size());
  }
  return count;
}

void measure_read(const std::string& what, EventLog& log) {
  auto start = steady_clock::now();
  std::int64_t count = 0;
  for (std::uint32_t i = 0; i < partitions; ++i) count += read_all(log, {i});
  CHECK(count == bulk_appends + single_appends);
  fmt::print("{:40} {:.0f} records/s\n", what + " read, partition by partition",
             static_cast<double>(count) / seconds_since(start));

  start = steady_clock::now();
  std::atomic<std::int64_t> together = 0;
  {
    std::vector<std::jthread> readers;
    for (std::uint32_t i = 0; i < partitions; ++i) {
      readers.emplace_back([&, i] { together += read_all(log, {i}); });
    }
  }
  CHECK(together == count);
  fmt::print("{:40} {:.0f} records/s\n", what + " read, a thread a partition",
             static_cast<double>(count) / seconds_since(start));
}

void measure_log(const std::string& what, EventLog& log) {
  measure_single((what + " append, one at a time").c_str(), [&] {
    CHECK(append_and_wait(log, {0}, "0123456789abcdef", value).delivery == Delivery::persisted);
  });
  measure_bulk(what, log);
}

// librdkafka as near to bare as it goes: no adapter, no callbacks of ours.
void measure_raw(const std::string& brokers, const std::string& topic_name, const char* linger) {
  static std::atomic<int> delivered;
  delivered = 0;
  auto client = kafka::Client::open(RD_KAFKA_PRODUCER,
                                    {{"bootstrap.servers", brokers},
                                     {"enable.idempotence", "true"},
                                     {"linger.ms", linger},
                                     {"queue.buffering.max.messages", "1000000"},
                                     {"socket.nagle.disable", "true"}},
                                    [](const rd_kafka_message_t& message) {
                                      CHECK(message.err == RD_KAFKA_RESP_ERR_NO_ERROR);
                                      ++delivered;
                                      delivered.notify_one();
                                    });
  CHECK(client.has_value());
  {
    const kafka::Topic topic = (*client)->topic(topic_name);
    const auto produce = [&](int partition) {
      CHECK(rd_kafka_produce(topic.get(), partition, RD_KAFKA_MSG_F_COPY,
                             const_cast<char*>(value.data()), value.size(), "0123456789abcdef", 16,
                             nullptr) == 0);
    };
    const auto wait_for = [&](int count) {
      for (int seen = delivered; seen < count; seen = delivered) delivered.wait(seen);
    };
    measure_single(fmt::format("raw librdkafka, linger {} ms, one at a time", linger).c_str(), [&] {
      const int before = delivered;
      produce(0);
      wait_for(before + 1);
    });
    const auto start = steady_clock::now();
    const int before = delivered;
    for (int i = 0; i < bulk_appends; ++i) produce(i % static_cast<int>(partitions));
    wait_for(before + bulk_appends);
    fmt::print("{:40} {:.0f} records/s\n",
               fmt::format("raw librdkafka, linger {} ms, many", linger),
               bulk_appends / seconds_since(start));
  }
}

int run(int count, char** words) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("chartlog-benchmark-" + std::to_string(::getpid()));
  {
    auto log = open_embedded_log(
        {.directory = folder, .partitions = partitions, .queue_bytes_max = 256u << 20});
    CHECK(log.has_value());
    measure_log("embedded", **log);
    measure_read("embedded", **log);
  }
  std::filesystem::remove_all(folder);
  if (count < 2) return 0;

  const std::string topic =
      "benchmark-" + std::to_string(steady_clock::now().time_since_epoch().count());
  const auto open = [&](const std::string& name) {
    auto log = open_kafka_log({.brokers = words[1],
                               .topic = name,
                               .partitions = partitions,
                               .queue_bytes_max = 256u << 20});
    CHECK(log.has_value());
    return std::move(*log);
  };
  open(topic + "-raw").reset();
  measure_raw(words[1], topic + "-raw", "0");
  measure_raw(words[1], topic + "-raw", "1");
  measure_log("Kafka", *open(topic));
  // With the default queues, which are smaller than a partition here.
  const auto log = open_kafka_log({.brokers = words[1], .topic = topic, .partitions = partitions});
  CHECK(log.has_value());
  measure_read("Kafka", **log);
  return 0;
}

}  // namespace
}  // namespace events

int main(int count, char** words) { return events::run(count, words); }
