#include "projections/quality/terminology.h"

#include "projections/quality/elm_json.h"

namespace projections::quality {
namespace {

// Expansions nest: an abstract entry groups those below it and is no member.
void add_members(ValueSetCodes& set, const boost::json::object& parent) {
  for (const auto* member : objects(parent, "contains")) {
    const auto code = text(*member, "code");
    if (!code.empty() && !flag(*member, "abstract", false)) set.add(text(*member, "system"), code);
    add_members(set, *member);
  }
}

}  // namespace

bool Terminology::add(const boost::json::object& value_set) {
  const auto* expansion = value_set.if_contains("expansion");
  if (expansion == nullptr || !expansion->is_object()) return false;
  const std::string url(text(value_set, "url"));
  ValueSetCodes set(url, std::string(text(value_set, "version")));
  add_members(set, expansion->get_object());
  return sets_.emplace(url, std::move(set)).second;
}

const ValueSetCodes* Terminology::find(std::string_view url) const {
  const auto found = sets_.find(url.substr(0, url.find('|')));
  return found == sets_.end() ? nullptr : &found->second;
}

}  // namespace projections::quality
