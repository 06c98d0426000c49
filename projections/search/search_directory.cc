#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

template <auto Field>
void take_address(const schema::Facts& facts, Values& values) {
  const auto* location = facts.of_as_Location();
  if (location != nullptr && location->address() != nullptr)
    values.add((location->address()->*Field)());
}

using schema::Location;
constexpr std::array location{
    Parameter{"identifier", token, take<&Location::identifiers>},
    Parameter{"address", string, take<&Location::address>},
    Parameter{"address-city", string, take_address<&schema::Address::city>},
    Parameter{"address-country", string, take_address<&schema::Address::country>},
    Parameter{"address-postalcode", string, take_address<&schema::Address::postal_code>},
    Parameter{"address-state", string, take_address<&schema::Address::state>},
    Parameter{"address-use", token, take_address<&schema::Address::use>,
              "http://hl7.org/fhir/address-use"},
    Parameter{"name", string, both<take<&Location::name>, more<"alias">>},
    Parameter{"organization", reference, take<&Location::managing_organization>},
    Parameter{"status", token, take<&Location::status>, "http://hl7.org/fhir/location-status"},
    Parameter{"type", token, take<&Location::types>},
    Parameter{"endpoint", reference, more<"endpoint">},
    Parameter{"partof", reference, more<"partof">},
    Parameter{"operational-status", token, more<"operational-status">},
};

using schema::Medication;
constexpr std::array medication{
    Parameter{"identifier", token, take<&Medication::identifiers>},
    Parameter{"code", token, take<&Medication::code>},
    Parameter{"form", token, take<&Medication::form>},
    Parameter{"ingredient-code", token, take<&Medication::ingredients>},
    Parameter{"manufacturer", reference, take<&Medication::manufacturer>},
    Parameter{"status", token, take<&Medication::status>,
              "http://hl7.org/fhir/CodeSystem/medication-status"},
    Parameter{"expiration-date", date, more<"expiration-date">},
    Parameter{"ingredient", reference, more<"ingredient">},
    Parameter{"lot-number", token, more<"lot-number">},
};

using schema::Organization;
constexpr std::array organization{
    Parameter{"identifier", token, take<&Organization::identifiers>},
    Parameter{"active", token, take<&Organization::active>},
    Parameter{"address", string, take<&Organization::addresses>},
    Parameter{"address-city", string, take_each<&Organization::addresses, &schema::Address::city>},
    Parameter{"address-country", string,
              take_each<&Organization::addresses, &schema::Address::country>},
    Parameter{"address-postalcode", string,
              take_each<&Organization::addresses, &schema::Address::postal_code>},
    Parameter{"address-state", string,
              take_each<&Organization::addresses, &schema::Address::state>},
    Parameter{"address-use", token, take_each<&Organization::addresses, &schema::Address::use>,
              "http://hl7.org/fhir/address-use"},
    Parameter{"name", string, both<take<&Organization::name>, more<"alias">>},
    Parameter{"partof", reference, take<&Organization::part_of>},
    Parameter{"type", token, take<&Organization::types>},
    Parameter{"endpoint", reference, more<"endpoint">},
};

}  // namespace

TypeTables directory_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::Location, location, {}},
      TypeParameters{ResourceType::Medication, medication, {}},
      TypeParameters{ResourceType::Organization, organization, {}},
  };
  return tables;
}

}  // namespace projections::search
