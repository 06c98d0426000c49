// log_append_child embedded DIRECTORY | kafka BROKERS TOPIC: appends for ever,
// keeping some appends in flight, and says on its output what was acknowledged
// (`partition offset number;`). Tests kill it.
#include <unistd.h>

#include <cstdio>
#include <mutex>
#include <semaphore>
#include <string>

#include "events/log/embedded_log.h"
#include "events/log/kafka_log.h"
#include "tests/events/append_child.h"
#include "tests/events/log_contract.h"

namespace events {
namespace {

Result<std::unique_ptr<EventLog>> open(int count, char** words) {
  const std::string kind = count > 1 ? words[1] : "";
  if (kind == "embedded" && count == 3) {
    return open_embedded_log({.directory = words[2], .partitions = LogUnderTest::partitions});
  }
  if (kind == "kafka" && count == 4) {
    return open_kafka_log(
        {.brokers = words[2], .topic = words[3], .partitions = LogUnderTest::partitions});
  }
  return invalid("embedded DIRECTORY | kafka BROKERS TOPIC");
}

// One write(2) a line: a kill leaves whole lines only.
void say(const Position& position, std::uint64_t number) {
  char line[64];
  const int size = std::snprintf(line, sizeof line, "%u %lld %llu;\n", position.partition.value,
                                 static_cast<long long>(position.offset.value),
                                 static_cast<unsigned long long>(number));
  if (::write(STDOUT_FILENO, line, static_cast<std::size_t>(size)) < 0) std::_Exit(0);
}

int append_for_ever(EventLog& log) {
  std::counting_semaphore<64> in_flight(64);
  for (std::uint64_t number = 0;; ++number) {
    in_flight.acquire();
    const PartitionId partition{static_cast<std::uint32_t>(number % log.partition_count())};
    log.append(partition, "key", child_value(number),
               [&in_flight, number](const Appended& appended) {
                 if (appended.delivery == Delivery::persisted) say(appended.position, number);
                 in_flight.release();
               });
  }
}

}  // namespace
}  // namespace events

int main(int count, char** words) {
  auto log = events::open(count, words);
  if (!log) {
    std::fprintf(stderr, "%s\n", log.error().message.c_str());
    return 1;
  }
  return events::append_for_ever(**log);
}
