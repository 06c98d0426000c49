#include "ops/runtime/metrics.h"

#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace ops::runtime {
namespace {

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

double entries(const char* directory) {
  std::error_code ignored;
  double count = 0;
  for (auto entry = std::filesystem::directory_iterator(directory, ignored);
       entry != std::filesystem::directory_iterator(); entry.increment(ignored)) {
    ++count;
  }
  return count;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

// The names are those that every Prometheus client uses, so that common dashboards fit.
Metrics::Metrics()
    : resident_bytes_(
          gauge(registry_, "process_resident_memory_bytes", "Memory of this process in RAM")),
      open_files_(gauge(registry_, "process_open_fds", "Open file descriptors")),
      threads_(gauge(registry_, "process_threads", "Threads of this process")) {
  gauge(registry_, "process_start_time_seconds", "Seconds since 1970 at which this process started")
      .Set(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
               .count());
}

void Metrics::before_text(std::function<void()> refresh) {
  const std::lock_guard lock(mutex_);
  refreshes_.push_back(std::move(refresh));
}

std::string Metrics::text() {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& refresh : refreshes_) refresh();
  }
  resident_bytes_.Set(resident_bytes());
  open_files_.Set(entries("/proc/self/fd"));
  threads_.Set(entries("/proc/self/task"));
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace ops::runtime
