#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

// R4: Device.deviceName.name | Device.type.coding.display | Device.type.text
void take_device_name(const schema::Facts& facts, Values& values) {
  const auto* device = facts.of_as_Device();
  if (device == nullptr) return;
  values.add(device->name());
  if (device->type() == nullptr) return;
  values.add(device->type()->text());
  if (device->type()->codings() == nullptr) return;
  for (const auto* coding : *device->type()->codings()) values.add(coding->display());
}

using schema::Device;
constexpr std::array device{
    Parameter{"identifier", token, take<&Device::identifiers>},
    Parameter{"device-name", string, take_device_name},
    Parameter{"manufacturer", string, take<&Device::manufacturer>},
    Parameter{"model", string, take<&Device::model>},
    Parameter{"status", token, take<&Device::status>, "http://hl7.org/fhir/device-status"},
    Parameter{"type", token, take<&Device::type>},
    Parameter{"location", reference, more<"location">},
    Parameter{"organization", reference, more<"organization">},
    Parameter{"udi-carrier", string, more<"udi-carrier">},
    Parameter{"udi-di", string, more<"udi-di">},
    Parameter{"url", uri, more<"url">},
};

using schema::Specimen;
constexpr std::array specimen{
    Parameter{"identifier", token, take<&Specimen::identifiers>},
    Parameter{"accession", token, take<&Specimen::accession>},
    Parameter{"bodysite", token, take<&Specimen::body_site>},
    Parameter{"collected", date, take<&Specimen::collected, &Specimen::collected_period>},
    Parameter{"collector", reference, take<&Specimen::collector>},
    Parameter{"parent", reference, take<&Specimen::parents>},
    Parameter{"status", token, take<&Specimen::status>, "http://hl7.org/fhir/specimen-status"},
    Parameter{"type", token, take<&Specimen::type>},
    Parameter{"container", token, more<"container">},
    Parameter{"container-id", token, more<"container-id">},
};

using schema::SupplyDelivery;
constexpr std::array supply_delivery{
    Parameter{"identifier", token, take<&SupplyDelivery::identifiers>},
    Parameter{"status", token, take<&SupplyDelivery::status>,
              "http://hl7.org/fhir/supplydelivery-status"},
    Parameter{"supplier", reference, take<&SupplyDelivery::supplier>},
    Parameter{"receiver", reference, more<"receiver">},
};

}  // namespace

TypeTables device_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::Device, device, patient_only},
      TypeParameters{ResourceType::Specimen, specimen, patient_and_subject},
      TypeParameters{ResourceType::SupplyDelivery, supply_delivery, patient_only},
  };
  return tables;
}

}  // namespace projections::search
