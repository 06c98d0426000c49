// A value of CQL. Cheap to copy: what does not fit in place is shared and never changes.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "projections/quality/decimal.h"
#include "projections/quality/moment.h"

namespace events::fhir {
struct Type;
}

namespace projections::quality {

// One address for each text, for the program's life: names are compared as addresses. Locks;
// for loading, not for evaluating.
using Name = const std::string*;
Name intern(std::string_view text);

class Value;

struct Quantity {
  Decimal value;
  std::string unit = "1";  // UCUM, or a calendar's: "year", "months"
};
struct Ratio {
  Quantity numerator;
  Quantity denominator;
};
struct Code {
  std::string code;
  std::string system;  // empty: none
  std::string version;
  std::string display;
};
struct Concept {
  std::vector<Code> codes;
  std::string display;
};
struct Interval;
struct Tuple;
using List = std::vector<Value>;

// A part of a FHIR resource, in the words it came in. Whoever holds the resource outlives it.
struct Element {
  const boost::json::value* json;
  const events::fhir::Type* type;  // null: not known
};

class Value {
 public:
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,
    long_integer,
    decimal,
    string,
    moment,
    quantity,
    ratio,
    code,
    code_concept,
    interval,
    list,
    tuple,
    element,
  };

  Value() = default;
  explicit Value(bool value) : data_(value) {}
  explicit Value(std::int32_t value) : data_(value) {}
  explicit Value(std::int64_t value) : data_(value) {}
  explicit Value(Decimal value) : data_(value) {}
  explicit Value(Moment value) : data_(value) {}
  explicit Value(Element value) : data_(value) {}
  explicit Value(std::string value);
  explicit Value(const char*) = delete;
  explicit Value(Quantity value);
  explicit Value(Ratio value);
  explicit Value(Code value);
  explicit Value(Concept value);
  explicit Value(Interval value);
  explicit Value(List value);
  explicit Value(Tuple value);
  template <class T>
  static Value of(const std::optional<T>& value) {
    return value ? Value(*value) : Value();
  }

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_null() const { return kind() == Kind::null; }
  bool is(Kind kind) const { return this->kind() == kind; }
  bool is_true() const { return is(Kind::boolean) && boolean(); }
  bool is_false() const { return is(Kind::boolean) && !boolean(); }

  // Of the kind asked for, or the program ends.
  bool boolean() const { return std::get<bool>(data_); }
  std::int32_t integer() const { return std::get<std::int32_t>(data_); }
  std::int64_t long_integer() const { return std::get<std::int64_t>(data_); }
  const Decimal& decimal() const { return std::get<Decimal>(data_); }
  const std::string& string() const { return *std::get<Shared<std::string>>(data_); }
  const Moment& moment() const { return std::get<Moment>(data_); }
  const Quantity& quantity() const { return *std::get<Shared<Quantity>>(data_); }
  const Ratio& ratio() const { return *std::get<Shared<Ratio>>(data_); }
  const Code& code() const { return *std::get<Shared<Code>>(data_); }
  const Concept& code_concept() const { return *std::get<Shared<Concept>>(data_); }
  const Interval& interval() const { return *std::get<Shared<Interval>>(data_); }
  const List& list() const { return *std::get<Shared<List>>(data_); }
  const Tuple& tuple() const { return *std::get<Shared<Tuple>>(data_); }
  const Element& element() const { return std::get<Element>(data_); }

 private:
  template <class T>
  using Shared = std::shared_ptr<const T>;
  // In the order of Kind.
  std::variant<std::monostate, bool, std::int32_t, std::int64_t, Decimal, Shared<std::string>,
               Moment, Shared<Quantity>, Shared<Ratio>, Shared<Code>, Shared<Concept>,
               Shared<Interval>, Shared<List>, Shared<Tuple>, Element>
      data_;
};

// A null end is the type's own end if closed, unknown if open. `uncertain`: not a set of points
// but one point that lies somewhere in it (CQL 1.5, 5.2.3 Uncertainty).
struct Interval {
  Value low;
  Value high;
  bool low_closed = true;
  bool high_closed = true;
  bool uncertain = false;
  Value::Kind point = Value::Kind::null;  // from ELM's types, where both ends may be null
  Moment::Kind moment = Moment::Kind::date_time;
};

struct Tuple {
  Name type = nullptr;  // of an Instance: "ValueSet"
  std::vector<std::pair<Name, Value>> elements;

  const Value* find(Name name) const;
};

bool is_number(const Value& value);
// Of an Integer, Long or Decimal.
Decimal decimal_of(const Value& value);

}  // namespace projections::quality
