#include "events/log/whole_read.h"

#include <fmt/format.h>

namespace events {
namespace {

constexpr std::chrono::milliseconds turn{1000};
constexpr int turns_max = 30;

}  // namespace

Result<std::vector<LogRecord>> next_below(LogReader& reader, Offset end, std::size_t bytes_max,
                                          const std::stop_token& stop) {
  for (int turns = 0; turns < turns_max; ++turns) {
    if (stop.stop_requested()) return unavailable("stopped");
    auto records = reader.next(bytes_max, turn);
    if (!records || !records->empty()) return records;
  }
  return unavailable(
      fmt::format("the log ends at offset {}, but gives no more records; try again when it answers",
                  end.value));
}

}  // namespace events
