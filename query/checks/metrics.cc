#include "query/checks/metrics.h"

namespace query::checks {

Metrics::Metrics(prometheus::Registry& registry)
    : cards_(prometheus::BuildCounter()
                 .Name("check_cards_total")
                 .Help("Cards about orders that were answered")
                 .Register(registry)),
      feedback_(prometheus::BuildCounter()
                    .Name("cds_feedback_total")
                    .Help("What clients say was done with cards of CDS Hooks")
                    .Register(registry)) {}

void Metrics::count(const Answer& answer) {
  for (const auto& card : answer.cards) cards_.Add({{"tier", to_string(card.tier)}}).Increment();
}

void Metrics::count_feedback(const std::string& service, const std::string& outcome) {
  feedback_.Add({{"service", service}, {"outcome", outcome}}).Increment();
}

}  // namespace query::checks
