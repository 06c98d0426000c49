#include "events/resource_type.h"

#include <type_traits>
#include <unordered_map>

#include "events/check.h"
#include "events/schema/clinical_generated.h"

namespace events {

// resource_type.h declares the schema's enum ahead; both must mean the same type.
static_assert(std::is_same_v<std::underlying_type_t<ResourceType>, std::uint16_t>);
static_assert(schema::ResourceType::MIN == schema::ResourceType::none);

std::string_view type_name(ResourceType type) {
  CHECK(type > ResourceType::none && type <= ResourceType::MAX);
  return schema::EnumNameResourceType(type);
}

std::optional<ResourceType> type_of_name(std::string_view name) {
  static const auto types = [] {
    std::unordered_map<std::string_view, ResourceType> by_name;
    for (ResourceType type : all_types()) by_name.emplace(type_name(type), type);
    return by_name;
  }();
  auto found = types.find(name);
  if (found == types.end()) return std::nullopt;
  return found->second;
}

std::span<const ResourceType> all_types() {
  static_assert(ResourceType::Setting == ResourceType::MAX);
  const std::span<const ResourceType> values(schema::EnumValuesResourceType());
  return values.subspan(1, values.size() - 2);
}

bool is_directory_type(ResourceType type) {
  switch (type) {
    case ResourceType::Organization:
    case ResourceType::Practitioner:
    case ResourceType::PractitionerRole:
    case ResourceType::Location:
    case ResourceType::Medication:
    case ResourceType::Endpoint:
    case ResourceType::HealthcareService:
      return true;
    default:
      return false;
  }
}

}  // namespace events
