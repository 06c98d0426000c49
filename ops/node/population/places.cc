#include "ops/node/population/places.h"

#include <fmt/format.h>

#include "ops/node/population/population.h"

namespace ops::node::population {
namespace {

constexpr std::string_view npi_system = "http://hl7.org/fhir/sid/us-npi";
constexpr int clinicians_each = 4;

Json address_of(std::string_view town) {
  return object({{"line", array({string("1 Hospital Drive")})},
                 {"city", string(town)},
                 {"state", string("MA")},
                 {"country", string("US")}});
}

Json organization_resource(const Hospital& hospital) {
  return object(
      {{"resourceType", string("Organization")},
       {"identifier", array({identifier(own_system, hospital.id)})},
       {"active", boolean(true)},
       {"type", array({concept_of("http://terminology.hl7.org/CodeSystem/organization-type",
                                  {"prov", "Healthcare Provider"})})},
       {"name", string(hospital.name)},
       {"telecom", array({object({{"system", string("phone")}, {"value", string("555-0100")}})})},
       {"address", array({address_of(hospital.town)})}});
}

Json location_resource(const Hospital& hospital) {
  return object({{"resourceType", string("Location")},
                 {"identifier", array({identifier(own_system, hospital.id)})},
                 {"status", string("active")},
                 {"name", string(hospital.name)},
                 {"address", address_of(hospital.town)},
                 {"managingOrganization", hospital.organization()}});
}

Json practitioner_resource(const Clinician& clinician) {
  return object({{"resourceType", string("Practitioner")},
                 {"identifier", array({identifier(npi_system, clinician.npi)})},
                 {"active", boolean(true)},
                 {"name", array({object({{"family", string(clinician.family)},
                                         {"given", array({string(clinician.given)})},
                                         {"prefix", array({string("Dr.")})}})})}});
}

Json role_resource(const Clinician& clinician, const Hospital& hospital) {
  return object({{"resourceType", string("PractitionerRole")},
                 {"identifier", array({identifier(own_system, "role-" + clinician.npi)})},
                 {"active", boolean(true)},
                 {"practitioner", clinician.reference()},
                 {"organization", hospital.organization()},
                 {"code", array({concept_of("http://nucc.org/provider-taxonomy",
                                            {"208D00000X", "General Practice Physician"})})},
                 {"location", array({hospital.location()})}});
}

std::string if_none_exist(std::string_view system, std::string_view value) {
  return fmt::format("identifier={}|{}", system, value);
}

}  // namespace

Json Clinician::reference() const {
  return identifier_reference("Practitioner", npi_system, npi, name());
}
Json Hospital::organization() const {
  return identifier_reference("Organization", own_system, id, name);
}
Json Hospital::location() const { return identifier_reference("Location", own_system, id, name); }

std::vector<Hospital> make_hospitals(std::uint64_t seed) {
  Random random(seed, 1u << 30);
  std::vector<Hospital> hospitals;
  for (const std::string_view town : towns()) {
    const auto number = hospitals.size() + 1;
    Hospital hospital{fmt::format("hospital-{:02}", number),
                      fmt::format("{} Community Hospital", town),
                      std::string(town),
                      {}};
    for (int i = 0; i < clinicians_each; ++i) {
      const auto given =
          random.chance(500) ? random.pick(female_names()) : random.pick(male_names());
      hospital.clinicians.push_back({fmt::format("99{:04}{:04}", number, i + 1), std::string(given),
                                     std::string(random.pick(family_names()))});
    }
    hospitals.push_back(std::move(hospital));
  }
  return hospitals;
}

}  // namespace ops::node::population

namespace ops::node {

using namespace population;

std::string hospital_bundle(std::uint64_t seed) {
  BundleText bundle("batch");
  Random random(seed, (1u << 30) + 1);
  for (const Hospital& hospital : make_hospitals(seed)) {
    bundle.add("Organization", random.uuid(), organization_resource(hospital),
               if_none_exist(own_system, hospital.id));
    bundle.add("Location", random.uuid(), location_resource(hospital),
               if_none_exist(own_system, hospital.id));
  }
  return std::move(bundle).finish();
}

std::string practitioner_bundle(std::uint64_t seed) {
  BundleText bundle("batch");
  Random random(seed, (1u << 30) + 2);
  for (const Hospital& hospital : make_hospitals(seed)) {
    for (const Clinician& clinician : hospital.clinicians) {
      bundle.add("Practitioner", random.uuid(), practitioner_resource(clinician),
                 if_none_exist(npi_system, clinician.npi));
      bundle.add("PractitionerRole", random.uuid(), role_resource(clinician, hospital),
                 if_none_exist(own_system, "role-" + clinician.npi));
    }
  }
  return std::move(bundle).finish();
}

}  // namespace ops::node
