// Strings, in characters of UTF-8 (operators.h).
#include <algorithm>
#include <regex>

#include "projections/quality/operators.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

// std::regex takes a stack frame a character: longer texts are refused, not risked.
constexpr std::size_t matched_size_max = 4096;

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::int32_t characters(std::string_view text) {
  return static_cast<std::int32_t>(std::count_if(text.begin(), text.end(), begins_character));
}
// Byte at which character `index` begins; the size if there are no more.
std::size_t byte_of(std::string_view text, std::int32_t index) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (begins_character(text[at]) && index-- == 0) return at;
  }
  return at;
}
Value position(std::string_view text, std::size_t byte) {
  return Value(byte == std::string_view::npos ? -1 : characters(text.substr(0, byte)));
}

Value combine(const Node&, Arguments a, Frame&) {
  if (a[0].is_null()) return {};
  const std::string separator = a[1].is_null() ? "" : a[1].string();
  std::string text;
  bool any = false;
  for (const auto& part : a[0].list()) {
    if (part.is_null()) continue;
    text += (any ? separator : "") + part.string();
    any = true;
  }
  return any ? Value(text) : Value();
}

Value concatenate(const Node& node, Arguments a, Frame&) {
  std::string text;
  for (const auto& part : a.first(node.operands.size())) text += part.string();
  return Value(text);
}

Value starts_with(const Node&, Arguments a, Frame&) {
  return Value(a[0].string().starts_with(a[1].string()));
}
Value ends_with(const Node&, Arguments a, Frame&) {
  return Value(a[0].string().ends_with(a[1].string()));
}
Value position_of(const Node&, Arguments a, Frame&) {
  return position(a[1].string(), a[1].string().find(a[0].string()));
}
Value last_position_of(const Node&, Arguments a, Frame&) {
  return position(a[1].string(), a[1].string().rfind(a[0].string()));
}

template <char first, char last>
Value with_case(const Node&, Arguments a, Frame&) {
  std::string text = a[0].string();
  for (char& c : text) {
    if (c >= first && c <= last) c = static_cast<char>(c ^ 0x20);
  }
  return Value(text);
}

// A list's as well: null lists have no elements, null Strings no length.
Value length(const Node& node, Arguments a, Frame& frame) {
  if (a[0].is_null()) return node.operands.front().is_list() ? Value(0) : Value();
  if (a[0].is(Kind::string)) return Value(characters(a[0].string()));
  if (a[0].is(Kind::list)) return Value(static_cast<std::int32_t>(a[0].list().size()));
  return frame.fail("Length is of a String or a list");
}

Value indexer(const Node&, Arguments a, Frame&) {
  const auto index = a[1].integer();
  if (a[0].is(Kind::list)) {
    const auto& list = a[0].list();
    return index >= 0 && index < static_cast<std::int64_t>(list.size())
               ? list[static_cast<std::size_t>(index)]
               : Value();
  }
  const auto& text = a[0].string();
  if (index < 0 || index >= characters(text)) return {};
  const auto begin = byte_of(text, index);
  return Value(text.substr(begin, byte_of(text, index + 1) - begin));
}

Value substring(const Node&, Arguments a, Frame&) {
  if (a[0].is_null() || a[1].is_null()) return {};
  const auto& text = a[0].string();
  const auto start = a[1].integer();
  // The specification's tests: null from the end on, but "" of "" at 0.
  if (start < 0 || (start >= characters(text) && start > 0)) return {};
  const auto begin = byte_of(text, start);
  if (a[2].is_null()) return Value(text.substr(begin));
  const auto rest = text.substr(begin);
  return Value(rest.substr(0, byte_of(rest, std::max(a[2].integer(), 0))));
}

Value split(const Node&, Arguments a, Frame&) {
  if (a[0].is_null()) return {};
  const std::string& text = a[0].string();
  if (a[1].is_null() || a[1].string().empty()) return Value(List{a[0]});
  const std::string& separator = a[1].string();
  List parts;
  std::size_t begin = 0;
  for (auto end = text.find(separator); end != std::string::npos;
       end = text.find(separator, begin)) {
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  parts.emplace_back(text.substr(begin));
  return Value(parts);
}

std::optional<std::regex> pattern_of(const std::string& text, const std::string& pattern,
                                     Frame& frame) {
  try {
    if (text.size() <= matched_size_max) return std::regex(pattern);
    frame.fail("a regular expression over more than 4096 bytes");
  } catch (const std::regex_error&) {
    frame.fail("'" + pattern + "' is not a regular expression");
  }
  return std::nullopt;
}

// The whole text, as both public engines match.
Value matches(const Node&, Arguments a, Frame& frame) {
  const auto pattern = pattern_of(a[0].string(), a[1].string(), frame);
  return pattern ? Value(std::regex_match(a[0].string(), *pattern)) : Value();
}
Value replace_matches(const Node&, Arguments a, Frame& frame) {
  const auto pattern = pattern_of(a[0].string(), a[1].string(), frame);
  return pattern ? Value(std::regex_replace(a[0].string(), *pattern, a[2].string())) : Value();
}
Value split_on_matches(const Node&, Arguments a, Frame& frame) {
  const auto pattern = pattern_of(a[0].string(), a[1].string(), frame);
  if (!pattern) return {};
  List parts;
  const std::string& text = a[0].string();
  for (std::sregex_token_iterator part(text.begin(), text.end(), *pattern, -1), end; part != end;
       ++part) {
    parts.emplace_back(part->str());
  }
  return Value(parts);
}

}  // namespace

std::vector<Operator> string_operators() {
  return {
      {"Combine", {"source", "separator"}, combine, Nulls::are_seen},
      {"Concatenate", {"operand"}, concatenate},
      {"StartsWith", {"operand"}, starts_with},
      {"EndsWith", {"operand"}, ends_with},
      {"PositionOf", {"pattern", "string"}, position_of},
      {"LastPositionOf", {"pattern", "string"}, last_position_of},
      {"Lower", {"operand"}, with_case<'A', 'Z'>},
      {"Upper", {"operand"}, with_case<'a', 'z'>},
      {"Length", {"operand"}, length, Nulls::are_seen},
      {"Indexer", {"operand"}, indexer},
      {"Substring", {"stringToSub", "startIndex", "length"}, substring, Nulls::are_seen},
      {"Split", {"stringToSplit", "separator"}, split, Nulls::are_seen},
      {"SplitOnMatches", {"stringToSplit", "separatorPattern"}, split_on_matches},
      {"Matches", {"operand"}, matches},
      {"ReplaceMatches", {"operand"}, replace_matches},
  };
}

}  // namespace projections::quality
