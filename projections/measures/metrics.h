// The names of this folder's metrics: what it costs to keep each measure current, and how often it
// failed. `measure` is <name>-<version>, whatever the period.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <chrono>
#include <map>
#include <string>

namespace projections::measures {

// One thread counts.
class EvaluationMetrics {
 public:
  explicit EvaluationMetrics(prometheus::Registry& registry);  // outlives this

  struct Spent {
    std::size_t evaluations = 0;  // of one patient's record, at the end of one month
    std::size_t failures = 0;     // of these, ended in an error; the patient's standing says which
    std::chrono::duration<double> time{};
  };
  void count(const std::string& measure, const Spent& spent);

 private:
  struct Counters {
    prometheus::Counter& evaluations;
    prometheus::Counter& failures;
    prometheus::Counter& seconds;
  };
  Counters& of(const std::string& measure);

  // measure_evaluations_total{measure}
  prometheus::Family<prometheus::Counter>& evaluations_;
  // measure_evaluation_failures_total{measure}
  prometheus::Family<prometheus::Counter>& failures_;
  // measure_evaluation_seconds_total{measure}: documents opened on the way included
  prometheus::Family<prometheus::Counter>& seconds_;
  std::map<std::string, Counters> counters_;
};

}  // namespace projections::measures
