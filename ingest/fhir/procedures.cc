#include "ingest/fhir/procedures.h"

namespace ingest::fhir {
namespace {

void series(const Element& from, schema::ImagingSeriesT& to) {
  from.get("uid", to.uid, Need::required);
  from.get("modality", to.modality, Need::required);
  from.get("bodySite", to.body_site);
  from.get("started", to.started);
  to.instances = static_cast<std::uint32_t>(from.value()["instance"].size());
}

}  // namespace

void map(const Element& from, schema::ProcedureT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::event_status, Need::required);
  from.get("statusReason", to.status_reason);
  from.get("category", to.category);
  from.get("code", to.code);
  from.get("encounter", to.encounter);
  from.choice("performed", {"DateTime", "Period", "String", "Age", "Range"});
  from.get("performedDateTime", to.performed);
  from.get("performedPeriod", to.performed_period);
  for (const auto* name : {"performedString", "performedAge", "performedRange"})
    from.words(name, to.performed_text);
  from.each("performer", [&](const Element& at) { at.add("actor", to.performers); });
  from.get("location", to.location);
  from.get("reasonCode", to.reasons);
  from.get("reasonReference", to.reason_references);
  from.get("bodySite", to.body_sites);
  from.get("outcome", to.outcome);
  from.get("basedOn", to.based_on);
  from.get("recorder", to.recorder);
}

void map(const Element& from, schema::ImmunizationT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::immunization_status, Need::required);
  from.get("statusReason", to.status_reason);
  from.get("vaccineCode", to.vaccine, Need::required);
  from.get("encounter", to.encounter);
  from.choice("occurrence", {"DateTime", "String"}, Need::required);
  from.get("occurrenceDateTime", to.occurrence);
  from.get("occurrenceString", to.occurrence_text);
  from.get("recorded", to.recorded);
  from.get("primarySource", to.primary_source);
  from.get("location", to.location);
  from.get("lotNumber", to.lot_number);
  from.get("site", to.site);
  from.get("route", to.route);
  from.get("doseQuantity", to.dose);
  from.each("performer", [&](const Element& at) { at.add("actor", to.performers); });
  from.get("reasonCode", to.reasons);
  bool first = true;
  from.each("protocolApplied", [&](const Element& at) {
    if (!std::exchange(first, false)) return;
    at.choice("doseNumber", {"PositiveInt", "String"});
    at.number("doseNumberPositiveInt", to.dose_number);
    at.get("doseNumberString", to.dose_number);
    at.get("series", to.series);
  });
  from.get("manufacturer", to.manufacturer);
}

void map(const Element& from, schema::DeviceT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::device_status);
  from.get("type", to.type);
  from.each("udiCarrier", [&](const Element& at) {
    if (to.udi.empty()) at.get("deviceIdentifier", to.udi);
    if (to.udi_carrier.empty()) at.get("carrierHRF", to.udi_carrier);
  });
  from.get("manufacturer", to.manufacturer);
  from.get("manufactureDate", to.manufactured);
  from.get("expirationDate", to.expires);
  from.get("lotNumber", to.lot_number);
  from.get("serialNumber", to.serial_number);
  from.each("deviceName", [&](const Element& at) {
    if (to.name.empty()) at.get("name", to.name);
  });
  from.get("modelNumber", to.model);
  from.get("distinctIdentifier", to.distinct_identifier);
}

void map(const Element& from, schema::ImagingStudyT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::imagingstudy_status, Need::required);
  from.get("modality", to.modalities);
  from.get("encounter", to.encounter);
  from.get("started", to.started);
  from.get("basedOn", to.based_on);
  from.get("location", to.location);
  from.get("reasonCode", to.reasons);
  from.get("procedureCode", to.procedure_codes);
  from.get("description", to.description);
  from.each("series", [&](const Element& at) {
    series(at, *to.series.emplace_back(std::make_unique<schema::ImagingSeriesT>()));
  });
}

void map(const Element& from, schema::SupplyDeliveryT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::supplydelivery_status);
  from.get("type", to.type);
  if (const Element supplied = from.object("suppliedItem")) {
    supplied.get("quantity", to.quantity);
    supplied.choice("item", {"CodeableConcept", "Reference"});
    supplied.get("itemCodeableConcept", to.item);
    supplied.get("itemReference", to.item_reference);
  }
  from.choice("occurrence", {"DateTime", "Period", "Timing"});
  from.get("occurrenceDateTime", to.occurrence);
  from.get("occurrencePeriod", to.occurrence_period);
  from.get("supplier", to.supplier);
  from.get("basedOn", to.based_on);
}

}  // namespace ingest::fhir
