// Literals, lists, tuples, intervals, dates (reader.h).
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

Value run_constant(const Node& node, Frame&) { return node.constant; }
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
  Node node{.run = run_ratio};
  for (const auto* field : {"numerator", "denominator"}) {
    auto part = reader.node_or_null(object, field);
    if (!part) return part.error();
    node.operands.push_back(std::move(*part));
  }
  return node;
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

Tuple tuple_of(const Node& node, Frame& frame) {
  Tuple tuple;
  for (std::size_t i = 0; i < node.names.size(); ++i)
    tuple.elements.emplace_back(node.names[i], node.operands[i].evaluate(frame));
  return tuple;
}
Value run_tuple(const Node& node, Frame& frame) { return Value(tuple_of(node, frame)); }

Result<Node> read_elements(Reader& reader, const json::object& object, Run run) {
  Node node{.run = run};
  for (const auto* element : objects(object, "element")) {
    auto value = reader.node_or_null(*element, "value");
    if (!value) return value.error();
    node.names.push_back(intern(text(*element, "name")));
    node.operands.push_back(std::move(*value));
  }
  return node;
}
Result<Node> read_tuple(Reader& reader, const json::object& object) {
  return read_elements(reader, object, run_tuple);
}

std::string string_of(const Tuple& tuple, Name name) {
  const Value* value = tuple.find(name);
  return value && value->is(Kind::string) ? value->string() : std::string();
}

Value quantity_of(const Tuple& tuple) {
  static const Name value_name = intern("value");
  static const Name unit_name = intern("unit");
  const Value* value = tuple.find(value_name);
  if (value == nullptr || !is_number(*value)) return {};
  const auto unit = string_of(tuple, unit_name);
  return Value(Quantity{decimal_of(*value), unit.empty() ? "1" : unit});
}
Value code_of(const Tuple& tuple) {
  static const std::array names{intern("code"), intern("system"), intern("version"),
                                intern("display")};
  return Value(Code{string_of(tuple, names[0]), string_of(tuple, names[1]),
                    string_of(tuple, names[2]), string_of(tuple, names[3])});
}
Value concept_of(const Tuple& tuple) {
  static const Name codes_name = intern("codes");
  static const Name display_name = intern("display");
  Concept coded;
  coded.display = string_of(tuple, display_name);
  const Value* codes = tuple.find(codes_name);
  if (codes && codes->is(Kind::list)) {
    for (const auto& code : codes->list()) {
      if (code.is(Kind::code)) coded.codes.push_back(code.code());
    }
  }
  return Value(coded);
}
Value ratio_of(const Tuple& tuple) {
  static const Name numerator_name = intern("numerator");
  static const Name denominator_name = intern("denominator");
  const Value* numerator = tuple.find(numerator_name);
  const Value* denominator = tuple.find(denominator_name);
  if (!numerator || !denominator || !numerator->is(Kind::quantity) ||
      !denominator->is(Kind::quantity)) {
    return {};
  }
  return Value(Ratio{numerator->quantity(), denominator->quantity()});
}

// Of a system type: its value. Of another: a tuple that knows its type.
Value run_instance(const Node& node, Frame& frame) {
  auto tuple = tuple_of(node, frame);
  switch (node.type->kind) {
    case Kind::quantity:
      return quantity_of(tuple);
    case Kind::code:
      return code_of(tuple);
    case Kind::code_concept:
      return concept_of(tuple);
    case Kind::ratio:
      return ratio_of(tuple);
    default:
      tuple.type = node.type->name;
      return Value(std::move(tuple));
  }
}
Result<Node> read_instance(Reader& reader, const json::object& object) {
  auto node = read_elements(reader, object, run_instance);
  if (node) node->type = std::make_shared<const Type>(named_type(text(object, "classType")));
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
  Node node{.run = run_interval};
  for (const auto* field : {"low", "high", "lowClosedExpression", "highClosedExpression"}) {
    auto part = reader.node_or_null(object, field);
    if (!part) return part.error();
    node.operands.push_back(std::move(*part));
  }
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
  return node;
}

constexpr std::array date_fields{"year", "month", "day"};
constexpr std::array time_fields{"hour", "minute", "second", "millisecond"};

// Operands by field from `first` on, then the offset. Known as far as there is no null.
Value moment_of(const Node& node, Frame& frame, Moment moment, std::size_t first) {
  const std::size_t fields = node.operands.size() - 1;
  bool any = false;
  for (std::size_t i = 0; i < fields; ++i) {
    const auto value = node.operands[i].evaluate(frame);
    if (!value.is(Kind::integer)) break;
    if (value.integer() < 0 || value.integer() > 9999)
      return frame.fail(std::to_string(value.integer()) + " is not part of a date or time");
    moment.fields[first + i] = static_cast<std::int16_t>(value.integer());
    moment.precision = static_cast<Precision>(first + i);
    any = true;
  }
  if (!any) return {};
  const auto zone = node.operands.back().evaluate(frame);
  if (is_number(zone))
    moment.zone_minutes = static_cast<std::int16_t>(decimal_of(zone).to_double() * 60);
  if (!checked(moment)) return frame.fail("a date or time that does not exist");
  return Value(moment);
}

Value run_date(const Node& node, Frame& frame) {
  return moment_of(node, frame, min_moment(Moment::Kind::date), 0);
}
Value run_date_time(const Node& node, Frame& frame) {
  auto moment = min_moment(Moment::Kind::date_time);
  moment.zone_minutes = frame.evaluation.now.zone_minutes;
  return moment_of(node, frame, moment, 0);
}
Value run_time(const Node& node, Frame& frame) {
  return moment_of(node, frame, min_moment(Moment::Kind::time), 3);
}

template <class... Fields>
Result<Node> read_moment(Reader& reader, const json::object& object, Run run,
                         const Fields&... families) {
  std::vector<const char*> fields;
  (fields.insert(fields.end(), families.begin(), families.end()), ...);
  fields.push_back("timezoneOffset");
  Node node{.run = run};
  for (const auto* field : fields) {
    auto part = reader.node_or_null(object, field);
    if (!part) return part.error();
    node.operands.push_back(std::move(*part));
  }
  return node;
}
Result<Node> read_date(Reader& reader, const json::object& object) {
  return read_moment(reader, object, run_date, date_fields);
}
Result<Node> read_date_time(Reader& reader, const json::object& object) {
  return read_moment(reader, object, run_date_time, date_fields, time_fields);
}
Result<Node> read_time(Reader& reader, const json::object& object) {
  return read_moment(reader, object, run_time, time_fields);
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
      {"Tuple", read_tuple},
      {"Instance", read_instance},
      {"Interval", read_interval},
      {"Date", read_date},
      {"DateTime", read_date_time},
      {"Time", read_time},
      {"MinValue", read_end_of_range<true>},
      {"MaxValue", read_end_of_range<false>},
  };
}

}  // namespace projections::quality
