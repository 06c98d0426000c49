#include "projections/quality/fhir_model.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "events/fhir/definitions.h"
#include "projections/quality/elm_json.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
namespace fhir = events::fhir;

Value decimal_value(const json::value& value) {
  if (value.is_int64()) return Value(Decimal(value.get_int64()));
  if (value.is_string()) return Value::of(Decimal::parse_rounded(value.get_string()));
  if (!value.is_double()) return {};
  std::array<char, 400> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.get_double(),
                                 std::chars_format::fixed);
  return Value::of(
      Decimal::parse_rounded({digits.data(), static_cast<std::size_t>(end.ptr - digits.data())}));
}

// 08:00:00 in a resource is 08:00:00.000: CQL's text has seconds as decimals, FHIR lets them be
// written without fraction, and measures compare them with periods in milliseconds.
Value to_millisecond(std::optional<Moment> moment) {
  if (moment && moment->has(Precision::second)) moment->precision = Precision::millisecond;
  return Value::of(moment);
}

// A time that cannot be read is null, as if it were not there. Without offset: UTC.
Value text_value(std::string_view type, std::string_view text) {
  if (type == "date") return Value::of(parse_date(text));
  if (type == "dateTime" || type == "instant") return to_millisecond(parse_date_time(text, 0));
  if (type == "time") return to_millisecond(parse_time(text));
  return Value(std::string(text));
}

Value primitive_value(const Element& element) {
  const auto& value = *element.json;
  const auto type = element.type->name;
  if (value.is_bool()) return Value(value.get_bool());
  if (value.is_string() && type != "decimal") return text_value(type, value.get_string());
  if (type == "decimal") return decimal_value(value);
  if (value.is_int64()) return Value(static_cast<std::int32_t>(value.get_int64()));
  return {};
}

// A resource inside another knows its own type.
Value value_in(const json::value& value, const fhir::Type* type) {
  if (value.is_null()) return {};
  if (value.is_array()) {
    List list;
    for (const auto& each : value.get_array()) list.push_back(value_in(each, type));
    return Value(std::move(list));
  }
  if (type && type->abstract && value.is_object()) return resource_value(value);
  return Value(Element{&value, type});
}

const fhir::Element* form_of_choice(const fhir::Type& type, const json::object& object,
                                    std::string_view name) {
  const auto first = std::lower_bound(
      type.elements.begin(), type.elements.end(), name,
      [](const fhir::Element& element, std::string_view wanted) { return element.name < wanted; });
  for (auto it = first; it != type.elements.end() && it->name.starts_with(name); ++it) {
    const bool is_form = it->choice != 0 && it->definition.size() == name.size() + 3 &&
                         it->definition.starts_with(name);
    if (is_form && object.contains(it->name)) return &*it;
  }
  return nullptr;
}

}  // namespace

Value resource_value(const json::value& resource) {
  if (!resource.is_object()) return {};
  const auto* type = fhir::definition(text(resource.get_object(), "resourceType"));
  return type ? Value(Element{&resource, type}) : Value();
}

Value element_property(const Element& element, std::string_view name) {
  if (element.type == nullptr) return {};
  if (element.type->form == fhir::Form::primitive)
    return name == "value" ? primitive_value(element) : Value();
  const auto* object = element.json->if_object();
  if (object == nullptr) return {};
  const auto* member = element.type->find(name);
  if (member == nullptr) member = form_of_choice(*element.type, *object, name);
  const auto* value = member ? object->if_contains(member->name) : nullptr;
  return value ? value_in(*value, member->type) : Value();
}

Value system_value(const Value& value) {
  if (!value.is(Value::Kind::element)) return value;
  const auto* type = value.element().type;
  const bool is_primitive = type && type->form == fhir::Form::primitive;
  return is_primitive ? primitive_value(value.element()) : value;
}

bool elements_equal(const Element& a, const Element& b) {
  return a.json == b.json || *a.json == *b.json;
}

bool any_coding(const Value& coded,
                const std::function<bool(std::string_view, std::string_view)>& matches) {
  if (coded.is(Value::Kind::list)) {
    return std::any_of(coded.list().begin(), coded.list().end(),
                       [&](const Value& each) { return any_coding(each, matches); });
  }
  if (!coded.is(Value::Kind::element)) return false;
  const auto* object = coded.element().json->if_object();
  if (object == nullptr) return false;
  const auto codings = objects(*object, "coding");
  if (codings.empty()) return matches(text(*object, "system"), text(*object, "code"));
  return std::any_of(codings.begin(), codings.end(), [&](const json::object* coding) {
    return matches(text(*coding, "system"), text(*coding, "code"));
  });
}

}  // namespace projections::quality
