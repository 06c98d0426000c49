#include "query/fhir/match.h"

#include <algorithm>

#include "projections/fold.h"

namespace query::fhir {
namespace {

std::string_view view(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view{} : std::string_view(text->data(), text->size());
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

// Where a stored quantity lies; `<` and `>` make it a range of unknown end.
struct Stored {
  events::Decimal at;
  bool below = false, above = false;  // unbounded that way
  bool open = false;                  // `at` itself is not in the range
};

std::optional<Stored> stored(const schema::Quantity& quantity) {
  const auto value = events::Decimal::parse(view(quantity.value()));
  if (!value) return std::nullopt;
  const std::string_view comparator = view(quantity.comparator());
  return Stored{*value, comparator.starts_with('<'), comparator.starts_with('>'),
                comparator.size() == 1};
}

// Some part of the stored range is above `value` (or below it).
bool reaches_above(const Stored& range, const events::Decimal& value) {
  return range.above || range.at > value;
}
bool reaches_below(const Stored& range, const events::Decimal& value) {
  return range.below || range.at < value;
}
bool all_above(const Stored& range, const events::Decimal& value) {
  return !range.below && (range.at > value || (range.above && range.open && range.at == value));
}
bool all_below(const Stored& range, const events::Decimal& value) {
  return !range.above && (range.at < value || (range.below && range.open && range.at == value));
}
bool has(const Stored& range, const events::Decimal& value) {
  if (range.at == value) return !range.open;
  return range.at < value ? range.above : range.below;
}
bool within(const Stored& range, const QuantityPattern& pattern) {
  return !range.below && !range.above && range.at >= pattern.low && range.at < pattern.high;
}

bool in_unit(const QuantityPattern& pattern, const schema::Quantity& value) {
  if (pattern.system && *pattern.system != view(value.system())) return false;
  if (!pattern.code) return true;
  if (*pattern.code == view(value.code())) return true;
  return !pattern.system && *pattern.code == view(value.unit());
}

bool any_word_starts_with(std::string_view text, std::string_view start) {
  for (std::size_t at = 0; at != std::string_view::npos && at < text.size();) {
    if (text.substr(at).starts_with(start)) return true;
    const auto space = text.find(' ', at);
    at = space == std::string_view::npos ? space : space + 1;
  }
  return false;
}

bool string_matches(const StringPattern& pattern, Modifier modifier, std::string_view value) {
  if (modifier == Modifier::exact) return value == pattern.text;
  const std::string folded = projections::fold(value);
  if (modifier == Modifier::contains) return folded.find(pattern.folded) != std::string::npos;
  if (modifier == Modifier::text) return any_word_starts_with(folded, pattern.folded);
  return folded.starts_with(pattern.folded);
}

bool token_found(const TokenPattern& pattern, const Values& values,
                 std::string_view implied_system) {
  for (const TokenValue& value : values.tokens) {
    if (matches(pattern, value, implied_system)) return true;
  }
  for (const std::string_view code : values.strings) {
    if (matches(pattern, TokenValue{TokenValue::Of::code, {}, code}, implied_system)) return true;
  }
  return false;
}

// R4, search, uri: below, the value begins with what was asked and goes on with a part of its
// own; above, the other way round.
bool lies_below(std::string_view longer, std::string_view shorter) {
  if (!longer.starts_with(shorter)) return false;
  const std::string_view rest = longer.substr(shorter.size());
  return rest.empty() || shorter.ends_with('/') || rest.front() == '/' || rest.front() == '|';
}

// A canonical may carry its version: asked without one, any version is meant.
bool same_uri(std::string_view value, std::string_view asked) {
  return value.starts_with(asked) && (value.size() == asked.size() || value[asked.size()] == '|');
}

bool uri_matches(const StringPattern& pattern, Modifier modifier, std::string_view value) {
  if (modifier == Modifier::below) return lies_below(value, pattern.text);
  if (modifier == Modifier::above) return lies_below(pattern.text, value);
  return same_uri(value, pattern.text);
}

// A reference that is a canonical: `Questionnaire/1` or the URL it stands for.
bool canonical_matches(const ReferencePattern& pattern, std::string_view value) {
  if (!pattern.url.empty()) return same_uri(value, pattern.url);
  value = value.substr(0, value.find('|'));
  if (!value.ends_with(pattern.id)) return false;
  value.remove_suffix(pattern.id.size());
  if (!pattern.type) return value.ends_with('/');
  return value.ends_with(std::string(events::type_name(*pattern.type)) + "/");
}

struct Finder {
  Modifier modifier;
  ParameterKind kind;
  std::string_view code_system;
  const Values& values;

  bool operator()(const TokenPattern& pattern) const {
    if (modifier != Modifier::identifier) return token_found(pattern, values, code_system);
    return std::any_of(
        values.references.begin(), values.references.end(),
        [&](const schema::Reference* reference) {
          const auto* identifier = reference->identifier();
          return identifier != nullptr &&
                 matches(pattern,
                         TokenValue{TokenValue::Of::identifier, view(identifier->system()),
                                    view(identifier->value())},
                         {});
        });
  }
  bool operator()(const DatePattern& pattern) const {
    return std::any_of(values.dates.begin(), values.dates.end(),
                       [&](const DateValue& value) { return matches(pattern, value); });
  }
  bool operator()(const ReferencePattern& pattern) const {
    return std::any_of(values.references.begin(), values.references.end(),
                       [&](const schema::Reference* value) { return matches(pattern, *value); }) ||
           std::any_of(values.strings.begin(), values.strings.end(),
                       [&](std::string_view value) { return canonical_matches(pattern, value); });
  }
  bool operator()(const StringPattern& pattern) const {
    const auto& texts = modifier == Modifier::text ? values.texts : values.strings;
    return std::any_of(texts.begin(), texts.end(), [&](std::string_view value) {
      if (kind == ParameterKind::uri) return uri_matches(pattern, modifier, value);
      return string_matches(pattern, modifier, value);
    });
  }
  bool operator()(const QuantityPattern& pattern) const {
    return std::any_of(values.quantities.begin(), values.quantities.end(),
                       [&](const schema::Quantity* value) { return matches(pattern, *value); });
  }
};

bool composite_found(const CompositePattern& pattern, const Composite& composite,
                     const schema::Facts& facts) {
  Values first, second;
  for (std::size_t place = 0; composite.take(facts, place, first, second); ++place) {
    const Finder left{Modifier::none, composite.first.kind, composite.first.code_system, first};
    const Finder right{Modifier::none, composite.second.kind, composite.second.code_system, second};
    if (std::visit(left, pattern.first) && std::visit(right, pattern.second)) return true;
    first.clear();
    second.clear();
  }
  return false;
}

bool pattern_found(const Pattern& pattern, const schema::Facts& facts, const Criterion& criterion,
                   const Values& values) {
  const Parameter& parameter = *criterion.parameter;
  const Finder finder{criterion.modifier, parameter.kind, parameter.code_system, values};
  return std::visit(
      [&](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, CompositePattern>) {
          return composite_found(one, *parameter.composite, facts);
        } else {
          return finder(one);
        }
      },
      pattern);
}

}  // namespace

bool matches(const TokenPattern& pattern, const TokenValue& value,
             std::string_view implied_system) {
  if (pattern.code) {
    const bool same = value.of == TokenValue::Of::identifier
                          ? *pattern.code == value.code
                          : same_without_case(*pattern.code, value.code);
    if (!same) return false;
  }
  if (!pattern.system || *pattern.system == value.system) return true;
  return value.of == TokenValue::Of::code && !implied_system.empty() &&
         *pattern.system == implied_system;
}

// R4, search, prefixes: the target is a span; which spans of time it must touch.
bool matches(const DatePattern& pattern, const DateValue& value) {
  const bool contained = pattern.low <= value.low && value.high <= pattern.high;
  switch (pattern.prefix) {
    case Prefix::eq:
      return contained;
    case Prefix::ne:
      return !contained;
    case Prefix::gt:
      return value.high > pattern.high;
    case Prefix::lt:
      return value.low < pattern.low;
    case Prefix::ge:
      return value.high > pattern.high || contained;
    case Prefix::le:
      return value.low < pattern.low || contained;
    case Prefix::sa:
      return value.low >= pattern.high;
    case Prefix::eb:
      return value.high <= pattern.low;
    case Prefix::ap:
      return value.low < pattern.high && value.high > pattern.low;
  }
  return false;
}

bool matches(const ReferencePattern& pattern, const schema::Reference& value) {
  const std::string_view literal = view(value.literal());
  if (!pattern.url.empty()) return literal == pattern.url;
  // `Appointment/7` of a type that is not kept here, asked for by its id.
  if (value.id() == nullptr && !pattern.type && literal.find(':') == literal.npos) {
    const auto slash = literal.find('/');
    return slash != literal.npos && literal.substr(slash + 1) == pattern.id;
  }
  return view(value.id()) == pattern.id && (!pattern.type || *pattern.type == value.type());
}

bool matches(const QuantityPattern& pattern, const schema::Quantity& value) {
  if (!in_unit(pattern, value)) return false;
  const auto range = stored(value);
  if (!range) return false;
  switch (pattern.prefix) {
    case Prefix::eq:
      return within(*range, pattern);
    case Prefix::ne:
      return !within(*range, pattern);
    case Prefix::gt:
      return reaches_above(*range, pattern.value);
    case Prefix::lt:
      return reaches_below(*range, pattern.value);
    case Prefix::ge:
      return reaches_above(*range, pattern.value) || has(*range, pattern.value);
    case Prefix::le:
      return reaches_below(*range, pattern.value) || has(*range, pattern.value);
    case Prefix::sa:
      return all_above(*range, pattern.value);
    case Prefix::eb:
      return all_below(*range, pattern.value);
    case Prefix::ap:
      return !all_below(*range, pattern.low) && !all_above(*range, pattern.high);
  }
  return false;
}

bool meets(const schema::Facts& facts, const Criterion& criterion, Values& values,
           const std::function<events::KnownTime()>& updated) {
  values.clear();
  if (criterion.parameter->take != nullptr) {
    criterion.parameter->take(facts, values);
  } else {
    const auto time = updated().time_since_epoch();
    values.dates.push_back({time, time + events::Micros(1)});
  }
  if (criterion.modifier == Modifier::missing) return values.empty() == criterion.missing;
  const bool found = std::any_of(
      criterion.any.begin(), criterion.any.end(),
      [&](const Pattern& pattern) { return pattern_found(pattern, facts, criterion, values); });
  return criterion.modifier == Modifier::not_in ? !found : found;
}

}  // namespace query::fhir
