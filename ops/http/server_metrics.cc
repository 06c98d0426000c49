#include "ops/http/server_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ops::http {
namespace {

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

// Anybody can invent a method; a series each would be theirs to grow.
std::string_view known_method(std::string_view method) {
  constexpr std::array known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return std::find(known.begin(), known.end(), method) == known.end() ? "other" : method;
}

const prometheus::Histogram::BucketBoundaries second_bounds{
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30};

}  // namespace

ServerMetrics::ServerMetrics(prometheus::Registry& registry)
    : received_bytes(counter(registry, "http_received_bytes_total", "Bytes read from clients")),
      sent_bytes(counter(registry, "http_sent_bytes_total", "Bytes written to clients")),
      requests_in_flight(
          gauge(registry, "http_requests_in_flight", "Requests that wait for a worker or run")),
      connections(gauge(registry, "http_connections", "Open connections")),
      requests_(prometheus::BuildCounter()
                    .Name("http_requests_total")
                    .Help("Requests answered, by route, method and status")
                    .Register(registry)),
      seconds_(prometheus::BuildHistogram()
                   .Name("http_request_seconds")
                   .Help("From a request's last byte to its answer's first, by route")
                   .Register(registry)) {}

void ServerMetrics::answered(std::string_view route, std::string_view method, int status,
                             std::chrono::duration<double> took) {
  if (route.empty()) route = "none";
  method = known_method(method);
  const auto key = fmt::format("{} {} {}", method, status, route);
  const std::lock_guard lock(mutex_);
  auto& requests = counters_[key];
  if (requests == nullptr) {
    requests = &requests_.Add({{"route", std::string(route)},
                               {"method", std::string(method)},
                               {"status", std::to_string(status)}});
  }
  auto& seconds = histograms_[std::string(route)];
  if (seconds == nullptr) seconds = &seconds_.Add({{"route", std::string(route)}}, second_bounds);
  requests->Increment();
  seconds->Observe(took.count());
}

}  // namespace ops::http
