// Literals, lists, ratios, intervals, ends of ranges (reader.h).
#include <fmt/format.h>

#include <charconv>

#include "projections/quality/compare.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/literal_text.h"
#include "projections/quality/points.h"
#include "projections/quality/reader.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using events::Result;
using Kind = Value::Kind;

Node constant(Value value) { return Node{.run = run_constant, .constant = std::move(value)}; }

template <class Integer>
std::optional<Value> whole(std::string_view text) {
  Integer value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return Value(value);
}

std::optional<Value> literal_of(const Type& type, std::string_view text) {
  switch (type.kind) {
    case Kind::boolean:
      return Value(text == "true");
    case Kind::integer:
      return whole<std::int32_t>(text);
    case Kind::long_integer:
      return whole<std::int64_t>(text);
    case Kind::decimal: {
      const auto value = Decimal::parse(text);
      return value ? std::optional(Value(*value)) : std::nullopt;
    }
    case Kind::string:
      return Value(std::string(text));
    default:
      return std::nullopt;
  }
}

Result<Node> read_literal(Reader& reader, const json::object& object) {
  const auto type = named_type(text(object, "valueType"));
  const auto value = literal_of(type, text(object, "value"));
  if (!value)
    return reader.malformed(
        fmt::format("{} is not of {}", text(object, "value"), text(object, "valueType")));
  return constant(*value);
}

Result<Node> read_null(Reader&, const json::object&) { return constant({}); }

// ELM gives quantities as JSON numbers: the shortest decimal that is that number.
std::string digits_of(const json::value& value) {
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  if (value.is_string()) return std::string(value.get_string());
  if (!value.is_double()) return {};
  std::array<char, 400> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.get_double(),
                                 std::chars_format::fixed);
  return {digits.data(), end.ptr};
}

Result<Node> read_quantity(Reader& reader, const json::object& object) {
  const auto* number = object.if_contains("value");
  if (number == nullptr) return constant({});
  const auto value = Decimal::parse(digits_of(*number));
  if (!value) return reader.malformed(digits_of(*number) + " has more than eight decimal places");
  const auto unit = text(object, "unit");
  return constant(Value(Quantity{*value, std::string(unit.empty() ? "1" : unit)}));
}

Value run_ratio(const Node& node, Frame& frame) {
  const auto numerator = node.operands[0].evaluate(frame);
  const auto denominator = node.operands[1].evaluate(frame);
  if (!numerator.is(Kind::quantity) || !denominator.is(Kind::quantity)) return {};
  return Value(Ratio{numerator.quantity(), denominator.quantity()});
}
Result<Node> read_ratio(Reader& reader, const json::object& object) {
  return reader.fields(object, run_ratio, {"numerator", "denominator"});
}

Value run_list(const Node& node, Frame& frame) {
  List list;
  list.reserve(node.operands.size());
  for (const auto& element : node.operands) list.push_back(element.evaluate(frame));
  return Value(std::move(list));
}
Result<Node> read_list(Reader& reader, const json::object& object) {
  auto elements = reader.nodes(object.if_contains("element"));
  if (!elements) return elements.error();
  Node node{.run = run_list, .operands = std::move(*elements)};
  Type type;
  type.form = Type::Form::list;
  node.type = std::make_shared<const Type>(type);
  return node;
}

// An interval whose end is surely before its start is an error, as the specification has it; one
// public engine (cql-execution) lets it pass.
Value run_interval(const Node& node, Frame& frame) {
  Interval interval = node.constant.interval();
  interval.low = node.operands[0].evaluate(frame);
  interval.high = node.operands[1].evaluate(frame);
  const auto low_closed = node.operands[2].evaluate(frame);
  const auto high_closed = node.operands[3].evaluate(frame);
  // Translators convert an interval's type by its parts: of a null interval all are null.
  if (node.slot != 0 && low_closed.is_null() && high_closed.is_null()) return {};
  if (!low_closed.is_null()) interval.low_closed = low_closed.is_true();
  if (!high_closed.is_null()) interval.high_closed = high_closed.is_true();
  Value value{std::move(interval)};
  const bool ends = !value.interval().low.is_null() && !value.interval().high.is_null();
  if (ends && less(end_of(value), start_of(value)) == true)
    return frame.fail("an interval that ends before it starts");
  return value;
}
Result<Node> read_interval(Reader& reader, const json::object& object) {
  auto fields = reader.fields(object, run_interval,
                              {"low", "high", "lowClosedExpression", "highClosedExpression"});
  if (!fields) return fields;
  Node& node = *fields;
  node.slot = object.contains("lowClosedExpression") ? 1 : 0;
  Interval interval;
  interval.low_closed = flag(object, "lowClosed", true);
  interval.high_closed = flag(object, "highClosed", true);
  for (const auto& end : {&node.operands[0], &node.operands[1]}) {
    if (!end->type || end->type->form != Type::Form::system) continue;
    interval.point = end->type->kind;
    interval.moment = end->type->moment;
  }
  node.constant = Value(std::move(interval));
  return fields;
}

template <bool least>
Result<Node> read_end_of_range(Reader& reader, const json::object& object) {
  const auto type = named_type(text(object, "valueType"));
  auto value = least ? min_value(type.kind, type.moment) : max_value(type.kind, type.moment);
  if (value.is_null())
    return reader.malformed(
        fmt::format("{} has no least and no greatest value", text(object, "valueType")));
  return constant(std::move(value));
}

}  // namespace

std::vector<Form> selector_forms() {
  return {
      {"Literal", read_literal},
      {"Null", read_null},
      {"Quantity", read_quantity},
      {"Ratio", read_ratio},
      {"List", read_list},
      {"Interval", read_interval},
      {"MinValue", read_end_of_range<true>},
      {"MaxValue", read_end_of_range<false>},
  };
}

}  // namespace projections::quality
