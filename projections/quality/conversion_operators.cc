// From one type into another (operators.h). What cannot be converted is null.
#include <algorithm>
#include <charconv>

#include "projections/quality/compare.h"
#include "projections/quality/operators.h"
#include "projections/quality/units.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Integer value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_one_of(std::string text, std::initializer_list<std::string_view> words) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return std::find(words.begin(), words.end(), text) != words.end();
}

Value to_boolean(const Value& value) {
  if (value.is(Kind::boolean)) return value;
  if (is_number(value)) {
    const auto number = decimal_of(value);
    if (number == Decimal(1)) return Value(true);
    return number.is_zero() ? Value(false) : Value();
  }
  if (!value.is(Kind::string)) return {};
  if (is_one_of(value.string(), {"true", "t", "yes", "y", "1"})) return Value(true);
  return is_one_of(value.string(), {"false", "f", "no", "n", "0"}) ? Value(false) : Value();
}

Value to_integer(const Value& value) {
  if (value.is(Kind::boolean)) return Value(value.boolean() ? 1 : 0);
  if (value.is(Kind::integer)) return value;
  if (value.is(Kind::long_integer)) {
    const auto integer = static_cast<std::int32_t>(value.long_integer());
    return integer == value.long_integer() ? Value(integer) : Value();
  }
  return value.is(Kind::string) ? Value::of(parse_integer<std::int32_t>(value.string())) : Value();
}
Value to_long(const Value& value) {
  if (value.is(Kind::boolean)) return Value(std::int64_t{value.boolean()});
  if (value.is(Kind::integer)) return Value(std::int64_t{value.integer()});
  if (value.is(Kind::long_integer)) return value;
  return value.is(Kind::string) ? Value::of(parse_integer<std::int64_t>(value.string())) : Value();
}
Value to_decimal(const Value& value) {
  if (value.is(Kind::boolean)) return Value(Decimal(value.boolean() ? 1 : 0));
  if (is_number(value)) return Value(decimal_of(value));
  return value.is(Kind::string) ? Value::of(Decimal::parse(value.string())) : Value();
}

// 5.5 'mg', 3 days, 4
std::optional<Quantity> parse_quantity(std::string_view text) {
  const auto space = text.find_first_of(" '");
  const auto value = Decimal::parse(text.substr(0, space));
  if (!value) return std::nullopt;
  if (space == std::string_view::npos) return Quantity{*value, "1"};
  auto unit = text.substr(space);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.size() > 2 && unit.starts_with('\'') && unit.ends_with('\''))
    return Quantity{*value, std::string(unit.substr(1, unit.size() - 2))};
  return parse_precision(unit) ? std::optional(Quantity{*value, std::string(unit)}) : std::nullopt;
}
Value to_quantity(const Value& value) {
  if (is_number(value)) return Value(Quantity{decimal_of(value), "1"});
  if (value.is(Kind::quantity)) return value;
  return value.is(Kind::string) ? Value::of(parse_quantity(value.string())) : Value();
}
Value to_ratio(const Value& value) {
  if (value.is(Kind::ratio)) return value;
  if (!value.is(Kind::string)) return {};
  const auto colon = value.string().find(':');
  if (colon == std::string::npos) return {};
  const auto numerator = parse_quantity(value.string().substr(0, colon));
  const auto denominator = parse_quantity(value.string().substr(colon + 1));
  return numerator && denominator ? Value(Ratio{*numerator, *denominator}) : Value();
}

Value to_string(const Value& value) { return value.is_null() ? Value() : text_of(value); }

Value to_date(const Value& value) {
  if (value.is(Kind::string)) {
    const auto time = parse_date_time(value.string(), 0);
    return time ? to_date(Value(*time)) : Value();
  }
  if (!value.is(Kind::moment) || value.moment().kind == Moment::Kind::time) return {};
  Moment date = truncated(value.moment(), Precision::day);
  date.kind = Moment::Kind::date;
  return Value(date);
}
// A Date has no time: not midnight, but unknown from the hour on.
Value to_date_time(const Value& value, std::int16_t zone) {
  if (value.is(Kind::string)) return Value::of(parse_date_time(value.string(), zone));
  if (!value.is(Kind::moment) || value.moment().kind == Moment::Kind::time) return {};
  Moment time = value.moment();
  if (time.kind == Moment::Kind::date) time.zone_minutes = zone;
  time.kind = Moment::Kind::date_time;
  return Value(time);
}
Value to_time(const Value& value) {
  if (value.is(Kind::string)) return Value::of(parse_time(value.string()));
  const bool has_time = value.is(Kind::moment) && value.moment().has(Precision::hour);
  if (!has_time) return {};
  Moment time = value.moment();
  time.kind = Moment::Kind::time;
  return Value(time);
}

Value to_concept(const Value& value) {
  if (value.is(Kind::code_concept)) return value;
  if (value.is(Kind::code)) return Value(Concept{{value.code()}, value.code().display});
  if (!value.is(Kind::list)) return {};
  Concept coded;
  for (const auto& part : value.list()) {
    if (part.is(Kind::code)) coded.codes.push_back(part.code());
  }
  return Value(coded);
}

template <Value (*convert)(const Value&)>
Value converted(const Node&, Arguments a, Frame&) {
  return convert(a[0]);
}
template <Value (*convert)(const Value&)>
Value converts(const Node&, Arguments a, Frame&) {
  return Value(!convert(a[0]).is_null());
}
Value to_date_time_(const Node&, Arguments a, Frame& frame) {
  return to_date_time(a[0], frame.evaluation.now.zone_minutes);
}
Value converts_to_date_time(const Node&, Arguments a, Frame&) {
  return Value(!to_date_time(a[0], 0).is_null());
}

// Of the target type that was read: ELM's Convert.
Value convert(const Node& node, Arguments a, Frame& frame) {
  if (is_of(a[0], *node.type)) return a[0];
  switch (node.type->kind) {
    case Kind::boolean:
      return to_boolean(a[0]);
    case Kind::integer:
      return to_integer(a[0]);
    case Kind::long_integer:
      return to_long(a[0]);
    case Kind::decimal:
      return to_decimal(a[0]);
    case Kind::string:
      return to_string(a[0]);
    case Kind::quantity:
      return to_quantity(a[0]);
    case Kind::ratio:
      return to_ratio(a[0]);
    case Kind::code_concept:
      return to_concept(a[0]);
    case Kind::moment:
      if (node.type->moment == Moment::Kind::date) return to_date(a[0]);
      if (node.type->moment == Moment::Kind::time) return to_time(a[0]);
      return to_date_time_(node, a, frame);
    default:
      return {};
  }
}
Value can_convert(const Node& node, Arguments a, Frame& frame) {
  return Value(!convert(node, a, frame).is_null());
}

Value convert_quantity(const Node&, Arguments a, Frame&) {
  const auto value = value_in(a[0].quantity(), a[1].string());
  return value ? Value(Quantity{*value, a[1].string()}) : Value();
}
Value can_convert_quantity(const Node&, Arguments a, Frame&) {
  return Value(value_in(a[0].quantity(), a[1].string()).has_value());
}

std::string quantity_text(const Quantity& quantity, bool whole) {
  auto value = quantity.value.to_text();
  if (whole && value.ends_with(".0")) value.resize(value.size() - 2);
  return value + " '" + quantity.unit + "'";
}

}  // namespace

Value text_of(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      return Value(std::string(value.boolean() ? "true" : "false"));
    case Kind::integer:
      return Value(std::to_string(value.integer()));
    case Kind::long_integer:
      return Value(std::to_string(value.long_integer()));
    case Kind::decimal:
      return Value(value.decimal().to_text());
    case Kind::string:
      return value;
    case Kind::moment:
      return Value(to_text(value.moment()));
    // As written, 125 and 5.5: the literal's type is not kept.
    case Kind::quantity:
      return Value(quantity_text(value.quantity(), true));
    case Kind::ratio:
      return Value(quantity_text(value.ratio().numerator, true) + ":" +
                   quantity_text(value.ratio().denominator, true));
    default:
      return {};
  }
}

std::vector<Operator> conversion_operators() {
  return {
      {"ToBoolean", {"operand"}, converted<to_boolean>},
      {"ToInteger", {"operand"}, converted<to_integer>},
      {"ToLong", {"operand"}, converted<to_long>},
      {"ToDecimal", {"operand"}, converted<to_decimal>},
      {"ToString", {"operand"}, converted<to_string>},
      {"ToQuantity", {"operand"}, converted<to_quantity>},
      {"ToRatio", {"operand"}, converted<to_ratio>},
      {"ToDate", {"operand"}, converted<to_date>},
      {"ToDateTime", {"operand"}, to_date_time_},
      {"ToTime", {"operand"}, converted<to_time>},
      {"ToConcept", {"operand"}, converted<to_concept>},
      {"ConvertsToBoolean", {"operand"}, converts<to_boolean>},
      {"ConvertsToInteger", {"operand"}, converts<to_integer>},
      {"ConvertsToLong", {"operand"}, converts<to_long>},
      {"ConvertsToDecimal", {"operand"}, converts<to_decimal>},
      {"ConvertsToString", {"operand"}, converts<to_string>},
      {"ConvertsToQuantity", {"operand"}, converts<to_quantity>},
      {"ConvertsToRatio", {"operand"}, converts<to_ratio>},
      {"ConvertsToDate", {"operand"}, converts<to_date>},
      {"ConvertsToDateTime", {"operand"}, converts_to_date_time},
      {"ConvertsToTime", {"operand"}, converts<to_time>},
      {"Convert", {"operand"}, convert},
      {"CanConvert", {"operand"}, can_convert},
      {"ConvertQuantity", {"operand"}, convert_quantity},
      {"CanConvertQuantity", {"operand"}, can_convert_quantity},
  };
}

}  // namespace projections::quality
