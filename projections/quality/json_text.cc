#include "projections/quality/json_text.h"

#include <fmt/format.h>

namespace projections::quality {

void JsonText::separate() {
  if (!first_) text_ += ',';
  first_ = false;
}

JsonText& JsonText::begin_object() {
  separate();
  text_ += '{';
  first_ = true;
  return *this;
}
JsonText& JsonText::end_object() {
  text_ += '}';
  first_ = false;
  return *this;
}
JsonText& JsonText::begin_array() {
  separate();
  text_ += '[';
  first_ = true;
  return *this;
}
JsonText& JsonText::end_array() {
  text_ += ']';
  first_ = false;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  string(name);
  text_ += ':';
  first_ = true;
  return *this;
}

// RFC 8259, section 7: quotes, backslashes and control characters.
JsonText& JsonText::string(std::string_view text) {
  separate();
  text_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\')
      (text_ += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      text_ += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      text_ += c;
  }
  text_ += '"';
  return *this;
}

JsonText& JsonText::count(std::size_t number) { return raw(std::to_string(number)); }

JsonText& JsonText::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

JsonText& JsonText::optional(std::string_view name, std::string_view text) {
  return text.empty() ? *this : member(name, text);
}

}  // namespace projections::quality
