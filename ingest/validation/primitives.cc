#include "ingest/validation/primitives.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "events/clinical_time.h"
#include "ingest/validation/narrative.h"

namespace ingest::validation {
namespace {

struct Row {
  std::string_view name;
  Primitive type;
  std::string_view remedy;
};

// Sorted by name.
constexpr Row rows[] = {
    {"base64Binary", Primitive::base64, "base64; write it in groups of four letters"},
    {"boolean", Primitive::boolean, "a boolean; send true or false without quotes"},
    {"canonical", Primitive::canonical, "a canonical; write a URI without spaces"},
    {"code", Primitive::code, "a code; write it without spaces at either end"},
    {"date", Primitive::date, "a date; write YYYY, YYYY-MM or YYYY-MM-DD"},
    {"dateTime", Primitive::date_time,
     "a dateTime; write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with Z or an offset"},
    {"decimal", Primitive::decimal, "a decimal; send a number without quotes"},
    {"id", Primitive::id, "an id; write 1 to 64 of A-Z a-z 0-9 - ."},
    {"instant", Primitive::instant,
     "an instant; write YYYY-MM-DDThh:mm:ss.sss with Z or an offset"},
    {"integer", Primitive::integer,
     "an integer; send a number from -2147483648 to 2147483647 without quotes"},
    {"markdown", Primitive::markdown, "markdown; send a text that is not empty"},
    {"oid", Primitive::oid, "an oid; write urn:oid:1.2.3"},
    {"positiveInt", Primitive::positive_int,
     "a positiveInt; send a number from 1 to 2147483647 without quotes"},
    {"string", Primitive::string, "a string; send a text that is not empty"},
    {"time", Primitive::time, "a time; write hh:mm:ss"},
    {"unsignedInt", Primitive::unsigned_int,
     "an unsignedInt; send a number from 0 to 2147483647 without quotes"},
    {"uri", Primitive::uri, "a uri; write it without spaces"},
    {"url", Primitive::url, "a url; write it without spaces"},
    {"uuid", Primitive::uuid, "a uuid; write urn:uuid: and 32 digits 0-9 a-f in lower case"},
    {"xhtml", Primitive::xhtml,
     "xhtml of a narrative; send one <div> with content and R4's formatting elements only"},
};

const Row* row_of(Primitive type) {
  const auto* at = std::find_if(std::begin(rows), std::end(rows),
                                [&](const Row& row) { return row.type == type; });
  return at == std::end(rows) ? nullptr : at;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
// R4, datatypes: no characters below U+0020 but tab, carriage return and line feed.
bool is_forbidden(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n';
}

template <class Test>
bool every_character(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

bool is_text(std::string_view text) {
  return !text.empty() && text.size() <= 1024 * 1024 && !every_character(text, is_space) &&
         std::none_of(text.begin(), text.end(), is_forbidden);
}

// [^\s]+(\s[^\s]+)*
bool is_code(std::string_view text) {
  bool space = true;
  for (const char c : text) {
    if (is_space(c) && space) return false;
    space = is_space(c);
  }
  return !space && std::none_of(text.begin(), text.end(), is_forbidden);
}

bool is_uri(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), is_space) &&
         std::none_of(text.begin(), text.end(), is_forbidden);
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && every_character(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  });
}

bool is_base64(std::string_view text) {
  std::size_t letters = 0;
  for (const char c : text) {
    const bool letter = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        c == '+' || c == '/' || c == '=';
    if (!letter && !is_space(c)) return false;
    letters += letter;
  }
  return letters > 0 && letters % 4 == 0;
}

bool is_date(std::string_view text) {
  const auto time = events::parse_clinical_time(text);
  return time && time->precision <= events::TimePrecision::day;
}

// With a time of day there are seconds and a zone.
bool is_date_time(std::string_view text) {
  const auto time = events::parse_clinical_time(text);
  return time && (time->precision <= events::TimePrecision::day ||
                  (time->precision >= events::TimePrecision::second && time->zone));
}

bool is_time(std::string_view text) {
  if (text.size() < 8) return false;
  constexpr std::string_view form = "00:00:00";
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == ':' ? text[i] != ':' : !is_digit(text[i])) return false;
  }
  if (text.substr(0, 2) > "23" || text[3] > '5' || text.substr(6, 2) > "60") return false;
  if (text.size() == form.size()) return true;
  return text[8] == '.' && text.size() > 9 && every_character(text.substr(9), is_digit);
}

// urn:oid:[0-2](\.(0|[1-9][0-9]*))+
bool is_oid(std::string_view text) {
  if (!text.starts_with("urn:oid:")) return false;
  text.remove_prefix(8);
  if (text.size() < 3 || text[0] < '0' || text[0] > '2') return false;
  text.remove_prefix(1);
  while (!text.empty()) {
    if (text[0] != '.') return false;
    text.remove_prefix(1);
    const std::size_t size = std::min(text.find('.'), text.size());
    if (size == 0 || !every_character(text.substr(0, size), is_digit) ||
        (size > 1 && text[0] == '0'))
      return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_uuid(std::string_view text) {
  if (!text.starts_with("urn:uuid:") || text.size() != 9 + 36) return false;
  text.remove_prefix(9);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    if (dash ? c != '-' : !(is_digit(c) || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

bool is_integer(std::string_view text, std::int64_t least) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() && number >= least &&
         number <= INT32_MAX;
}

}  // namespace

Primitive primitive_of(std::string_view type) {
  const auto* at =
      std::lower_bound(std::begin(rows), std::end(rows), type,
                       [](const Row& row, std::string_view wanted) { return row.name < wanted; });
  return at != std::end(rows) && at->name == type ? at->type : Primitive::none;
}

std::string_view remedy(Primitive type) {
  const Row* row = row_of(type);
  return row ? row->remedy : std::string_view();
}

bool may_be_shown(Primitive type) {
  return type != Primitive::string && type != Primitive::markdown && type != Primitive::xhtml &&
         type != Primitive::base64;
}

bool fits(Primitive type, const json::Value& value) {
  switch (type) {
    case Primitive::boolean:
      return value.kind() == json::Kind::boolean;
    case Primitive::decimal:
      return value.kind() == json::Kind::number;
    case Primitive::integer:
      return value.kind() == json::Kind::number && is_integer(value.raw(), INT32_MIN);
    case Primitive::positive_int:
      return value.kind() == json::Kind::number && is_integer(value.raw(), 1);
    case Primitive::unsigned_int:
      return value.kind() == json::Kind::number && is_integer(value.raw(), 0);
    default:
      return value.is_string() && fits(type, value.string());
  }
}

bool fits(Primitive type, std::string_view text) {
  switch (type) {
    case Primitive::base64:
      return is_base64(text);
    case Primitive::code:
      return is_code(text);
    case Primitive::date:
      return is_date(text);
    case Primitive::date_time:
      return is_date_time(text);
    case Primitive::id:
      return is_id(text);
    case Primitive::instant:
      return events::parse_instant(text).has_value();
    case Primitive::markdown:
    case Primitive::string:
      return is_text(text);
    case Primitive::oid:
      return is_oid(text);
    case Primitive::time:
      return is_time(text);
    case Primitive::canonical:
    case Primitive::uri:
    case Primitive::url:
      return is_uri(text);
    case Primitive::uuid:
      return is_uuid(text);
    case Primitive::xhtml:
      return is_narrative(text);
    default:
      return false;
  }
}

}  // namespace ingest::validation
