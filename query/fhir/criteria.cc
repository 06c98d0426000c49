#include "query/fhir/criteria.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "events/clinical_time.h"
#include "events/fhir/definitions.h"
#include "projections/fold.h"

namespace query::fhir {
namespace {

constexpr std::array<std::pair<std::string_view, Prefix>, 9> prefixes{{
    {"eq", Prefix::eq},
    {"ne", Prefix::ne},
    {"gt", Prefix::gt},
    {"lt", Prefix::lt},
    {"ge", Prefix::ge},
    {"le", Prefix::le},
    {"sa", Prefix::sa},
    {"eb", Prefix::eb},
    {"ap", Prefix::ap},
}};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_resource_type(std::string_view name) {
  const auto* definition = events::fhir::definition(name);
  return definition != nullptr && definition->form == events::fhir::Form::resource;
}

Result<Prefix> take_prefix(std::string_view parameter, std::string_view& value) {
  if (value.empty() || !is_letter(value.front())) return Prefix::eq;
  for (const auto& [text, prefix] : prefixes) {
    if (value.starts_with(text)) {
      value.remove_prefix(2);
      return prefix;
    }
  }
  return events::invalid(
      fmt::format("{}: \"{}\" does not begin with a prefix of FHIR; write eq, ne, gt, lt, ge, le, "
                  "sa, eb, ap or none",
                  parameter, value));
}

Result<StringPattern> parse_string(std::string_view parameter, std::string_view value) {
  StringPattern pattern{unescape(value), {}};
  if (pattern.text.empty()) {
    return events::invalid(
        fmt::format("{}: an empty value finds nothing; write the text to look for", parameter));
  }
  pattern.folded = projections::fold(pattern.text);
  return pattern;
}

Result<QuantityPattern> parse_quantity(std::string_view parameter, std::string_view value) {
  const std::string_view asked = value;
  QuantityPattern pattern;
  auto prefix = take_prefix(parameter, value);
  if (!prefix) return prefix.error();
  pattern.prefix = *prefix;
  const auto parts = split_escaped(value, '|');
  const auto number = events::Decimal::parse(unescape(parts[0]));
  if (!number || parts.size() == 2 || parts.size() > 3) {
    return events::invalid(fmt::format(
        "{}: \"{}\" is not a quantity; write [prefix]number, number|system|code or number||unit",
        parameter, asked));
  }
  pattern.value = *number;
  if (pattern.prefix == Prefix::ap) {
    const bool negative = number->is_negative();
    pattern.low = number->times_tenths(negative ? 11 : 9);
    pattern.high = number->times_tenths(negative ? 9 : 11);
  } else {
    pattern.low = number->implied_low();
    pattern.high = number->implied_high();
  }
  if (parts.size() == 3) {
    if (!parts[1].empty()) pattern.system = unescape(parts[1]);
    if (!parts[2].empty()) pattern.code = unescape(parts[2]);
  }
  return pattern;
}

template <class T>
Result<SimplePattern> simple(Result<T> pattern) {
  if (!pattern) return pattern.error();
  return SimplePattern(std::move(*pattern));
}

Result<SimplePattern> parse_simple(std::string_view name, ParameterKind kind,
                                   std::optional<events::ResourceType> type, std::string_view value,
                                   const CriteriaContext& context) {
  switch (kind) {
    case ParameterKind::token:
      return simple(parse_token(name, value));
    case ParameterKind::date:
      return simple(parse_date(name, value, context.now));
    case ParameterKind::reference:
      return simple(parse_reference(name, value, type, context.base_url));
    case ParameterKind::quantity:
      return simple(parse_quantity(name, value));
    default:
      return simple(parse_string(name, value));
  }
}

Result<Pattern> parse_composite(const Parameter& parameter, std::string_view value,
                                const CriteriaContext& context) {
  const auto parts = split_escaped(value, '$');
  const Composite& composite = *parameter.composite;
  if (parts.size() != 2) {
    return events::invalid(fmt::format("{}: \"{}\" is not of two parts; write <{}>$<{}>",
                                       parameter.name, value, to_string(composite.first.kind),
                                       to_string(composite.second.kind)));
  }
  auto first = parse_simple(parameter.name, composite.first.kind, {}, parts[0], context);
  if (!first) return first.error();
  auto second = parse_simple(parameter.name, composite.second.kind, {}, parts[1], context);
  if (!second) return second.error();
  return Pattern(CompositePattern{std::move(*first), std::move(*second)});
}

ParameterKind kind_asked(const Criterion& criterion) {
  if (criterion.modifier == Modifier::text) return ParameterKind::string;
  if (criterion.modifier == Modifier::identifier) return ParameterKind::token;
  return criterion.parameter->kind;
}

Status add_alternative(Criterion& criterion, std::optional<events::ResourceType> type,
                       std::string_view value, const CriteriaContext& context) {
  const ParameterKind kind = kind_asked(criterion);
  if (kind == ParameterKind::composite) {
    auto pattern = parse_composite(*criterion.parameter, value, context);
    if (!pattern) return pattern.error();
    criterion.any.push_back(std::move(*pattern));
    return {};
  }
  auto pattern = parse_simple(criterion.parameter->name, kind, type, value, context);
  if (!pattern) return pattern.error();
  std::visit([&](auto& one) { criterion.any.emplace_back(std::move(one)); }, *pattern);
  return {};
}

Result<Modifier> modifier_of(const Parameter& parameter, std::string_view modifier) {
  const auto kind = parameter.kind;
  if (modifier.empty()) return Modifier::none;
  if (modifier == "missing" && parameter.take != nullptr && kind != ParameterKind::composite)
    return Modifier::missing;
  if (modifier == "not" && kind == ParameterKind::token) return Modifier::not_in;
  if (modifier == "text" && kind == ParameterKind::token) return Modifier::text;
  if (modifier == "exact" && kind == ParameterKind::string) return Modifier::exact;
  if (modifier == "contains" && kind == ParameterKind::string) return Modifier::contains;
  if (modifier == "identifier" && kind == ParameterKind::reference) return Modifier::identifier;
  if (modifier == "above" && kind == ParameterKind::uri) return Modifier::above;
  if (modifier == "below" && kind == ParameterKind::uri) return Modifier::below;
  return events::invalid(fmt::format(
      "{0}:{1}: the modifier :{1} is not built for a parameter of type {2}; leave it out",
      parameter.name, modifier, to_string(kind)));
}

// Of a list by commas; an id alone gets the type that the modifier names.
std::vector<std::string> alternatives_of(std::string_view value, std::string_view type) {
  std::vector<std::string> alternatives;
  for (const std::string_view one : split_escaped(value, ',')) {
    alternatives.emplace_back(one);
    if (!type.empty() && one.find('/') == one.npos)
      alternatives.back().insert(0, fmt::format("{}/", type));
  }
  return alternatives;
}

}  // namespace

std::vector<std::string_view> split_escaped(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == separator) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size() &&
                         std::string_view("\\,|$").find(text[i + 1]) != std::string_view::npos;
    plain.push_back(escaped ? text[++i] : text[i]);
  }
  return plain;
}

Result<TokenPattern> parse_token(std::string_view parameter, std::string_view value) {
  const auto parts = split_escaped(value, '|');
  TokenPattern pattern;
  if (parts.size() == 1) {
    pattern.code = unescape(parts[0]);
  } else if (parts.size() == 2) {
    pattern.system = unescape(parts[0]);
    if (!parts[1].empty()) pattern.code = unescape(parts[1]);
  }
  const bool says_nothing =
      (!pattern.code || pattern.code->empty()) && (!pattern.system || pattern.system->empty());
  if (parts.size() > 2 || says_nothing) {
    return events::invalid(fmt::format(
        "{}: \"{}\" is not a token; write code, system|code, |code or system|", parameter, value));
  }
  return pattern;
}

Result<DatePattern> parse_date(std::string_view parameter, std::string_view value,
                               events::KnownTime now) {
  const std::string_view asked = value;
  DatePattern pattern;
  auto prefix = take_prefix(parameter, value);
  if (!prefix) return prefix.error();
  pattern.prefix = *prefix;
  const auto time = events::parse_clinical_time(value);
  if (!time) {
    return events::invalid(
        fmt::format("{}: \"{}\" is not a date; write [prefix]YYYY, YYYY-MM, YYYY-MM-DD or "
                    "YYYY-MM-DDThh:mm:ss with Z or +hh:mm (a + as %2B)",
                    parameter, asked));
  }
  pattern.low = time->low;
  pattern.high = time->high;
  if (pattern.prefix == Prefix::ap) {
    // R4, search, prefixes: a tenth of the gap between now and the date.
    const auto middle = time->low + (time->high - time->low) / 2;
    const auto gap = now.time_since_epoch() > middle ? now.time_since_epoch() - middle
                                                     : middle - now.time_since_epoch();
    pattern.low -= gap / 10;
    pattern.high += gap / 10;
  }
  return pattern;
}

Result<ReferencePattern> parse_reference(std::string_view parameter, std::string_view value,
                                         std::optional<events::ResourceType> type,
                                         std::string_view base_url) {
  std::string text = unescape(value);
  const std::string own = fmt::format("{}/fhir/", base_url);
  if (text.starts_with(own)) text.erase(0, own.size());
  ReferencePattern pattern{type, {}, {}};
  const auto slash = text.find('/');
  if (slash == std::string::npos && events::is_fhir_id(text)) {
    pattern.id = text;
    return pattern;
  }
  const auto named = slash == std::string::npos
                         ? std::nullopt
                         : events::type_of_name(std::string_view(text).substr(0, slash));
  if (named && events::is_fhir_id(text.substr(slash + 1)) && (!type || *type == *named)) {
    pattern.type = named;
    pattern.id = text.substr(slash + 1);
    return pattern;
  }
  // A type of R4 that is not kept here: such references stay as they were sent.
  const bool names_other = slash != std::string::npos && !named &&
                           is_resource_type(std::string_view(text).substr(0, slash)) &&
                           events::is_fhir_id(text.substr(slash + 1));
  if (!names_other && text.find(':') == std::string::npos) {
    return events::invalid(
        fmt::format("{}: \"{}\" is not a reference; write an id, Type/id or an absolute URL",
                    parameter, value));
  }
  pattern.url = std::move(text);
  return pattern;
}

Result<Criterion> parse_criterion(const Parameter& parameter, std::string_view modifier,
                                  std::string_view value, const CriteriaContext& context) {
  Criterion criterion;
  criterion.parameter = &parameter;
  std::optional<events::ResourceType> type;
  if (parameter.kind == ParameterKind::reference) type = events::type_of_name(modifier);
  // A type of R4 that is not kept here: `account:Account=7` is account=Account/7.
  const bool names_other =
      parameter.kind == ParameterKind::reference && !type && is_resource_type(modifier);
  const std::string_view other_type = names_other ? modifier : std::string_view();
  if (!type && !names_other) {
    auto known = modifier_of(parameter, modifier);
    if (!known) return known.error();
    criterion.modifier = *known;
  }
  if (criterion.modifier == Modifier::missing) {
    if (value != "true" && value != "false") {
      return events::invalid(
          fmt::format("{}:missing: \"{}\" is neither true nor false; write one of them",
                      parameter.name, value));
    }
    criterion.missing = value == "true";
    return criterion;
  }
  for (const std::string& alternative : alternatives_of(value, other_type)) {
    if (auto added = add_alternative(criterion, type, alternative, context); !added)
      return added.error();
  }
  return criterion;
}

}  // namespace query::fhir
