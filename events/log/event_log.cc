#include "events/log/event_log.h"

#include <future>

namespace events {

Appended append_and_wait(EventLog& log, PartitionId partition, std::string_view key,
                         std::string_view value) {
  std::promise<Appended> answer;
  auto delivered = answer.get_future();
  log.append(partition, key, value,
             [&answer](const Appended& appended) { answer.set_value(appended); });
  return delivered.get();
}

}  // namespace events
