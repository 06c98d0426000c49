// The FHIR R4 resource types that the schema has tables for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace events {

namespace schema {
enum class ResourceType : std::uint16_t;  // events/schema/clinical.fbs
}
using schema::ResourceType;

// "Patient" …; CHECKs that the type is one of the schema's.
std::string_view type_name(ResourceType type);
// Nothing for a name the schema does not have.
std::optional<ResourceType> type_of_name(std::string_view name);
// All FHIR types, in the schema's order: without `none` and `Setting`.
std::span<const ResourceType> all_types();
// Organization, Practitioner, PractitionerRole, Location …: kept in the stream
// `directory`. (A Medication in a patient's transaction is kept with the patient.)
bool is_directory_type(ResourceType type);

}  // namespace events
