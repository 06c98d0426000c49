#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

constexpr char email[] = "email";
constexpr char phone[] = "phone";

template <class Table, const char* System>
void take_telecom(const schema::Facts& facts, Values& values) {
  const Table* table = facts.of_as<Table>();
  if (table == nullptr || table->telecom() == nullptr) return;
  for (const auto* telecom : *table->telecom()) {
    if (telecom->system() != nullptr && telecom->system()->string_view() == System)
      values.add(telecom);
  }
}

// R4: Patient.deceased.exists() and Patient.deceased != false
void take_deceased(const schema::Facts& facts, Values& values) {
  const auto* patient = facts.of_as_Patient();
  if (patient == nullptr) return;
  values.strings.push_back(patient->deceased().value_or(false) ? "true" : "false");
}

using schema::Patient;
constexpr std::array patient{
    Parameter{"identifier", token, take<&Patient::identifiers>},
    Parameter{"active", token, take<&Patient::active>},
    Parameter{"address", string, take<&Patient::addresses>},
    Parameter{"address-city", string, take_each<&Patient::addresses, &schema::Address::city>},
    Parameter{"address-country", string, take_each<&Patient::addresses, &schema::Address::country>},
    Parameter{"address-postalcode", string,
              take_each<&Patient::addresses, &schema::Address::postal_code>},
    Parameter{"address-state", string, take_each<&Patient::addresses, &schema::Address::state>},
    Parameter{"address-use", token, take_each<&Patient::addresses, &schema::Address::use>,
              "http://hl7.org/fhir/address-use"},
    Parameter{"birthdate", date, take<&Patient::birth_date>},
    Parameter{"death-date", date, take<&Patient::deceased_at>},
    Parameter{"deceased", token, take_deceased},
    Parameter{"email", token, take_telecom<Patient, email>},
    Parameter{"family", string, take_each<&Patient::names, &schema::HumanName::family>},
    Parameter{"gender", token, take<&Patient::gender>, "http://hl7.org/fhir/administrative-gender"},
    Parameter{"general-practitioner", reference, take<&Patient::general_practitioners>},
    Parameter{"given", string, take_each<&Patient::names, &schema::HumanName::given>},
    Parameter{"language", token, both<take<&Patient::language>, more<"language">>},
    Parameter{"link", reference, more<"link">},
    Parameter{"name", string, take<&Patient::names>},
    Parameter{"organization", reference, take<&Patient::managing_organization>},
    Parameter{"phone", token, take_telecom<Patient, phone>},
    Parameter{"telecom", token, take<&Patient::telecom>},
};

using schema::RelatedPerson;
constexpr std::array related_person{
    Parameter{"identifier", token, take<&RelatedPerson::identifiers>},
    Parameter{"active", token, take<&RelatedPerson::active>},
    Parameter{"address", string, take<&RelatedPerson::addresses>},
    Parameter{"address-city", string, take_each<&RelatedPerson::addresses, &schema::Address::city>},
    Parameter{"address-country", string,
              take_each<&RelatedPerson::addresses, &schema::Address::country>},
    Parameter{"address-postalcode", string,
              take_each<&RelatedPerson::addresses, &schema::Address::postal_code>},
    Parameter{"address-state", string,
              take_each<&RelatedPerson::addresses, &schema::Address::state>},
    Parameter{"address-use", token, take_each<&RelatedPerson::addresses, &schema::Address::use>,
              "http://hl7.org/fhir/address-use"},
    Parameter{"birthdate", date, take<&RelatedPerson::birth_date>},
    Parameter{"gender", token, take<&RelatedPerson::gender>,
              "http://hl7.org/fhir/administrative-gender"},
    Parameter{"name", string, take<&RelatedPerson::names>},
    Parameter{"relationship", token, take<&RelatedPerson::relationships>},
    Parameter{"email", token, take_telecom<RelatedPerson, email>},
    Parameter{"phone", token, take_telecom<RelatedPerson, phone>},
    Parameter{"telecom", token, take<&RelatedPerson::telecom>},
};

using schema::Practitioner;
constexpr std::array practitioner{
    Parameter{"identifier", token, take<&Practitioner::identifiers>},
    Parameter{"active", token, take<&Practitioner::active>},
    Parameter{"address", string, take<&Practitioner::addresses>},
    Parameter{"address-city", string, take_each<&Practitioner::addresses, &schema::Address::city>},
    Parameter{"address-country", string,
              take_each<&Practitioner::addresses, &schema::Address::country>},
    Parameter{"address-postalcode", string,
              take_each<&Practitioner::addresses, &schema::Address::postal_code>},
    Parameter{"address-state", string,
              take_each<&Practitioner::addresses, &schema::Address::state>},
    Parameter{"address-use", token, take_each<&Practitioner::addresses, &schema::Address::use>,
              "http://hl7.org/fhir/address-use"},
    Parameter{"family", string, take_each<&Practitioner::names, &schema::HumanName::family>},
    Parameter{"given", string, take_each<&Practitioner::names, &schema::HumanName::given>},
    Parameter{"name", string, take<&Practitioner::names>},
    Parameter{"gender", token, take<&Practitioner::gender>,
              "http://hl7.org/fhir/administrative-gender"},
    Parameter{"email", token, take_telecom<Practitioner, email>},
    Parameter{"phone", token, take_telecom<Practitioner, phone>},
    Parameter{"telecom", token, take<&Practitioner::telecom>},
    Parameter{"communication", token, more<"communication">},
};

using schema::PractitionerRole;
constexpr std::array practitioner_role{
    Parameter{"identifier", token, take<&PractitionerRole::identifiers>},
    Parameter{"active", token, take<&PractitionerRole::active>},
    Parameter{"location", reference, take<&PractitionerRole::locations>},
    Parameter{"organization", reference, take<&PractitionerRole::organization>},
    Parameter{"practitioner", reference, take<&PractitionerRole::practitioner>},
    Parameter{"role", token, take<&PractitionerRole::codes>},
    Parameter{"specialty", token, take<&PractitionerRole::specialties>},
    Parameter{"email", token, take_telecom<PractitionerRole, email>},
    Parameter{"phone", token, take_telecom<PractitionerRole, phone>},
    Parameter{"telecom", token, take<&PractitionerRole::telecom>},
    Parameter{"date", date, more<"date">},
    Parameter{"endpoint", reference, more<"endpoint">},
    Parameter{"service", reference, more<"service">},
};

}  // namespace

const TypeParameters& patient_table() {
  static constexpr TypeParameters table{ResourceType::Patient, patient, {}};
  return table;
}

TypeTables person_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::RelatedPerson, related_person, patient_only},
      TypeParameters{ResourceType::Practitioner, practitioner, {}},
      TypeParameters{ResourceType::PractitionerRole, practitioner_role, {}},
  };
  return tables;
}

}  // namespace projections::search
