// _include, _revinclude, :iterate: what goes with the matches of a page.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/resource_type.h"
#include "events/result.h"
#include "query/fhir/criteria.h"

namespace query::fhir {

// `Type:parameter[:Target]`, `Type:*`, `*`
struct Include {
  bool reverse = false;
  bool iterate = false;                        // also of what was included
  std::optional<events::ResourceType> source;  // who refers; nothing: whoever it is
  const Parameter* parameter = nullptr;        // null: all of the source's
  std::string parameter_name;
  std::optional<events::ResourceType> target;
};

// Takes `name` if it is _include or _revinclude, with :iterate or without; false for other
// names. invalid names what is no type or no reference.
events::Result<bool> parse_include(events::ResourceType searched, const std::string& name,
                                   const std::string& value, std::vector<Include>& includes);

}  // namespace query::fhir
