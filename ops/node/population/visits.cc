#include <fmt/format.h>

#include "ops/node/population/care.h"

namespace ops::node::population {
namespace {

constexpr std::string_view observation_category =
    "http://terminology.hl7.org/CodeSystem/observation-category";
constexpr std::string_view interpretation_system =
    "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

Json observation(Person& person, const Visit& visit, std::string_view kind, const Code& code,
                 Member value, Json range = {}, Json interpretation = {}) {
  return object({{"resourceType", string("Observation")},
                 {"status", string("final")},
                 {"category", array({category(observation_category, kind)})},
                 {"code", concept_of(loinc_system, code)},
                 {"subject", person.subject()},
                 {"encounter", visit.reference()},
                 {"effectiveDateTime", instant(visit.day, visit.minute)},
                 {"issued", instant(visit.day, visit.minute + 30)},
                 {"performer", array({visit.clinician->reference()})},
                 value,
                 {"interpretation", std::move(interpretation)},
                 {"referenceRange", std::move(range)}});
}

Json reference_range(const Lab& lab) {
  return array({object({{"low", quantity(decimal(lab.low, lab.decimals), lab.unit, lab.unit)},
                        {"high", quantity(decimal(lab.high, lab.decimals), lab.unit, lab.unit)}})});
}

Json scaled(std::int64_t value, int decimals) {
  return decimals == 0 ? number(value) : decimal(value, decimals);
}

std::string write_result(Person& person, const Visit& visit, const Lab& lab) {
  const std::int64_t value =
      std::max<std::int64_t>(lab.low / 4 + 1, person.random.around(lab.mean, lab.spread));
  const Code flag = value > lab.high  ? Code{"H", "High"}
                    : value < lab.low ? Code{"L", "Low"}
                                      : Code{"N", "Normal"};
  const std::string uuid = person.random.uuid();
  person.bundle.add(
      "Observation", uuid,
      observation(person, visit, "laboratory", {lab.loinc, lab.display},
                  {"valueQuantity", quantity(scaled(value, lab.decimals), lab.unit, lab.unit)},
                  lab.decimals == 0 ? Json{} : reference_range(lab),
                  array({object({{"coding", array({coding(interpretation_system, flag)})}})})));
  return uuid;
}

void write_measurement(Person& person, const Visit& visit, const Code& code, Json value,
                       std::string_view unit) {
  person.add("Observation", observation(person, visit, "vital-signs", code,
                                        {"valueQuantity", quantity(std::move(value), unit, unit)}));
}

void write_blood_pressure(Person& person, const Visit& visit) {
  const auto systolic = person.random.around(128, 18);
  const auto diastolic = person.random.around(79, 11);
  const auto component = [](const Code& code, std::int64_t value) {
    return object({{"code", concept_of(loinc_system, code)},
                   {"valueQuantity", quantity(number(value), "mm[Hg]", "mm[Hg]")}});
  };
  person.add("Observation",
             observation(person, visit, "vital-signs",
                         {"85354-9", "Blood pressure panel with all children optional"},
                         {"component",
                          array({component({"8480-6", "Systolic blood pressure"}, systolic),
                                 component({"8462-4", "Diastolic blood pressure"}, diastolic)})}));
}

// Roughly by the WHO medians, in millimetres: good enough to look plausible.
std::int64_t height_mm(int age) {
  return age >= 18 ? 1680 : 500 + 660 * std::min(age, 4) / 4 + std::max(0, age - 4) * 38;
}
std::int64_t weight_hg(int age) { return age >= 18 ? 780 : 34 + age * 36; }

}  // namespace

Json Visit::reference() const { return population::reference("urn:uuid:" + uuid); }

Visit write_visit(Person& person, Day day, const Code& type, std::string_view encounter_class,
                  const Code& reason) {
  Visit visit{person.random.uuid(), day, static_cast<int>(person.random.between(8 * 60, 16 * 60)),
              &person.clinician()};
  const Json reasons = reason.code.empty() ? Json{} : array({concept_of(snomed, reason)});
  person.bundle.add(
      "Encounter", visit.uuid,
      object({{"resourceType", string("Encounter")},
              {"identifier", array({identifier(own_system, visit.uuid)})},
              {"status", string("finished")},
              {"class",
               coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", {encounter_class, {}})},
              {"type", array({concept_of(snomed, type)})},
              {"subject", reference("urn:uuid:" + person.uuid)},
              {"participant", array({object({{"individual", visit.clinician->reference()}})})},
              {"period", object({{"start", instant(day, visit.minute)},
                                 {"end", instant(day, visit.minute + 45)}})},
              {"reasonCode", reasons},
              {"location", array({object({{"location", person.hospital.location()}})})},
              {"serviceProvider", person.hospital.organization()}}));
  return visit;
}

void write_vitals(Person& person, const Visit& visit) {
  Random& dice = person.random;
  const int age = person.age_at(visit.day);
  const std::int64_t height =
      height_mm(age) + (static_cast<std::int64_t>(person.uuid[0]) % 16 - 8) * 12;
  const std::int64_t weight = std::max<std::int64_t>(25, dice.around(weight_hg(age), 20));
  write_measurement(person, visit, {"8302-2", "Body Height"}, decimal(height, 1), "cm");
  write_measurement(person, visit, {"29463-7", "Body Weight"}, decimal(weight, 1), "kg");
  write_measurement(person, visit, {"39156-5", "Body mass index (BMI) [Ratio]"},
                    decimal(weight * 1'000'000 / (height * height), 1), "kg/m2");
  if (age >= 3) write_blood_pressure(person, visit);
  write_measurement(person, visit, {"8867-4", "Heart rate"}, number(dice.around(76, 14)), "/min");
  write_measurement(person, visit, {"9279-1", "Respiratory rate"}, number(dice.around(15, 3)),
                    "/min");
  if (dice.chance(400))
    write_measurement(person, visit, {"8310-5", "Body temperature"},
                      decimal(dice.around(370, 6), 1), "Cel");
  if (dice.chance(300))
    write_measurement(person, visit, {"2708-6", "Oxygen saturation in Arterial blood"},
                      number(dice.between(93, 100)), "%");
}

void write_labs(Person& person, const Visit& visit, const std::vector<std::string_view>& loincs) {
  Random& dice = person.random;
  std::vector<Json> results;
  for (const std::string_view loinc : loincs) {
    if (!loinc.empty())
      results.push_back(reference("urn:uuid:" + write_result(person, visit, lab(loinc))));
  }
  if (results.empty()) return;
  const Code panel = loincs.size() > 3
                         ? Code{"57698-3", "Lipid panel with direct LDL - Serum or Plasma"}
                         : Code{"51990-0", "Basic metabolic panel - Blood"};
  const std::string order = dice.uuid();
  const std::string specimen = dice.uuid();
  person.bundle.add(
      "ServiceRequest", order,
      object({{"resourceType", string("ServiceRequest")},
              {"status", string("completed")},
              {"intent", string("order")},
              {"category",
               array({concept_of(snomed, {"108252007", "Laboratory procedure (procedure)"})})},
              {"code", concept_of(loinc_system, panel)},
              {"subject", person.subject()},
              {"encounter", visit.reference()},
              {"authoredOn", instant(visit.day, visit.minute)},
              {"requester", visit.clinician->reference()}}));
  person.bundle.add(
      "Specimen", specimen,
      object({{"resourceType", string("Specimen")},
              {"status", string("available")},
              {"type", concept_of(snomed, {"122555007", "Venous blood specimen (specimen)"})},
              {"subject", person.subject()},
              {"request", array({reference("urn:uuid:" + order)})},
              {"collection",
               object({{"collectedDateTime", instant(visit.day, visit.minute + 10)}})}}));
  person.add("DiagnosticReport",
             object({{"resourceType", string("DiagnosticReport")},
                     {"basedOn", array({reference("urn:uuid:" + order)})},
                     {"status", string("final")},
                     {"category", array({concept_of("http://terminology.hl7.org/CodeSystem/v2-0074",
                                                    {"LAB", "Laboratory"})})},
                     {"code", concept_of(loinc_system, panel)},
                     {"subject", person.subject()},
                     {"encounter", visit.reference()},
                     {"effectiveDateTime", instant(visit.day, visit.minute)},
                     {"issued", instant(visit.day, visit.minute + 30)},
                     {"performer", array({person.hospital.organization()})},
                     {"specimen", array({reference("urn:uuid:" + specimen)})},
                     {"result", array(results)}}));
}

void write_note(Person& person, const Visit& visit) {
  const auto type = concept_of(loinc_system, {"34117-2", "History and physical note"});
  person.add(
      "DocumentReference",
      object(
          {{"resourceType", string("DocumentReference")},
           {"status", string("current")},
           {"type", type},
           {"category",
            array({object(
                {{"coding",
                  array({coding(
                      "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
                      {"clinical-note", "Clinical Note"})})}})})},
           {"subject", person.subject()},
           {"date", instant(visit.day, visit.minute + 40)},
           {"author", array({visit.clinician->reference()})},
           {"custodian", person.hospital.organization()},
           // "Seen in clinic; see problem list." in base64
           {"content",
            array({object(
                {{"attachment",
                  object({{"contentType", string("text/plain; charset=utf-8")},
                          {"data", string("U2VlbiBpbiBjbGluaWM7IHNlZSBwcm9ibGVtIGxpc3Qu")}})},
                 {"format",
                  coding("http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
                         {"urn:ihe:iti:xds:2017:mimeTypeSufficient", "mimeType Sufficient"})}})})},
           {"context",
            object({{"encounter", array({visit.reference()})},
                    {"period", object({{"start", instant(visit.day, visit.minute)}})}})}}));
}

void write_procedure(Person& person, const Visit& visit, const Code& code) {
  person.add("Procedure",
             object({{"resourceType", string("Procedure")},
                     {"status", string("completed")},
                     {"code", concept_of(snomed, code)},
                     {"subject", person.subject()},
                     {"encounter", visit.reference()},
                     {"performedPeriod", object({{"start", instant(visit.day, visit.minute + 5)},
                                                 {"end", instant(visit.day, visit.minute + 35)}})},
                     {"performer", array({object({{"actor", visit.clinician->reference()}})})},
                     {"location", person.hospital.location()}}));
}

void write_immunization(Person& person, const Visit& visit, const Vaccine& vaccine, bool declined) {
  person.add("Immunization",
             object({{"resourceType", string("Immunization")},
                     {"status", string(declined ? "not-done" : "completed")},
                     {"statusReason",
                      declined ? concept_of("http://terminology.hl7.org/CodeSystem/v3-ActReason",
                                            {"PATOBJ", "patient objection"})
                               : Json{}},
                     {"vaccineCode",
                      concept_of("http://hl7.org/fhir/sid/cvx", {vaccine.cvx, vaccine.display})},
                     {"patient", person.subject()},
                     {"encounter", visit.reference()},
                     {"occurrenceDateTime", instant(visit.day, visit.minute + 20)},
                     {"primarySource", boolean(true)},
                     {"location", person.hospital.location()}}));
}

void write_smoking(Person& person, const Visit& visit) {
  static constexpr std::array<Code, 3> states{{{"266919005", "Never smoked tobacco (finding)"},
                                               {"8517006", "Ex-smoker (finding)"},
                                               {"449868002", "Smokes tobacco daily (finding)"}}};
  person.add("Observation",
             observation(person, visit, "social-history", {"72166-2", "Tobacco smoking status"},
                         {"valueCodeableConcept", concept_of(snomed, person.random.pick(states))}));
}

}  // namespace ops::node::population
