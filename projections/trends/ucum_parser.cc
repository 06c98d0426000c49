// How a unit code is read: the parser behind parse_unit (ucum.h).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "projections/trends/ucum_atoms.h"

namespace projections::trends {
namespace {

using events::Result;

constexpr std::size_t code_size_max = 80;
constexpr int depth_max = 8;
constexpr int unit_exponent_max = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool ends_atom(char c) {
  return is_digit(c) || std::string_view("+-./(){}").find(c) != std::string_view::npos;
}

// What labs write that is not UCUM, and what they may mean. Only for messages.
constexpr std::array remedies = {
    std::pair{"mmHg", "mm[Hg]"},
    std::pair{"mm Hg", "mm[Hg]"},
    std::pair{"mcg", "ug"},
    std::pair{"\xC2\xB5g", "ug"},
    std::pair{"\xCE\xBCg", "ug"},
    std::pair{"mcg/dL", "ug/dL"},
    std::pair{"IU/L", "[iU]/L"},
    std::pair{"mIU/L", "m[iU]/L"},
    std::pair{"IU", "[iU]"},
    std::pair{"mEq/L", "meq/L"},
    std::pair{"mEq", "meq"},
    std::pair{"lb", "[lb_av]"},
    std::pair{"lbs", "[lb_av]"},
    std::pair{"oz", "[oz_av]"},
    std::pair{"in", "[in_i]"},
    std::pair{"inches", "[in_i]"},
    std::pair{"ft", "[ft_i]"},
    std::pair{"\xC2\xB0"
              "C",
              "Cel"},
    std::pair{"degC", "Cel"},
    std::pair{"\xC2\xB0"
              "F",
              "[degF]"},
    std::pair{"degF", "[degF]"},
    std::pair{"bpm", "/min"},
    std::pair{"beats/min", "/min or {beats}/min"},
    std::pair{"breaths/min", "/min or {breaths}/min"},
    std::pair{"x10E3/uL", "10*3/uL"},
    std::pair{"x10(3)/uL", "10*3/uL"},
    std::pair{"hr", "h"},
    std::pair{"mm/hr", "mm/h"},
    std::pair{"sec", "s"},
    std::pair{"cc", "mL"},
    std::pair{"gm", "g"},
    std::pair{"gm/dL", "g/dL"},
    std::pair{"percent", "%"},
    std::pair{"pH", "[pH]"},
    std::pair{"hour", "h"},
    std::pair{"hours", "h"},
    std::pair{"day", "d"},
    std::pair{"days", "d"},
    std::pair{"week", "wk"},
    std::pair{"weeks", "wk"},
    std::pair{"month", "mo (30.4375 d)"},
    std::pair{"months", "mo (30.4375 d)"},
    std::pair{"year", "a (365.25 d); a calendar year is no unit"},
    std::pair{"years", "a (365.25 d); a calendar year is no unit"},
    std::pair{"mL/min/1.73m2", "mL/min/{1.73_m2}"},
    std::pair{"mL/min/1.73.m2", "mL/min/{1.73_m2}"},
};

// Recursive descent over UCUM's grammar (2.2, section 2.2); `problem` is set once.
class Parser {
 public:
  Parser(std::string_view text, const Atoms& atoms) : rest_(text), atoms_(atoms) {}

  Unit whole() {
    // A slash in front divides 1: "/m.s" is s/m.
    Unit unit = !rest_.empty() && rest_.front() == '/' ? products_after({}) : term();
    if (!rest_.empty()) fail(fmt::format("\"{}\" is left over", rest_));
    return unit;
  }
  const std::string& problem() const { return problem_; }

 private:
  Unit term() {
    if (++depth_ > depth_max) fail("is nested too deeply");
    Unit result = products_after(component());
    --depth_;
    return result;
  }

  Unit products_after(Unit result) {
    while (problem_.empty() && !rest_.empty() && (rest_.front() == '.' || rest_.front() == '/')) {
      const bool divides = rest_.front() == '/';
      rest_.remove_prefix(1);
      Unit next = component();
      result = multiplied(result, divides ? inverse(next) : next);
    }
    return result;
  }

  Unit component() {
    if (!problem_.empty()) return {};
    if (take('(')) {
      Unit inside = term();
      if (!take(')')) fail("has a parenthesis that is not closed");
      return inside;
    }
    Unit unit;
    if (rest_.empty()) {
      fail("ends too early");
    } else if (rest_.front() == '{') {
      // An annotation alone stands for 1.
    } else if (is_digit(rest_.front()) && !rest_.starts_with("10*") && !rest_.starts_with("10^")) {
      unit.factor = number();
    } else {
      unit = symbol();
      const int exponent = this->exponent();
      if (exponent != 1) unit = raised(unit, exponent);
    }
    annotation();
    return unit;
  }

  long double number() {
    long double value = 0;
    std::size_t count = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), ++count) {
      value = value * 10 + (rest_.front() - '0');
    }
    if (count > 15 || value == 0) fail("has a factor that is no factor");
    // 1.73 would be 1 times 73 by the letter of UCUM; nobody who writes it means that.
    if (rest_.size() > 1 && rest_[0] == '.' && is_digit(rest_[1])) {
      fail("has a decimal number; UCUM has none");
    }
    return value;
  }

  Unit symbol() {
    std::size_t size = 0;
    if (rest_.starts_with("10*") || rest_.starts_with("10^")) {
      size = 3;
    } else {
      while (size < rest_.size() && !ends_atom(rest_[size])) {
        if (rest_[size] != '[') {
          ++size;
          continue;
        }
        const auto close = rest_.find(']', size);
        if (close == rest_.npos) return fail("has a bracket that is not closed");
        size = close + 1;
      }
    }
    const auto name = rest_.substr(0, size);
    rest_.remove_prefix(size);
    auto unit = atoms_.find(name);
    if (!unit) return fail(fmt::format("\"{}\" is no unit", name));
    return *std::move(unit);
  }

  int exponent() {
    int sign = 1;
    if (!rest_.empty() && (rest_.front() == '+' || rest_.front() == '-')) {
      sign = rest_.front() == '-' ? -1 : 1;
      rest_.remove_prefix(1);
      if (rest_.empty() || !is_digit(rest_.front())) fail("has a sign without an exponent");
    } else if (rest_.empty() || !is_digit(rest_.front())) {
      return 1;
    }
    int value = 0;
    std::size_t count = 0;
    for (; !rest_.empty() && is_digit(rest_.front()) && count < 3;
         rest_.remove_prefix(1), ++count) {
      value = value * 10 + (rest_.front() - '0');
    }
    return sign * value;
  }

  void annotation() {
    if (!take('{')) return;
    const auto close = rest_.find('}');
    if (close == rest_.npos || rest_.substr(0, close).find('{') != rest_.npos) {
      fail("has an annotation that is not closed");
      return;
    }
    rest_.remove_prefix(close + 1);
  }

  Unit raised(const Unit& unit, int exponent) {
    const bool power_of_ten = unit.dimension.empty() && unit.factor == 10;
    if (exponent == 0 || std::abs(exponent) > (power_of_ten ? 24 : unit_exponent_max)) {
      return fail("has an exponent that no measurement has");
    }
    if (unit.shift != 0) return fail("has degrees in a product; write K");
    Unit result;
    result.factor = std::pow(unit.factor, static_cast<long double>(exponent));
    result.dimension = power_of(unit.dimension, exponent);
    return result;
  }
  Unit inverse(const Unit& unit) { return problem_.empty() ? raised(unit, -1) : Unit{}; }

  Unit multiplied(const Unit& a, const Unit& b) {
    if (a.shift != 0 || b.shift != 0) return fail("has degrees in a product; write K");
    Unit result;
    result.factor = a.factor * b.factor;
    result.dimension = product_of(a.dimension, b.dimension);
    return result;
  }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  Unit fail(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
    return {};
  }

  std::string_view rest_;
  const Atoms& atoms_;
  std::string problem_;
  int depth_ = 0;
};

std::string remedy_for(std::string_view code) {
  for (const auto& [written, meant] : remedies) {
    if (code == written) return fmt::format("; write {}", meant);
  }
  return "; write a UCUM code, such as mg/dL";
}

}  // namespace

Result<Unit> parse_unit_with(std::string_view code, const Atoms& atoms) {
  if (code.empty()) return events::invalid("no unit");
  const auto refused = [&](std::string_view why) {
    const auto shown = code.substr(0, code_size_max);
    return events::invalid(
        fmt::format("unit \"{}\" is not UCUM: {}{}", shown, why, remedy_for(code)));
  };
  if (code.size() > code_size_max) return refused("it is too long");
  Parser parser(code, atoms);
  Unit unit = parser.whole();
  if (!parser.problem().empty()) return refused(parser.problem());
  unit.code = code;
  return unit;
}

Result<Unit> parse_unit(std::string_view code) { return parse_unit_with(code, Atoms::ucum()); }

}  // namespace projections::trends
