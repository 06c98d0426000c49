#include "projections/quality/value.h"

#include <mutex>
#include <unordered_set>

namespace projections::quality {

Name intern(std::string_view text) {
  static std::mutex mutex;
  static std::unordered_set<std::string> names;  // nodes stay where they are
  const std::scoped_lock lock(mutex);
  return &*names.emplace(text).first;
}

Value::Value(std::string value) : data_(std::make_shared<const std::string>(std::move(value))) {}
Value::Value(Quantity value) : data_(std::make_shared<const Quantity>(std::move(value))) {}
Value::Value(Ratio value) : data_(std::make_shared<const Ratio>(std::move(value))) {}
Value::Value(Code value) : data_(std::make_shared<const Code>(std::move(value))) {}
Value::Value(Concept value) : data_(std::make_shared<const Concept>(std::move(value))) {}
Value::Value(Interval value) : data_(std::make_shared<const Interval>(std::move(value))) {}
Value::Value(List value) : data_(std::make_shared<const List>(std::move(value))) {}
Value::Value(Tuple value) : data_(std::make_shared<const Tuple>(std::move(value))) {}

const Value* Tuple::find(Name name) const {
  for (const auto& [key, value] : elements) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool is_number(const Value& value) {
  return value.is(Value::Kind::integer) || value.is(Value::Kind::long_integer) ||
         value.is(Value::Kind::decimal);
}

Decimal decimal_of(const Value& value) {
  if (value.is(Value::Kind::integer)) return Decimal(value.integer());
  if (value.is(Value::Kind::long_integer)) return Decimal(value.long_integer());
  return value.decimal();
}

}  // namespace projections::quality
