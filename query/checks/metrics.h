// Counters of the checks:
//   check_cards_total{tier}                 cards that were answered, by any route
//   cds_feedback_total{service,outcome}     what clinicians did with them, as clients say
#pragma once

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <string>

#include "query/checks/checks.h"

namespace query::checks {

class Metrics {
 public:
  explicit Metrics(prometheus::Registry& registry);  // outlives this
  void count(const Answer& answer);
  void count_feedback(const std::string& service, const std::string& outcome);

 private:
  prometheus::Family<prometheus::Counter>& cards_;
  prometheus::Family<prometheus::Counter>& feedback_;
};

}  // namespace query::checks
