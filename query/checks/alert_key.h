// What a card is about, so that the same again is known for the same: rule, drugs with their
// doses and routes, substances of allergies. Not the resources, which are others each time.
#pragma once

#include <string>
#include <vector>

#include "query/checks/chart_facts.h"

namespace query::checks {

struct AlertKey {
  std::string text;       // 32 hex digits
  bool has_doses = true;  // false: of a drug that is taken no dose a day is known
};

AlertKey alert_key(const knowledge::Knowledge& by, std::string_view rule,
                   const std::vector<const knowledge::DrugFact*>& drugs,
                   const std::vector<const knowledge::AllergyFact*>& allergies = {});

}  // namespace query::checks
