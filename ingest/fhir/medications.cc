#include "ingest/fhir/medications.h"

namespace ingest::fhir {
namespace {

json::Value contained_resource(const json::Value& resource, std::string_view type,
                               std::string_view id) {
  for (json::Value at = resource["contained"].first(); at; at = at.next()) {
    if (at["resourceType"].string() == type && at["id"].string() == id) return at;
  }
  return {};
}

// The code in the facts of a Medication.
std::unique_ptr<schema::ConceptT> code_in(const std::string& facts) {
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(facts.data()), facts.size());
  if (!verifier.VerifyBuffer<schema::Facts>(nullptr)) return nullptr;
  const auto* medication = flatbuffers::GetRoot<schema::Facts>(facts.data())->of_as_Medication();
  if (!medication || !medication->code()) return nullptr;
  return std::unique_ptr<schema::ConceptT>(medication->code()->UnPack());
}

// What medicationReference leads to is copied, so that no projection reads another stream.
void referenced_code(const Element& from, std::unique_ptr<schema::ConceptT>& code) {
  Reading& reading = from.reading();
  const json::Value reference = from.value()["medicationReference"]["reference"];
  if (reference.string().starts_with('#')) {
    const json::Value medication =
        contained_resource(reading.resource, "Medication", reference.string().substr(1));
    if (medication) return Element(medication, reading).get("code", code);
    return reading.refuse(reference, "leads to no contained Medication; send it in `contained`");
  }
  const ResolvedReference* resolved = reading.resolved(reference);
  if (!resolved || resolved->id.empty() || resolved->type != events::ResourceType::Medication)
    return;
  if (!reading.context.medication_code) return;
  auto facts = reading.context.medication_code(*resolved);
  if (!facts) {
    reading.errors.push_back(facts.error());
  } else if (!facts->empty()) {
    code = code_in(*facts);
  }
}

void medication(const Element& from, std::unique_ptr<schema::ConceptT>& code,
                std::unique_ptr<schema::ReferenceT>& reference) {
  from.choice("medication", {"CodeableConcept", "Reference"}, Need::required);
  from.get("medicationCodeableConcept", code);
  from.get("medicationReference", reference);
  if (reference && !code) referenced_code(from, code);
}

void notes(const Element& from, std::vector<std::string>& to) {
  from.each("note", [&](const Element& at) { at.add("text", to); });
}

void effective(const Element& from, std::unique_ptr<schema::WhenT>& when,
               std::unique_ptr<schema::PeriodT>& period, Need need) {
  from.choice("effective", {"DateTime", "Period"}, need);
  from.get("effectiveDateTime", when);
  from.get("effectivePeriod", period);
}

}  // namespace

void map(const Element& from, schema::MedicationT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::medication_status);
  from.get("code", to.code);
  from.get("form", to.form);
  from.each("ingredient", [&](const Element& at) {
    at.choice("item", {"CodeableConcept", "Reference"}, Need::required);
    at.add("itemCodeableConcept", to.ingredients);
  });
  from.get("manufacturer", to.manufacturer);
}

void map(const Element& from, schema::MedicationRequestT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::medicationrequest_status, Need::required);
  from.get("statusReason", to.status_reason);
  from.code("intent", to.intent, codes::medicationrequest_intent, Need::required);
  from.get("category", to.categories);
  from.code("priority", to.priority, codes::request_priority);
  from.get("doNotPerform", to.do_not_perform);
  from.choice("reported", {"Boolean", "Reference"});
  from.get("reportedBoolean", to.reported);
  from.get("reportedReference", to.reported_by);
  medication(from, to.medication, to.medication_reference);
  from.get("encounter", to.encounter);
  from.get("authoredOn", to.authored);
  from.get("requester", to.requester);
  from.get("performer", to.performer);
  from.get("reasonCode", to.reasons);
  from.get("reasonReference", to.reason_references);
  from.get("courseOfTherapyType", to.course_of_therapy);
  from.get("dosageInstruction", to.dosages);
  if (const Element dispense = from.object("dispenseRequest")) {
    dispense.get("validityPeriod", to.dispense_validity);
    dispense.number("numberOfRepeatsAllowed", to.repeats_allowed);
    dispense.get("quantity", to.dispense_quantity);
    dispense.get("expectedSupplyDuration", to.expected_supply);
  }
  from.get("priorPrescription", to.prior_prescription);
  from.get("basedOn", to.based_on);
  notes(from, to.notes);
}

void map(const Element& from, schema::MedicationStatementT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::medication_statement_status, Need::required);
  from.get("statusReason", to.status_reasons);
  from.get("category", to.category);
  medication(from, to.medication, to.medication_reference);
  from.get("context", to.context);
  effective(from, to.effective, to.effective_period, Need::optional);
  from.get("dateAsserted", to.asserted);
  from.get("informationSource", to.source);
  from.get("derivedFrom", to.derived_from);
  from.get("reasonCode", to.reasons);
  from.get("dosage", to.dosages);
  from.get("basedOn", to.based_on);
  notes(from, to.notes);
}

void map(const Element& from, schema::MedicationDispenseT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::medicationdispense_status, Need::required);
  from.choice("statusReason", {"CodeableConcept", "Reference"});
  from.get("statusReasonCodeableConcept", to.status_reason);
  from.get("category", to.category);
  medication(from, to.medication, to.medication_reference);
  from.get("context", to.context);
  from.each("performer", [&](const Element& at) { at.add("actor", to.performers); });
  from.get("location", to.location);
  from.get("authorizingPrescription", to.prescriptions);
  from.get("type", to.type);
  from.get("quantity", to.quantity);
  from.get("daysSupply", to.days_supply);
  from.get("whenPrepared", to.prepared);
  from.get("whenHandedOver", to.handed_over);
  from.get("dosageInstruction", to.dosages);
}

void map(const Element& from, schema::MedicationAdministrationT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::medication_admin_status, Need::required);
  from.get("statusReason", to.status_reasons);
  from.get("category", to.category);
  medication(from, to.medication, to.medication_reference);
  from.get("context", to.context);
  effective(from, to.effective, to.effective_period, Need::required);
  from.each("performer", [&](const Element& at) { at.add("actor", to.performers); });
  from.get("reasonCode", to.reasons);
  from.get("reasonReference", to.reason_references);
  from.get("request", to.request);
  if (const Element dosage = from.object("dosage")) {
    dosage.get("text", to.dosage_text);
    dosage.get("route", to.route);
    dosage.get("dose", to.dose);
  }
}

}  // namespace ingest::fhir
