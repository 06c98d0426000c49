// Drugs that the record says the patient is to avoid: MedicationRequests with doNotPerform.
#pragma once

#include <span>
#include <vector>

#include "projections/safety/chart_facts.h"

namespace projections::safety {

struct AvoidedDrug {
  knowledge::Basis basis;   // the order or, without orders, the line that has it
  std::size_t avoided = 0;  // position in ChartFacts::avoided
};

// Orders (without orders: drugs that are taken) that share an ingredient with one to be avoided;
// an avoided drug that nobody knows matches none, and stands in `unknown` by its position.
std::vector<AvoidedDrug> avoided_drugs(const knowledge::Knowledge& by, const ChartFacts& facts,
                                       std::span<const knowledge::DrugFact> orders,
                                       std::vector<std::size_t>& unknown);

}  // namespace projections::safety
