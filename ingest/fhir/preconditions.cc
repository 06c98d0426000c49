#include "ingest/fhir/preconditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ingest/fhir/bundle.h"

namespace ingest::fhir {
namespace {

using events::invalid;

events::Status misplaced(const SentCondition& condition, std::string_view where) {
  return invalid(fmt::format("{}: is for {}; leave it out here", condition.element, where),
                 condition.element);
}

// Asks for a form of the answer that all answers have.
bool is_form(std::string_view parameter) {
  const std::string_view name = parameter.substr(0, parameter.find('='));
  return name == "_format" || name == "_pretty";
}

}  // namespace

events::Status set_preconditions(Write& write, const Preconditions& sent) {
  if (sent.if_match) {
    if (write.verb == Verb::create)
      return misplaced(*sent.if_match, "a change of what is there (PUT, PATCH, DELETE)");
    auto version = parse_entity_tag(sent.if_match->value, sent.if_match->element);
    if (!version) return version.error();
    write.if_match = *version;
  }
  if (sent.if_none_match) {
    if (sent.if_none_match->value != "*") {
      return invalid(fmt::format("{}: only * is supported", sent.if_none_match->element),
                     sent.if_none_match->element);
    }
    if (write.verb != Verb::update || !write.criteria.empty() || write.patch)
      return misplaced(*sent.if_none_match, "a PUT to an id");
    write.if_none_match_any = true;
  }
  if (sent.if_none_exist) {
    if (write.verb != Verb::create) {
      return misplaced(*sent.if_none_exist,
                       "a POST; PUT, PATCH and DELETE have their criteria in the URL");
    }
    return set_if_none_exist(write, without_form(sent.if_none_exist->value),
                             sent.if_none_exist->element);
  }
  return {};
}

std::string without_form(std::string_view criteria) {
  criteria = query_of(criteria);
  std::string kept;
  while (!criteria.empty()) {
    const std::string_view one = criteria.substr(0, criteria.find('&'));
    criteria.remove_prefix(std::min(criteria.size(), one.size() + 1));
    if (one.empty() || is_form(one)) continue;
    if (!kept.empty()) kept += '&';
    kept += one;
  }
  return kept;
}

events::Result<std::uint64_t> parse_entity_tag(std::string_view tag, std::string_view element) {
  std::string_view digits = tag;
  if (digits.starts_with("W/")) digits.remove_prefix(2);
  if (digits.size() >= 2 && digits.front() == '"' && digits.back() == '"')
    digits = digits.substr(1, digits.size() - 2);
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (error != std::errc{} || end != digits.data() + digits.size() || version == 0) {
    return invalid(
        fmt::format("{}: {} is not a version; write W/\"3\"", element, tag.substr(0, 100)),
        std::string(element));
  }
  return version;
}

}  // namespace ingest::fhir
