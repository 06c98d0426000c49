#include "ops/node/population/fhir_text.h"

#include <fmt/format.h>

namespace ops::node::population {

Json date(Day day) {
  const std::chrono::year_month_day ymd{day};
  return string(fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                            static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day())));
}

Json instant(Day day, int minute_of_day) {
  const std::chrono::year_month_day ymd{day};
  return string(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:00-05:00", static_cast<int>(ymd.year()),
                            static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                            minute_of_day / 60, minute_of_day % 60));
}

Json coding(std::string_view system, const Code& code) {
  return object(
      {{"system", string(system)}, {"code", string(code.code)}, {"display", string(code.display)}});
}

Json concept_of(std::string_view system, const Code& code) {
  return object({{"coding", array({coding(system, code)})}, {"text", string(code.display)}});
}

Json category(std::string_view system, std::string_view code) {
  return object({{"coding", array({coding(system, {code, {}})})}});
}

Json reference(std::string_view to, std::string_view display) {
  return object({{"reference", string(to)}, {"display", string(display)}});
}

Json identifier_reference(std::string_view type, std::string_view system, std::string_view value,
                          std::string_view display) {
  return reference(fmt::format("{}?identifier={}|{}", type, system, value), display);
}

Json identifier(std::string_view system, std::string_view value) {
  return object({{"system", string(system)}, {"value", string(value)}});
}

Json quantity(Json value, std::string_view unit, std::string_view code) {
  return object({{"value", std::move(value)},
                 {"unit", string(unit)},
                 {"system", string("http://unitsofmeasure.org")},
                 {"code", string(code)}});
}

namespace {

struct Profile {
  std::string_view type, name;
};
constexpr Profile us_core_profiles[] = {
    {"AllergyIntolerance", "us-core-allergyintolerance"},
    {"CarePlan", "us-core-careplan"},
    {"CareTeam", "us-core-careteam"},
    {"Condition", "us-core-condition-problems-health-concerns"},
    {"Coverage", "us-core-coverage"},
    {"Device", "us-core-implantable-device"},
    {"DiagnosticReport", "us-core-diagnosticreport-lab"},
    {"DocumentReference", "us-core-documentreference"},
    {"Encounter", "us-core-encounter"},
    {"Goal", "us-core-goal"},
    {"Immunization", "us-core-immunization"},
    {"Location", "us-core-location"},
    {"Medication", "us-core-medication"},
    {"MedicationDispense", "us-core-medicationdispense"},
    {"MedicationRequest", "us-core-medicationrequest"},
    {"Observation", "us-core-observation-clinical-result"},
    {"Organization", "us-core-organization"},
    {"Patient", "us-core-patient"},
    {"Practitioner", "us-core-practitioner"},
    {"PractitionerRole", "us-core-practitionerrole"},
    {"Procedure", "us-core-procedure"},
    {"Provenance", "us-core-provenance"},
    {"ServiceRequest", "us-core-servicerequest"},
    {"Specimen", "us-core-specimen"},
};

std::string meta_of(std::string_view type) {
  for (const Profile& profile : us_core_profiles) {
    if (profile.type == type) {
      return fmt::format(
          R"("meta":{{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/{}"]}},)",
          profile.name);
    }
  }
  return {};
}

// The meta member goes in after `{"resourceType":"<type>",`.
Json with_meta(std::string_view type, Json resource) {
  resource.text.insert(std::string_view(R"({"resourceType":"",)").size() + type.size(),
                       meta_of(type));
  return resource;
}

}  // namespace

void BundleText::add(std::string_view type, std::string_view uuid, const Json& resource,
                     std::string_view if_none_exist) {
  if (!uuids_.empty()) body_ += ',';
  uuids_.emplace_back(uuid);
  body_ += object({{"fullUrl", string(fmt::format("urn:uuid:{}", uuid))},
                   {"resource", with_meta(type, resource)},
                   {"request", object({{"method", string("POST")},
                                       {"url", string(type)},
                                       {"ifNoneExist", string(if_none_exist)}})}})
               .text;
}

std::vector<Json> BundleText::references() const {
  std::vector<Json> references;
  for (const std::string& uuid : uuids_) references.push_back(reference("urn:uuid:" + uuid));
  return references;
}

std::string BundleText::finish() && {
  return fmt::format(R"({{"resourceType":"Bundle","type":"{}","entry":[{}]}})", type_, body_);
}

}  // namespace ops::node::population
