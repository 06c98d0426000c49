#include "ingest/fhir/criteria.h"

#include <fmt/format.h>

#include "ops/http/text.h"

namespace ingest::fhir {
namespace {

using events::unprocessable;

constexpr std::string_view identifier_parameter = "identifier=";

}  // namespace

events::Result<IdentifierCriterion> parse_identifier_criterion(std::string_view criteria,
                                                               std::string_view element) {
  const std::string_view as_sent = criteria;
  if (auto mark = criteria.find('?'); mark != std::string_view::npos) {
    if (criteria.substr(0, mark).find('=') == std::string_view::npos)
      criteria.remove_prefix(mark + 1);
  }
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
  auto criterion = parse_identifier_criterion(reference.substr(mark + 1), element);
  if (!criterion) return criterion.error();
  return ConditionalReference{*type, std::move(*criterion)};
}

}  // namespace ingest::fhir
