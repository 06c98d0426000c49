#include <fmt/format.h>

#include "ops/node/population/care.h"

namespace ops::node::population {
namespace {

constexpr std::string_view condition_category =
    "http://terminology.hl7.org/CodeSystem/condition-category";
constexpr int days_supply = 90;

std::string_view status_text(Course course) {
  switch (course) {
    case Course::going_on:
      return "active";
    case Course::stopped:
      return "stopped";
    case Course::on_hold:
      return "on-hold";
    case Course::completed:
      return "completed";
  }
  return "unknown";
}

Json dosage(const Drug& drug) {
  const bool as_needed = drug.dose_text.find("as needed") != std::string_view::npos;
  return object({{"text", string(drug.dose_text)},
                 {"timing", object({{"repeat", object({{"frequency", number(drug.times_a_day)},
                                                       {"period", number(1)},
                                                       {"periodUnit", string("d")}})}})},
                 {"asNeededBoolean", as_needed ? boolean(true) : Json{}},
                 {"route", concept_of(snomed, drug.route)},
                 {"doseAndRate",
                  array({object({{"doseQuantity", quantity(number(drug.dose_value), drug.dose_unit,
                                                           drug.dose_unit)}})})}});
}

Json medication(const Drug& drug) { return concept_of(rxnorm_system, {drug.rxnorm, drug.display}); }

void write_dispense(Person& person, const Drug& drug, std::string_view request, Day day) {
  person.add(
      "MedicationDispense",
      object({{"resourceType", string("MedicationDispense")},
              {"status", string("completed")},
              {"medicationCodeableConcept", medication(drug)},
              {"subject", person.subject()},
              {"performer", array({object({{"actor", person.hospital.organization()}})})},
              {"authorizingPrescription", array({reference(fmt::format("urn:uuid:{}", request))})},
              {"quantity", quantity(number(days_supply * drug.times_a_day * drug.dose_value),
                                    drug.dose_unit, drug.dose_unit)},
              {"daysSupply", quantity(number(days_supply), "d", "d")},
              {"whenHandedOver", instant(day, 660)},
              {"dosageInstruction", array({dosage(drug)})}}));
}

}  // namespace

std::string write_condition(Person& person, const Visit& visit, const Code& code, Day onset,
                            const Day* abated, bool problem) {
  const std::string uuid = person.random.uuid();
  person.bundle.add(
      "Condition", uuid,
      object(
          {{"resourceType", string("Condition")},
           {"clinicalStatus", category("http://terminology.hl7.org/CodeSystem/condition-clinical",
                                       abated ? "resolved" : "active")},
           {"verificationStatus",
            category("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed")},
           {"category", array({category(condition_category,
                                        problem ? "problem-list-item" : "encounter-diagnosis")})},
           {"code", concept_of(snomed, code)},
           {"subject", person.subject()},
           {"encounter", visit.reference()},
           {"onsetDateTime", date(onset)},
           {"abatementDateTime", abated ? date(*abated) : Json{}},
           {"recordedDate", instant(visit.day, visit.minute)},
           {"recorder", visit.clinician->reference()}}));
  return uuid;
}

void write_prescription(Person& person, const Visit& visit, const Drug& drug,
                        std::string_view condition_uuid, Course course, Day ended) {
  const std::string uuid = person.random.uuid();
  // A third of drugs come as a Medication of their own, as other systems send them.
  const bool by_reference = person.random.chance(300);
  const std::string medication_uuid = by_reference ? person.random.uuid() : std::string();
  if (by_reference) {
    person.bundle.add("Medication", medication_uuid,
                      object({{"resourceType", string("Medication")},
                              {"status", string("active")},
                              {"code", medication(drug)}}));
  }
  const Json reason = condition_uuid.empty()
                          ? Json{}
                          : array({reference(fmt::format("urn:uuid:{}", condition_uuid))});
  person.bundle.add(
      "MedicationRequest", uuid,
      object({{"resourceType", string("MedicationRequest")},
              {"status", string(status_text(course))},
              {"statusReason",
               course == Course::stopped
                   ? concept_of(
                         "http://terminology.hl7.org/CodeSystem/medicationrequest-status-reason",
                         {"sddi", "Drug interacts with another drug"})
                   : Json{}},
              {"intent", string("order")},
              {"category",
               array({category("http://terminology.hl7.org/CodeSystem/medicationrequest-category",
                               "community")})},
              {"medicationCodeableConcept", by_reference ? Json{} : medication(drug)},
              {"medicationReference",
               by_reference ? reference("urn:uuid:" + medication_uuid, drug.display) : Json{}},
              {"subject", person.subject()},
              {"encounter", visit.reference()},
              {"authoredOn", instant(visit.day, visit.minute + 30)},
              {"requester", visit.clinician->reference()},
              {"reasonReference", reason},
              {"dosageInstruction", array({dosage(drug)})},
              {"dispenseRequest",
               object({{"validityPeriod", object({{"start", date(visit.day)}})},
                       {"numberOfRepeatsAllowed", number(3)},
                       {"expectedSupplyDuration", quantity(number(days_supply), "d", "d")}})}}));
  const Day until = std::min(ended, person.end());
  for (Day day = visit.day; day < until;
       day += std::chrono::days(days_supply + person.random.between(-6, 25))) {
    if (day - visit.day > std::chrono::days(2 * 365)) break;
    write_dispense(person, drug, uuid, day);
  }
}

void write_reported_drug(Person& person, const Visit& visit, const Drug& drug,
                         std::string_view status) {
  person.add(
      "MedicationStatement",
      object({{"resourceType", string("MedicationStatement")},
              {"status", string(status)},
              {"statusReason",
               status != "intended"
                   ? Json{}
                   : array({object({{"text", string("Wants to start after the holidays")}})})},
              {"medicationCodeableConcept", medication(drug)},
              {"subject", person.subject()},
              {"context", visit.reference()},
              {"effectivePeriod", object({{"start", date(visit.day)}})},
              {"dateAsserted", instant(visit.day, visit.minute)},
              {"informationSource", person.subject()},
              {"dosage", array({dosage(drug)})}}));
}

void write_avoidance(Person& person, const Visit& visit, const Drug& drug) {
  person.add(
      "MedicationRequest",
      object(
          {{"resourceType", string("MedicationRequest")},
           {"status", string("active")},
           {"intent", string("order")},
           {"doNotPerform", boolean(true)},
           {"medicationCodeableConcept", medication(drug)},
           {"subject", person.subject()},
           {"encounter", visit.reference()},
           {"authoredOn", instant(visit.day, visit.minute + 30)},
           {"requester", visit.clinician->reference()},
           {"note", array({object({{"text", string("Avoid: stomach bleeding in the past")}})})}}));
}

void write_administration(Person& person, const Visit& visit, const Drug& drug) {
  person.add("MedicationAdministration",
             object({{"resourceType", string("MedicationAdministration")},
                     {"status", string("completed")},
                     {"medicationCodeableConcept", medication(drug)},
                     {"subject", person.subject()},
                     {"context", visit.reference()},
                     {"effectiveDateTime", instant(visit.day, visit.minute + 15)},
                     {"performer", array({object({{"actor", visit.clinician->reference()}})})},
                     {"dosage", object({{"text", string("once, in clinic")},
                                        {"route", concept_of(snomed, drug.route)},
                                        {"dose", quantity(number(drug.dose_value), drug.dose_unit,
                                                          drug.dose_unit)}})}}));
}

void write_care_plan(Person& person, const Visit& visit, std::string_view condition_uuid,
                     const Code& problem) {
  const std::string team = person.random.uuid();
  const std::string goal = person.random.uuid();
  const Json addresses =
      array({reference(fmt::format("urn:uuid:{}", condition_uuid), problem.display)});
  person.bundle.add(
      "CareTeam", team,
      object({{"resourceType", string("CareTeam")},
              {"status", string("active")},
              {"subject", person.subject()},
              {"encounter", visit.reference()},
              {"period", object({{"start", date(visit.day)}})},
              {"participant",
               array({object(
                   {{"role", array({concept_of(
                                 snomed, {"223366009", "Healthcare professional (occupation)"})})},
                    {"member", visit.clinician->reference()}})})}}));
  person.bundle.add(
      "Goal", goal,
      object({{"resourceType", string("Goal")},
              {"lifecycleStatus", string("active")},
              {"description",
               object({{"text", string(fmt::format("Keep {} under control", problem.display))}})},
              {"subject", person.subject()},
              {"startDate", date(visit.day)},
              {"addresses", addresses}}));
  person.add(
      "CarePlan",
      object({{"resourceType", string("CarePlan")},
              {"status", string("active")},
              {"intent", string("order")},
              {"category",
               array({object(
                   {{"coding",
                     array({coding("http://hl7.org/fhir/us/core/CodeSystem/careplan-category",
                                   {"assess-plan", {}})})}})})},
              {"subject", person.subject()},
              {"encounter", visit.reference()},
              {"period", object({{"start", date(visit.day)}})},
              {"careTeam", array({reference("urn:uuid:" + team)})},
              {"addresses", addresses},
              {"goal", array({reference("urn:uuid:" + goal)})},
              {"activity",
               array({object(
                   {{"detail",
                     object({{"code", concept_of(snomed, {"229065009",
                                                          "Exercise therapy (regime/therapy)"})},
                             {"status", string("in-progress")},
                             {"location", person.hospital.location()}})}})})}}));
}

}  // namespace ops::node::population
