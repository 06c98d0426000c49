#include "projections/prevention/screening/rules.h"

namespace projections::screening {

std::span<const ListId> Rules::lists_of(std::string_view system, std::string_view code) const {
  std::string key;
  key.reserve(system.size() + 1 + code.size());
  key.append(system).append("|").append(code);
  const auto found = by_code.find(key);
  if (found == by_code.end()) return {};
  return found->second;
}

std::optional<ListId> Rules::list(std::string_view id) const {
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (lists[i].id == id) return ListId(i);
  }
  return std::nullopt;
}

const std::string& Rules::name_of(ListId list) const {
  return lists[static_cast<std::size_t>(list)].name;
}

}  // namespace projections::screening
