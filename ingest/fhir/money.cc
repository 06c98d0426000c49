#include "ingest/fhir/money.h"

namespace ingest::fhir {
namespace {

// Claim.item and ExplanationOfBenefit.item name the encounters they bill.
void encounters(const Element& from, std::vector<std::unique_ptr<schema::ReferenceT>>& to) {
  from.each("item", [&](const Element& item) { item.get("encounter", to); });
}

// Coverage.class: its type's codes, its value as the text.
void coverage_class(const Element& from, schema::ConceptT& to) {
  if (const Element type = from.object("type", Need::required)) type.get("coding", to.codings);
  from.get("value", to.text, Need::required);
}

}  // namespace

void map(const Element& from, schema::ClaimT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::fm_status, Need::required);
  from.get("type", to.type, Need::required);
  from.code("use", to.use, codes::claim_use, Need::required);
  from.get("billablePeriod", to.billable);
  from.get("created", to.created, Need::required);
  from.get("provider", to.provider, Need::required);
  from.get("insurer", to.insurer);
  from.get("facility", to.facility);
  from.get("priority", to.priority, Need::required);
  from.get("prescription", to.prescription);
  encounters(from, to.encounters);
  from.each("diagnosis", [&](const Element& at) { at.add("diagnosisReference", to.diagnoses); });
  from.each("procedure", [&](const Element& at) { at.add("procedureReference", to.procedures); });
  from.each("insurance", [&](const Element& at) { at.add("coverage", to.coverages); });
  from.get("total", to.total);
}

void map(const Element& from, schema::ExplanationOfBenefitT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::explanationofbenefit_status, Need::required);
  from.get("type", to.type, Need::required);
  from.code("use", to.use, codes::claim_use, Need::required);
  from.get("billablePeriod", to.billable);
  from.get("created", to.created, Need::required);
  from.get("provider", to.provider, Need::required);
  from.get("insurer", to.insurer, Need::required);
  from.get("facility", to.facility);
  from.get("claim", to.claim);
  from.code("outcome", to.outcome, codes::remittance_outcome, Need::required);
  encounters(from, to.encounters);
  from.each("insurance", [&](const Element& at) { at.add("coverage", to.coverages); });
  if (const Element payment = from.object("payment")) payment.get("amount", to.payment);
  from.each("careTeam", [&](const Element& at) { at.add("provider", to.care_team); });
}

void map(const Element& from, schema::CoverageT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::fm_status, Need::required);
  from.get("type", to.type);
  from.get("policyHolder", to.policy_holder);
  from.get("subscriber", to.subscriber);
  from.get("subscriberId", to.subscriber_id);
  from.get("relationship", to.relationship);
  from.get("period", to.period);
  from.get("payor", to.payors, Need::required);
  from.each("class", [&](const Element& at) {
    coverage_class(at, *to.class_values.emplace_back(std::make_unique<schema::ConceptT>()));
  });
  from.number("order", to.order);
  from.get("network", to.network);
}

}  // namespace ingest::fhir
