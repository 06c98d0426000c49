#include "events/fhir/definitions.h"

#include <algorithm>

namespace events::fhir {
namespace {

// The entry of a sorted list whose `key` is equal; null: none.
template <class Entries, class Key>
auto* find_sorted(const Entries& entries, std::string_view name, Key key) {
  const auto at = std::lower_bound(
      entries.begin(), entries.end(), name,
      [&](const auto& entry, std::string_view wanted) { return key(entry) < wanted; });
  return at != entries.end() && key(*at) == name ? &*at : nullptr;
}

}  // namespace

bool ValueSet::has(std::string_view code) const {
  return find_sorted(codes, code, [](const Code& one) { return one.code; }) != nullptr;
}

bool ValueSet::has(std::string_view code, std::string_view system) const {
  const Code* at = find_sorted(codes, code, [](const Code& one) { return one.code; });
  const Code* end = codes.data() + codes.size();
  for (; at != nullptr && at != end && at->code == code; ++at) {
    if (at->system == system) return true;
  }
  return false;
}

const Element* Type::find(std::string_view wanted) const {
  return find_sorted(elements, wanted, [](const Element& one) { return one.name; });
}

std::string_view to_string(SearchKind kind) {
  constexpr std::string_view names[] = {"number",    "date",     "string", "token",  "reference",
                                        "composite", "quantity", "uri",    "special"};
  return names[static_cast<std::size_t>(kind)];
}

const Type* definition(std::string_view name) {
  return find_sorted(all_definitions(), name, [](const Type& type) { return type.name; });
}

std::span<const SearchParameter> search_parameters(std::string_view base) {
  const auto all = all_search_parameters();
  const auto [first, last] = std::equal_range(
      all.begin(), all.end(), SearchParameter{base, {}, {}, {}, {}, {}},
      [](const SearchParameter& a, const SearchParameter& b) { return a.base < b.base; });
  return {first, last};
}

const SearchParameter* search_parameter(std::string_view type, std::string_view code) {
  for (const std::string_view base :
       {type, std::string_view("DomainResource"), std::string_view("Resource")}) {
    const auto own = search_parameters(base);
    const auto* at = find_sorted(own, code, [](const SearchParameter& one) { return one.code; });
    if (at != nullptr) return at;
  }
  return nullptr;
}

std::span<const std::string_view> compartment_parameters(std::string_view type) {
  const auto* at = find_sorted(patient_compartment(), type,
                               [](const CompartmentRule& rule) { return rule.type; });
  return at == nullptr ? std::span<const std::string_view>() : at->parameters;
}

}  // namespace events::fhir
