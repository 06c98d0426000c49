// What is billed, delivered, imaged and implanted, and who vouches for the record.
#include <fmt/format.h>

#include "ops/node/population/care.h"

namespace ops::node::population {
namespace {

constexpr Code office{"30346009",
                      "Evaluation and management of established outpatient in office or other "
                      "outpatient facility (procedure)"};

Json period(const Visit& visit) {
  return object({{"start", instant(visit.day, visit.minute)},
                 {"end", instant(visit.day, visit.minute + 45)}});
}

Json money(std::int64_t cents) {
  return object({{"value", decimal(cents, 2)}, {"currency", string("USD")}});
}

Json claim_type() {
  return category("http://terminology.hl7.org/CodeSystem/claim-type", "professional");
}

Json contained_coverage(Person& person) {
  return object({{"resourceType", string("Coverage")},
                 {"id", string("coverage")},
                 {"status", string("active")},
                 {"type", object({{"text", string("Plan")}})},
                 {"beneficiary", person.subject()},
                 {"payor", array({object({{"display", string("Plan")}})})}});
}

Json adjudication(std::int64_t cents) {
  return object(
      {{"category",
        object({{"coding",
                 array({coding("https://bluebutton.cms.gov/resources/codesystem/adjudication",
                               {"https://bluebutton.cms.gov/resources/variables/line_nch_pmt_amt",
                                "Line Medicare Payment Amount"})})}})},
       {"amount", money(cents)}});
}

void write_explanation(Person& person, const Visit& visit, std::string_view claim,
                       std::int64_t cents) {
  const Json coverage = object({{"reference", string("#coverage")}, {"display", string("Plan")}});
  const Json item =
      object({{"sequence", number(1)},
              {"category",
               concept_of("https://bluebutton.cms.gov/resources/variables/line_cms_type_srvc_cd",
                          {"1", "Medical care"})},
              {"productOrService", concept_of(snomed, office)},
              {"servicedPeriod", period(visit)},
              {"locationCodeableConcept",
               concept_of("http://terminology.hl7.org/CodeSystem/ex-serviceplace",
                          {"19", "Off Campus-Outpatient Hospital"})},
              {"encounter", array({visit.reference()})},
              {"adjudication", array({adjudication(cents * 8 / 10), adjudication(cents / 5)})}});
  person.add(
      "ExplanationOfBenefit",
      object({{"resourceType", string("ExplanationOfBenefit")},
              {"contained", array({contained_coverage(person)})},
              {"identifier",
               array({identifier("https://bluebutton.cms.gov/resources/variables/clm_id", claim)})},
              {"status", string("active")},
              {"type", claim_type()},
              {"use", string("claim")},
              {"patient", person.subject()},
              {"billablePeriod", period(visit)},
              {"created", instant(visit.day, visit.minute + 45)},
              {"insurer", object({{"display", string("Plan")}})},
              {"provider", visit.clinician->reference()},
              {"facility", person.hospital.location()},
              {"claim", reference(fmt::format("urn:uuid:{}", claim))},
              {"outcome", string("complete")},
              {"careTeam",
               array({object(
                   {{"sequence", number(1)},
                    {"provider", visit.clinician->reference()},
                    {"role", category("http://terminology.hl7.org/CodeSystem/claimcareteamrole",
                                      "primary")}})})},
              {"insurance", array({object({{"focal", boolean(true)}, {"coverage", coverage}})})},
              {"item", array({item})},
              {"total",
               array({object(
                   {{"category",
                     category("http://terminology.hl7.org/CodeSystem/adjudication", "submitted")},
                    {"amount", money(cents)}})})},
              {"payment", object({{"amount", money(cents * 8 / 10)}})}}));
}

}  // namespace

void write_claim(Person& person, const Visit& visit) {
  const std::string uuid = person.random.uuid();
  const auto cents = person.random.between(8000, 32000);
  const Json item = object({{"sequence", number(1)},
                            {"productOrService", concept_of(snomed, office)},
                            {"encounter", array({visit.reference()})}});
  person.bundle.add(
      "Claim", uuid,
      object({{"resourceType", string("Claim")},
              {"status", string("active")},
              {"type", claim_type()},
              {"use", string("claim")},
              {"patient", person.subject()},
              {"billablePeriod", period(visit)},
              {"created", instant(visit.day, visit.minute + 45)},
              {"provider", person.hospital.organization()},
              {"priority",
               category("http://terminology.hl7.org/CodeSystem/processpriority", "normal")},
              {"facility", person.hospital.location()},
              {"insurance", array({object({{"sequence", number(1)},
                                           {"focal", boolean(true)},
                                           {"coverage", object({{"display", string("Plan")}})}})})},
              {"item", array({item})},
              {"total", money(cents)}}));
  write_explanation(person, visit, uuid, cents);
}

void write_supply(Person& person, const Visit& visit) {
  static constexpr std::array<Code, 2> items{
      {{"337388004", "Blood glucose testing strips (physical object)"},
       {"469020004", "Dental floss (physical object)"}}};
  const Json item = concept_of(snomed, person.random.pick(items));
  person.add("SupplyDelivery",
             object({{"resourceType", string("SupplyDelivery")},
                     {"status", string("completed")},
                     {"patient", person.subject()},
                     {"type", concept_of("http://terminology.hl7.org/CodeSystem/supply-item-type",
                                         {"device", "Device"})},
                     {"suppliedItem", object({{"quantity", object({{"value", number(1)}})},
                                              {"itemCodeableConcept", item}})},
                     {"occurrenceDateTime", instant(visit.day, visit.minute)}}));
}

void write_device(Person& person, const Visit& visit) {
  const auto serial = person.random.between(100'000'000, 999'999'999);
  const std::string udi = fmt::format("(01)00844588003288(17)141120(10)7654321D(21){}", serial);
  person.add(
      "Device",
      object({{"resourceType", string("Device")},
              {"udiCarrier", array({object({{"deviceIdentifier", string("00844588003288")},
                                            {"carrierHRF", string(udi)}})})},
              {"status", string("active")},
              {"distinctIdentifier", string("00844588003288")},
              {"manufactureDate", instant(visit.day - std::chrono::days(60), 600)},
              {"expirationDate", instant(visit.day + std::chrono::days(3650), 600)},
              {"lotNumber", string("7654321D")},
              {"serialNumber", string(fmt::to_string(serial))},
              {"deviceName",
               array({object({{"name", string("Implantable cardiac pacemaker (physical object)")},
                              {"type", string("user-friendly-name")}})})},
              {"type", concept_of(snomed, {"706004007",
                                           "Implantable cardiac pacemaker (physical object)"})},
              {"patient", person.subject()}}));
}

void write_imaging(Person& person, const Visit& visit) {
  const std::string uid =
      fmt::format("1.2.840.99999999.1.{}", person.random.between(10'000'000, 99'999'999));
  const Json modality =
      coding("http://dicom.nema.org/resources/ontology/DCM", {"DX", "Digital Radiography"});
  const Json instance =
      object({{"uid", string(uid + ".1.1")},
              {"sopClass", object({{"system", string("urn:ietf:rfc:3986")},
                                   {"code", string("urn:oid:1.2.840.10008.5.1.4.1.1.1.1")}})},
              {"number", number(1)},
              {"title", string("Image of chest")}});
  person.add(
      "ImagingStudy",
      object({{"resourceType", string("ImagingStudy")},
              {"identifier", array({identifier("urn:dicom:uid", "urn:oid:" + uid)})},
              {"status", string("available")},
              {"subject", person.subject()},
              {"encounter", visit.reference()},
              {"started", instant(visit.day, visit.minute + 10)},
              {"numberOfSeries", number(1)},
              {"numberOfInstances", number(1)},
              {"procedureCode",
               array({concept_of(snomed, {"399208008", "Plain X-ray of chest (procedure)"})})},
              {"location", person.hospital.location()},
              {"series",
               array({object({{"uid", string(uid + ".1")},
                              {"number", number(1)},
                              {"modality", modality},
                              {"numberOfInstances", number(1)},
                              {"bodySite",
                               coding(snomed, {"51185008", "Thoracic structure (body structure)"})},
                              {"started", instant(visit.day, visit.minute + 10)},
                              {"instance", array({instance})}})})}}));
}

void write_provenance(Person& person) {
  const std::vector<Json> targets = person.bundle.references();
  const Json agent = object(
      {{"type", concept_of("http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                           {"author", "Author"})},
       {"who", person.clinician().reference()},
       {"onBehalfOf", person.hospital.organization()}});
  person.add("Provenance", object({{"resourceType", string("Provenance")},
                                   {"target", array(targets)},
                                   {"recorded", instant(person.end(), 600)},
                                   {"agent", array({agent})}}));
}

}  // namespace ops::node::population
