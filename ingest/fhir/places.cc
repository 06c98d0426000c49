#include "ingest/fhir/places.h"

namespace ingest::fhir {

void map(const Element& from, schema::OrganizationT& to) {
  from.get("identifier", to.identifiers);
  from.get("active", to.active);
  from.get("type", to.types);
  from.get("name", to.name);
  from.get("telecom", to.telecom);
  from.get("address", to.addresses);
  from.get("partOf", to.part_of);
}

void map(const Element& from, schema::LocationT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::location_status);
  from.get("name", to.name);
  from.get("type", to.types);
  from.get("telecom", to.telecom);
  from.get("address", to.address);
  from.get("managingOrganization", to.managing_organization);
  if (const Element position = from.object("position")) {
    position.number("latitude", to.latitude);
    position.number("longitude", to.longitude);
  }
}

}  // namespace ingest::fhir
