// What /metrics tells of HTTP.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ops::http {

// Safe from any thread. Routes are patterns, never paths, so that neither the number of
// series nor a patient's id follows what is asked.
class ServerMetrics {
 public:
  explicit ServerMetrics(prometheus::Registry& registry);

  void answered(std::string_view route, std::string_view method, int status,
                std::chrono::duration<double> took);

  prometheus::Counter& received_bytes;
  prometheus::Counter& sent_bytes;
  prometheus::Gauge& requests_in_flight;
  prometheus::Gauge& connections;

 private:
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& seconds_;

  // Guarded by mutex_. Labels are looked up once: the registry's own look-up builds maps.
  std::mutex mutex_;
  std::unordered_map<std::string, prometheus::Counter*> counters_;
  std::unordered_map<std::string, prometheus::Histogram*> histograms_;
};

}  // namespace ops::http
