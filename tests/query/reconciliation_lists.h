// Lines of medication lists in a few words, for tests of reconciliation.
#pragma once

#include <string>
#include <vector>

#include "events/clinical_time.h"
#include "query/reconciliation/coverage.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/knowledge/shipped.h"

namespace tests {

namespace rec = query::reconciliation;

struct Line {
  std::string id, code, display;  // no code: written as text
  std::string dose = "1 tablet daily";
  std::string site = "north";
  std::string start = "2024-03-01";
  projections::Claim claim = projections::Claim::active;
  schema::ResourceType type = schema::ResourceType::MedicationRequest;
};
inline const Line ten{"ten", "314076", "lisinopril 10 MG Oral Tablet"};

inline projections::MedicationClaim claim_of(const Line& line) {
  projections::MedicationClaim claim;
  claim.type = line.type;
  claim.id = line.id;
  claim.version = {1};
  claim.claim = line.claim;
  claim.source = line.type == schema::ResourceType::MedicationRequest     ? "order"
                 : line.type == schema::ResourceType::MedicationStatement ? "statement"
                                                                          : "dispense";
  claim.status = line.claim == projections::Claim::no_end ? "completed" : "active";
  if (!line.code.empty())
    claim.drug = {std::string(projections::rxnorm), line.code, line.display};
  else
    claim.drug.display = line.display;
  claim.dose = line.dose;
  claim.start = line.start;
  claim.time = events::parse_clinical_time(line.start)->low;
  claim.confirmed_by = line.site;
  return claim;
}

inline rec::OutsideLine brought(const std::string& place, const std::string& display,
                                const std::string& dose = "1 tablet daily") {
  rec::OutsideLine line;
  line.claim = claim_of({place, "", display, dose});
  line.claim.source = rec::outside_source;
  line.claim.confirmed_by.clear();
  line.medication = R"({"text":")" + display + R"("})";
  line.dosages = R"({"dosage":[{"text":")" + dose + R"("},{"text":"1 more at night"}]})";
  return line;
}

inline rec::Proposal proposal_of(const std::vector<Line>& lines,
                                 const std::vector<rec::OutsideLine>& outside = {}) {
  projections::MedicationClaims record;
  for (const auto& line : lines) record.claims.push_back(claim_of(line));
  return rec::propose(std::move(record), {"discharge list", outside, {}, false},
                      projections::knowledge::test::shipped(), "north",
                      events::parse_clinical_time("2026-11-27")->low);
}

}  // namespace tests
