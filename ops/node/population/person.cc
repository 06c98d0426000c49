#include "ops/node/population/person.h"

#include <fmt/format.h>

namespace ops::node::population {
namespace {

constexpr std::string_view race_url =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
constexpr std::string_view ethnicity_url =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity";
constexpr std::string_view birth_sex_url =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex";
constexpr std::string_view omb_system = "urn:oid:2.16.840.1.113883.6.238";
constexpr std::string_view clinical_status =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
constexpr std::string_view verification_status =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

Json omb_extension(std::string_view url, const Code& code) {
  return object(
      {{"url", string(url)},
       {"extension",
        array({object({{"url", string("ombCategory")}, {"valueCoding", coding(omb_system, code)}}),
               object({{"url", string("text")}, {"valueString", string(code.display)}})})}});
}

Json address(Person& person) {
  const auto house = person.random.between(1, 990);
  const std::string street = fmt::format("{} {}", house, person.random.pick(streets()));
  return object({{"line", array({string(street)})},
                 {"city", string(person.hospital.town)},
                 {"state", string("MA")},
                 {"postalCode", string(fmt::format("0{}", person.random.between(1000, 2799)))},
                 {"country", string("US")}});
}

}  // namespace

void Person::add(std::string_view type, const Json& resource) {
  bundle.add(type, random.uuid(), resource);
}

Person make_person(std::uint64_t seed, std::uint64_t index,
                   const std::vector<Hospital>& hospitals) {
  Random random(seed, index);
  const auto home =
      static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(hospitals.size()) - 1));
  Person person{random, hospitals[home]};
  Random& dice = person.random;
  person.uuid = dice.uuid();
  person.number = fmt::format("MRN-{:03}-{:06}", seed % 1000, index + 1);
  person.female = dice.chance(510);
  person.given = person.female ? dice.pick(female_names()) : dice.pick(male_names());
  person.family = dice.pick(family_names());
  person.born = last_day - std::chrono::days(dice.between(60, 92 * 365));
  const Day started = std::max(person.born, last_day - std::chrono::days(10 * 365));
  person.first_visit = started + std::chrono::days(dice.between(0, 200));
  const int age = person.age_at(last_day);
  if (age > 60 && dice.chance((age - 55) * 8)) {
    person.died = person.first_visit + std::chrono::days(dice.between(400, 3200));
    if (*person.died > last_day) person.died.reset();
  }
  return person;
}

void write_patient(Person& person) {
  static constexpr std::array<Code, 4> races{{{"2106-3", "White"},
                                              {"2054-5", "Black or African American"},
                                              {"2028-9", "Asian"},
                                              {"2131-1", "Other Race"}}};
  static constexpr std::array<Code, 2> ethnicities{
      {{"2186-5", "Not Hispanic or Latino"}, {"2135-2", "Hispanic or Latino"}}};
  Random& dice = person.random;
  const Json race = omb_extension(race_url, dice.pick(races));
  const Json ethnicity = omb_extension(ethnicity_url, dice.pick(ethnicities));
  const Json home = address(person);
  person.bundle.add(
      "Patient", person.uuid,
      object(
          {{"resourceType", string("Patient")},
           {"extension", array({race, ethnicity,
                                object({{"url", string(birth_sex_url)},
                                        {"valueCode", string(person.female ? "F" : "M")}})})},
           {"identifier",
            array({object({{"type", concept_of("http://terminology.hl7.org/CodeSystem/v2-0203",
                                               {"MR", "Medical Record Number"})},
                           {"system", string(own_system)},
                           {"value", string(person.number)}})})},
           {"active", boolean(true)},
           {"name", array({object({{"use", string("official")},
                                   {"family", string(person.family)},
                                   {"given", array({string(person.given)})}})})},
           {"telecom",
            array({object({{"system", string("phone")},
                           {"value", string(fmt::format("555-{:04}", dice.between(0, 9999)))},
                           {"use", string("home")}})})},
           {"gender", string(person.female ? "female" : "male")},
           {"birthDate", date(person.born)},
           {"deceasedDateTime", person.died ? instant(*person.died, 300) : Json{}},
           {"address", array({home})},
           {"maritalStatus",
            person.age_at(last_day) < 18
                ? Json{}
                : concept_of("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus",
                             dice.chance(600) ? Code{"M", "Married"} : Code{"S", "Never Married"})},
           {"communication",
            array({object({{"language", concept_of("urn:ietf:bcp:47",
                                                   {"en-US", "English (United States)"})}})})},
           {"managingOrganization", person.hospital.organization()},
           {"generalPractitioner", array({person.clinician().reference()})}}));
}

void write_coverage(Person& person) {
  const bool medicare = person.age_at(last_day) >= 65;
  person.add("Coverage",
             object({{"resourceType", string("Coverage")},
                     {"status", string(person.died ? "cancelled" : "active")},
                     {"type", concept_of("https://nahdo.org/sopt",
                                         medicare ? Code{"1", "MEDICARE"}
                                                  : Code{"5", "PRIVATE HEALTH INSURANCE"})},
                     {"subscriberId", string("S" + person.number)},
                     {"beneficiary", person.subject()},
                     {"relationship",
                      concept_of("http://terminology.hl7.org/CodeSystem/subscriber-relationship",
                                 {"self", "Self"})},
                     {"period", object({{"start", date(person.first_visit)}})},
                     {"payor", array({person.hospital.organization()})}}));
}

void write_allergies(Person& person) {
  Random& dice = person.random;
  if (dice.chance(250)) return;  // not asked
  const bool any = dice.chance(300);
  const Day recorded = person.first_visit;
  const Json code = any ? concept_of(rxnorm_system, dice.pick(allergens()))
                        : concept_of(snomed, {"716186003", "No known allergy (situation)"});
  const Json manifestation = concept_of(snomed, dice.pick(allergic_reactions()));
  const bool severe = dice.chance(200);
  const Json reactions = any ? array({object({{"manifestation", array({manifestation})},
                                              {"severity", string(severe ? "severe" : "mild")}})})
                             : Json{};
  person.add("AllergyIntolerance",
             object({{"resourceType", string("AllergyIntolerance")},
                     {"clinicalStatus", category(clinical_status, "active")},
                     {"verificationStatus", category(verification_status, "confirmed")},
                     {"type", string(any ? "allergy" : "")},
                     {"category", any ? array({string("medication")}) : Json{}},
                     {"criticality", string(!any     ? ""
                                            : severe ? "high"
                                                     : "low")},
                     {"code", code},
                     {"patient", person.subject()},
                     {"recordedDate", date(recorded)},
                     {"recorder", person.clinician().reference()},
                     {"reaction", reactions}}));
}

void write_relatives(Person& person) {
  Random& dice = person.random;
  if (person.age_at(last_day) >= 18) return;
  person.add(
      "RelatedPerson",
      object(
          {{"resourceType", string("RelatedPerson")},
           {"active", boolean(true)},
           {"patient", person.subject()},
           {"relationship", array({concept_of("http://terminology.hl7.org/CodeSystem/v3-RoleCode",
                                              {"MTH", "mother"})})},
           {"name", array({object({{"family", string(person.family)},
                                   {"given", array({string(dice.pick(female_names()))})}})})}}));
}

}  // namespace ops::node::population
