#include "ingest/fhir/criteria.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/http/text.h"

namespace ingest::fhir {
namespace {

using events::unprocessable;

constexpr std::string_view identifier_parameter = "identifier=";

}  // namespace

std::string_view query_of(std::string_view criteria) {
  const auto mark = criteria.find('?');
  if (mark == std::string_view::npos) return criteria;
  if (criteria.substr(0, mark).find('=') != std::string_view::npos) return criteria;
  return criteria.substr(mark + 1);
}

bool is_identifier_criterion(std::string_view criteria) {
  return parse_identifier_criterion(criteria, {}).has_value();
}

std::string same_criteria(std::string_view criteria) {
  auto parameters = ops::http::parse_query(query_of(criteria));
  if (!parameters) return std::string(criteria);
  std::ranges::sort(*parameters);
  std::string same;
  for (const auto& [name, value] : *parameters) same += fmt::format("{}={}&", name, value);
  return same;
}

events::Result<IdentifierCriterion> parse_identifier_criterion(std::string_view criteria,
                                                               std::string_view element) {
  const std::string_view as_sent = criteria;
  criteria = query_of(criteria);
  if (!criteria.starts_with(identifier_parameter) || criteria.find('&') != std::string_view::npos) {
    return unprocessable(
        fmt::format("{}: \"{}\" is not supported as a condition; only identifier=system|value is",
                    element, as_sent),
        std::string(element));
  }
  criteria.remove_prefix(identifier_parameter.size());
  auto decoded = ops::http::percent_decode(criteria);
  if (!decoded)
    return unprocessable(fmt::format("{}: {}", element, decoded.error().message),
                         std::string(element));

  IdentifierCriterion criterion;
  const auto bar = decoded->find('|');
  if (bar != std::string::npos) criterion.system = decoded->substr(0, bar);
  criterion.value = bar == std::string::npos ? *decoded : decoded->substr(bar + 1);
  if (criterion.value.empty() || criterion.value.find_first_of(",|") != std::string::npos) {
    return unprocessable(
        fmt::format(
            "{}: \"{}\" does not name exactly one identifier; write identifier=system|value",
            element, as_sent),
        std::string(element));
  }
  return criterion;
}

events::Result<ConditionalReference> parse_conditional_reference(std::string_view reference,
                                                                 std::string_view element) {
  const auto mark = reference.find('?');
  const auto type = events::type_of_name(reference.substr(0, mark));
  if (mark == std::string_view::npos || !type) {
    return unprocessable(
        fmt::format("{}: \"{}\" is not a conditional reference to a type that is kept here; write "
                    "Type?identifier=system|value",
                    element, reference),
        std::string(element));
  }
  const std::string_view criteria = reference.substr(mark + 1);
  auto criterion = parse_identifier_criterion(criteria, element);
  if (criterion) return ConditionalReference{*type, std::move(*criterion), {}};
  return ConditionalReference{*type, {}, std::string(criteria)};
}

}  // namespace ingest::fhir
