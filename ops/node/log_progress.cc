#include "ops/node/log_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace ops::node {

LogProgress::LogProgress(std::uint64_t end) : end_(end), terminal_(::isatty(STDERR_FILENO) == 1) {}

double LogProgress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void LogProgress::add(std::uint64_t records, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  done_ += records;
  bytes_ += bytes;
  if (!terminal_) return;
  constexpr std::uint64_t width = 30;
  const auto filled = end_ == 0 ? width : std::min(width, done_ * width / end_);
  const double time = std::max(seconds(), 1e-3);
  const auto rate = bytes_ > 0
                        ? fmt::format("{:.0f} MB/s", static_cast<double>(bytes_) / 1e6 / time)
                        : fmt::format("{:.0f}/s", static_cast<double>(done_) / time);
  fmt::print(stderr, "\r[{:#<{}}{:.<{}}] {} of {} records, {}\x1b[K", "", filled, "",
             width - filled, done_, end_, rate);
  std::fflush(stderr);
}

void LogProgress::clear() const {
  if (terminal_) fmt::print(stderr, "\r\x1b[K");
}

events::Result<std::uint64_t> records_in(events::EventLog& log) {
  std::uint64_t all = 0;
  for (std::uint32_t i = 0; i < log.partition_count(); ++i) {
    const auto end = log.end({i});
    if (!end) return end.error();
    all += static_cast<std::uint64_t>(end->value);
  }
  return all;
}

}  // namespace ops::node
