#include "ingest/fhir/people.h"

namespace ingest::fhir {
namespace {

// us-core-race and us-core-ethnicity: the OMB categories, or the detailed codes where a
// sender has only those.
void omb_codings(const Element& extension, std::vector<std::unique_ptr<schema::CodingT>>& to) {
  std::vector<std::unique_ptr<schema::CodingT>> detailed;
  extension.each("extension", [&](const Element& part) {
    const std::string_view url = part.value()["url"].string();
    if (url == "ombCategory") part.add("valueCoding", to);
    if (url == "detailed") part.add("valueCoding", detailed);
  });
  if (to.empty()) to = std::move(detailed);
}

void us_core_extensions(const Element& from, schema::PatientT& to) {
  constexpr std::string_view us_core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-";
  from.each("extension", [&](const Element& extension) {
    std::string_view url = extension.value()["url"].string();
    if (!url.starts_with(us_core)) return;
    url.remove_prefix(us_core.size());
    if (url == "race") omb_codings(extension, to.race);
    if (url == "ethnicity") omb_codings(extension, to.ethnicity);
    if (url == "birthsex") extension.get("valueCode", to.birth_sex);
  });
}

// The preferred language, else the first.
void language(const Element& from, std::unique_ptr<schema::ConceptT>& to) {
  bool is_preferred = false;
  from.each("communication", [&](const Element& spoken) {
    bool preferred = false;
    spoken.get("preferred", preferred);
    if (to && (is_preferred || !preferred)) return;
    spoken.get("language", to, Need::required);
    is_preferred = preferred;
  });
}

}  // namespace

void map(const Element& from, schema::PatientT& to) {
  from.get("identifier", to.identifiers);
  from.get("active", to.active);
  from.get("name", to.names);
  from.get("telecom", to.telecom);
  from.code("gender", to.gender, codes::administrative_gender);
  from.date("birthDate", to.birth_date);
  from.choice("deceased", {"Boolean", "DateTime"});
  from.get("deceasedBoolean", to.deceased);
  from.get("deceasedDateTime", to.deceased_at);
  if (to.deceased_at) to.deceased = true;
  from.get("address", to.addresses);
  from.get("maritalStatus", to.marital_status);
  from.get("generalPractitioner", to.general_practitioners);
  from.get("managingOrganization", to.managing_organization);
  us_core_extensions(from, to);
  language(from, to.language);
  from.choice("multipleBirth", {"Boolean", "Integer"});
  from.number("multipleBirthInteger", to.multiple_birth);
  flatbuffers::Optional<bool> multiple;
  from.get("multipleBirthBoolean", multiple);
  if (multiple) to.multiple_birth = *multiple ? "true" : "false";
}

void map(const Element& from, schema::PractitionerT& to) {
  from.get("identifier", to.identifiers);
  from.get("active", to.active);
  from.get("name", to.names);
  from.get("telecom", to.telecom);
  from.get("address", to.addresses);
  from.code("gender", to.gender, codes::administrative_gender);
  from.each("qualification", [&](const Element& at) { at.add("code", to.qualifications); });
}

void map(const Element& from, schema::PractitionerRoleT& to) {
  from.get("identifier", to.identifiers);
  from.get("active", to.active);
  from.get("practitioner", to.practitioner);
  from.get("organization", to.organization);
  from.get("code", to.codes);
  from.get("specialty", to.specialties);
  from.get("location", to.locations);
  from.get("telecom", to.telecom);
}

void map(const Element& from, schema::RelatedPersonT& to) {
  from.get("identifier", to.identifiers);
  from.get("active", to.active);
  from.get("relationship", to.relationships);
  from.get("name", to.names);
  from.get("telecom", to.telecom);
  from.code("gender", to.gender, codes::administrative_gender);
  from.date("birthDate", to.birth_date);
  from.get("address", to.addresses);
  from.get("period", to.period);
}

}  // namespace ingest::fhir
