#include "query/fhir/include.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/search/reference_targets.h"

namespace query::fhir {
namespace {

using projections::search::find_reference_parameter;
using projections::search::reference_targets;

struct Parts {
  std::string_view type, parameter, target;
  bool more = false;
};

Parts split(std::string_view value) {
  Parts parts;
  const auto take = [&] {
    const auto part = value.substr(0, value.find(':'));
    value.remove_prefix(std::min(part.size() + 1, value.size()));
    return part;
  };
  parts.type = take();
  parts.parameter = take();
  parts.target = take();
  parts.more = !value.empty();
  return parts;
}

bool leads_to(events::ResourceType type, std::string_view parameter, events::ResourceType target) {
  const auto targets = reference_targets(type, parameter);
  return std::find(targets.begin(), targets.end(), target) != targets.end();
}

}  // namespace

Result<bool> parse_include(events::ResourceType searched, const std::string& name,
                           const std::string& value, std::vector<Include>& includes) {
  const std::string plain = name.substr(0, name.find(':'));
  if (plain != "_include" && plain != "_revinclude") return false;
  const auto fault = [&](const std::string& why) {
    return events::invalid(
        fmt::format("{}: \"{}\": {}; write <Type>:<reference> or <Type>:<reference>:<target type>",
                    name, value, why));
  };
  Include include;
  include.reverse = plain == "_revinclude";
  const std::string modifier = name.substr(plain.size());
  if (!modifier.empty() && modifier != ":iterate" && modifier != ":recurse")
    return events::invalid(fmt::format("{}: the modifier is unknown; write :iterate", name));
  include.iterate = !modifier.empty();
  const Parts parts = split(value);
  if (parts.more) return fault("has a part too many");
  if (parts.type != "*" || include.reverse) {
    include.source = events::type_of_name(parts.type);
    if (!include.source) return fault(fmt::format("\"{}\" is not a type here", parts.type));
    if (parts.parameter != "*") {
      include.parameter_name = parts.parameter;
      include.parameter = find_reference_parameter(*include.source, parts.parameter);
      if (include.parameter == nullptr)
        return fault(fmt::format("{} has no reference \"{}\" here", parts.type, parts.parameter));
    }
  }
  if (!parts.target.empty()) {
    include.target = events::type_of_name(parts.target);
    if (!include.target) return fault(fmt::format("\"{}\" is not a type here", parts.target));
  }
  if (!include.iterate && !include.reverse && include.source && *include.source != searched)
    return fault(
        fmt::format("a search of {} has none of these; add :iterate to the name for what "
                    "is included itself",
                    events::type_name(searched)));
  if (!include.iterate && include.reverse && include.parameter != nullptr &&
      !leads_to(*include.source, include.parameter_name, searched))
    return fault(fmt::format("does not lead to {}", events::type_name(searched)));
  includes.push_back(std::move(include));
  return true;
}

}  // namespace query::fhir
