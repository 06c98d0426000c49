#include "projections/measures/metrics.h"

namespace projections::measures {
namespace {

prometheus::Family<prometheus::Counter>& family(prometheus::Registry& registry, const char* name,
                                                const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

}  // namespace

EvaluationMetrics::EvaluationMetrics(prometheus::Registry& registry)
    : evaluations_(family(registry, "measure_evaluations_total",
                          "evaluations of a patient's record, by measure")),
      failures_(family(registry, "measure_evaluation_failures_total",
                       "of these, those that ended in an error")),
      seconds_(family(registry, "measure_evaluation_seconds_total",
                      "time they took, with the documents that they opened")) {}

void EvaluationMetrics::count(const std::string& measure, const Spent& spent) {
  auto& counters = of(measure);
  counters.evaluations.Increment(static_cast<double>(spent.evaluations));
  counters.failures.Increment(static_cast<double>(spent.failures));
  counters.seconds.Increment(spent.time.count());
}

EvaluationMetrics::Counters& EvaluationMetrics::of(const std::string& measure) {
  const auto found = counters_.find(measure);
  if (found != counters_.end()) return found->second;
  const std::map<std::string, std::string> label{{"measure", measure}};
  return counters_
      .emplace(measure,
               Counters{evaluations_.Add(label), failures_.Add(label), seconds_.Add(label)})
      .first->second;
}

}  // namespace projections::measures
