#include "tests/projections/quality/cql_literal.h"

#include <algorithm>
#include <charconv>

#include "projections/quality/compare.h"
#include "projections/quality/points.h"
#include "projections/quality/units.h"

namespace projections::quality::test {
namespace {

using Kind = Value::Kind;

class LiteralParser {
 public:
  explicit LiteralParser(std::string_view text) : rest_(text) {}

  std::optional<Value> whole() {
    auto value = next();
    skip_space();
    return rest_.empty() ? value : std::nullopt;
  }

 private:
  void skip_space() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\n'))
      rest_.remove_prefix(1);
  }
  bool take(std::string_view token) {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  std::string_view take_while(std::string_view allowed) {
    const auto end = std::min(rest_.find_first_not_of(allowed), rest_.size());
    const auto taken = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return taken;
  }

  std::optional<Value> next() {
    skip_space();
    if (take("null")) return Value();
    if (take("true")) return Value(true);
    if (take("false")) return Value(false);
    if (rest_.starts_with('\'')) return string();
    if (take("@T")) return moment(parse_time(take_while("0123456789:.")));
    if (take("@")) return date();
    if (take("Interval")) return interval();
    if (take("Concept")) return code_concept();
    if (take("Code")) return code();
    if (take("Tuple")) return take("{") ? tuple() : std::nullopt;
    if (take("{")) return list_or_tuple();
    return number();
  }

  static std::optional<Value> moment(const std::optional<Moment>& moment) {
    return moment ? std::optional(Value(*moment)) : std::nullopt;
  }
  std::optional<Value> date() {
    const auto text = take_while("0123456789-:.+TZ");
    if (text.find('T') == std::string_view::npos) return moment(parse_date(text));
    return moment(parse_date_time(text, 0));
  }

  std::optional<Value> string() {
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty() && rest_[0] != '\'') {
      if (rest_.starts_with("\\u")) {
        text += static_cast<char>(std::stoi(std::string(rest_.substr(2, 4)), nullptr, 16));
        rest_.remove_prefix(6);
        continue;
      }
      if (rest_[0] == '\\') rest_.remove_prefix(1);
      text += rest_[0];
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return std::nullopt;
    rest_.remove_prefix(1);
    return Value(text);
  }

  std::optional<Value> number() {
    const auto digits = take_while("+-0123456789.");
    if (take("L")) return Value(std::int64_t{std::stoll(std::string(digits))});
    const auto decimal = Decimal::parse(digits);
    if (!decimal) return std::nullopt;
    skip_space();
    if (rest_.starts_with('\'')) {
      const auto unit = string();
      return unit ? std::optional(Value(Quantity{*decimal, unit->string()})) : std::nullopt;
    }
    if (digits.find('.') != std::string_view::npos) return Value(*decimal);
    return Value(static_cast<std::int32_t>(decimal->whole()));
  }

  std::optional<Value> interval() {
    Interval interval;
    interval.low_closed = take("[");
    if (!interval.low_closed && !take("(")) return std::nullopt;
    const auto low = next();
    if (!low || !take(",")) return std::nullopt;
    const auto high = next();
    if (!high) return std::nullopt;
    interval.high_closed = take("]");
    if (!interval.high_closed && !take(")")) return std::nullopt;
    interval.low = *low;
    interval.high = *high;
    return Value(interval);
  }

  std::optional<std::string> name() {
    skip_space();
    const auto before = rest_;
    const auto word = take_while("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    if (!word.empty() && take(":")) return std::string(word);
    rest_ = before;
    return std::nullopt;
  }
  std::optional<Value> list_or_tuple() {
    const auto before = rest_;
    if (name()) {
      rest_ = before;
      return tuple();
    }
    List list;
    while (!take("}")) {
      const auto value = next();
      if (!value) return std::nullopt;
      list.push_back(*value);
      take(",");
    }
    return Value(list);
  }
  std::optional<Value> tuple() {
    Tuple tuple;
    while (!take("}")) {
      const auto key = name();
      const auto value = key ? next() : std::nullopt;
      if (!value) return std::nullopt;
      tuple.elements.emplace_back(intern(*key), *value);
      take(",");
    }
    return Value(tuple);
  }
  std::optional<Value> code() {
    const auto fields = take("{") ? tuple() : std::nullopt;
    const Value* code = fields ? fields->tuple().find(intern("code")) : nullptr;
    return code ? std::optional(Value(Code{code->string(), {}, {}, {}})) : std::nullopt;
  }
  std::optional<Value> code_concept() {
    const auto fields = take("{") ? tuple() : std::nullopt;
    const Value* code = fields ? fields->tuple().find(intern("codes")) : nullptr;
    return code ? std::optional(Value(Concept{{code->code()}, {}})) : std::nullopt;
  }

  std::string_view rest_;
};

bool same_quantity(const Quantity& a, const Quantity& b) {
  return value_in(b, a.unit) == std::optional(a.value);
}
bool same_moment(const Moment& a, const Moment& b) {
  return a.kind == b.kind && a.precision == b.precision && same(Value(a), Value(b));
}
bool same_interval(const Value& a, const Value& b) {
  const auto& x = a.interval();
  const auto& y = b.interval();
  // An open null is not a closed one.
  if (x.low.is_null() || y.low.is_null() || x.high.is_null() || y.high.is_null()) {
    return is_identical(x.low, y.low) && is_identical(x.high, y.high) &&
           x.low_closed == y.low_closed && x.high_closed == y.high_closed;
  }
  return is_identical(start_of(a), start_of(b)) && is_identical(end_of(a), end_of(b));
}

}  // namespace

std::optional<Value> parse_literal(std::string_view text) { return LiteralParser(text).whole(); }

bool is_identical(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::null:
      return true;
    case Kind::moment:
      return same_moment(a.moment(), b.moment());
    case Kind::quantity:
      return same_quantity(a.quantity(), b.quantity());
    case Kind::interval: {
      // An uncertain value is expected as an interval.
      Interval certain = a.interval();
      certain.uncertain = false;
      return same_interval(Value(certain), b);
    }
    case Kind::list:
      return std::equal(a.list().begin(), a.list().end(), b.list().begin(), b.list().end(),
                        is_identical);
    case Kind::tuple:
      return a.tuple().elements.size() == b.tuple().elements.size() &&
             std::all_of(a.tuple().elements.begin(), a.tuple().elements.end(),
                         [&](const auto& element) {
                           const Value* other = b.tuple().find(element.first);
                           return other && is_identical(element.second, *other);
                         });
    default:
      return same(a, b);
  }
}

}  // namespace projections::quality::test
