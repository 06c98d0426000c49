#include "projections/quality/literal_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace projections::quality {
namespace {

using Kind = Value::Kind;

std::string quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string moment_text(const Moment& moment) {
  if (moment.kind == Moment::Kind::time) return "@T" + to_text(moment);
  const bool bare = moment.kind == Moment::Kind::date_time && !moment.has(Precision::hour);
  return "@" + to_text(moment) + (bare ? "T" : "");
}

std::string quantity_text(const Quantity& quantity) {
  return quantity.value.to_text() + " " + quoted(quantity.unit);
}

std::string interval_text(const Interval& interval) {
  return fmt::format("Interval{}{}, {}{}", interval.low_closed ? '[' : '(',
                     literal_text(interval.low), literal_text(interval.high),
                     interval.high_closed ? ']' : ')');
}

std::string code_text(const Code& code) {
  std::string text = "Code { code: " + quoted(code.code);
  if (!code.system.empty()) text += ", system: " + quoted(code.system);
  if (!code.version.empty()) text += ", version: " + quoted(code.version);
  if (!code.display.empty()) text += ", display: " + quoted(code.display);
  return text + " }";
}

std::string concept_text(const Concept& coded) {
  std::vector<std::string> codes;
  for (const auto& code : coded.codes) codes.push_back(code_text(code));
  return fmt::format("Concept {{ codes: {{ {} }} }}", fmt::join(codes, ", "));
}

std::string list_text(const List& list) {
  std::vector<std::string> parts;
  for (const auto& value : list) parts.push_back(literal_text(value));
  return fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

std::string tuple_text(const Tuple& tuple) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : tuple.elements)
    parts.push_back(*name + ": " + literal_text(value));
  return fmt::format("{} {{ {} }}", tuple.type ? *tuple.type : "Tuple", fmt::join(parts, ", "));
}

}  // namespace

std::string literal_text(const Value& value) {
  switch (value.kind()) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.boolean() ? "true" : "false";
    case Kind::integer:
      return std::to_string(value.integer());
    case Kind::long_integer:
      return std::to_string(value.long_integer()) + "L";
    case Kind::decimal:
      return value.decimal().to_text();
    case Kind::string:
      return quoted(value.string());
    case Kind::moment:
      return moment_text(value.moment());
    case Kind::quantity:
      return quantity_text(value.quantity());
    case Kind::ratio:
      return quantity_text(value.ratio().numerator) + ":" +
             quantity_text(value.ratio().denominator);
    case Kind::code:
      return code_text(value.code());
    case Kind::code_concept:
      return concept_text(value.code_concept());
    case Kind::interval:
      return interval_text(value.interval());
    case Kind::list:
      return list_text(value.list());
    case Kind::tuple:
      return tuple_text(value.tuple());
    case Kind::element:
      return "a FHIR element";  // never its content: a patient's
  }
  return {};
}

}  // namespace projections::quality
