#include "query/json_writer.h"

#include "ops/http/http.h"

namespace query {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 8259, number.
bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - begin;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t whole = at;
  if (digits() == 0 || (text[whole] == '0' && at - whole > 1)) return false;
  if (at < text.size() && text[at] == '.' && (++at, digits() == 0)) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

}  // namespace

void JsonWriter::separate() {
  if (!first_) text_.push_back(',');
  first_ = false;
}
JsonWriter& JsonWriter::begin_object() {
  separate();
  text_.push_back('{');
  first_ = true;
  return *this;
}
JsonWriter& JsonWriter::end_object() {
  text_.push_back('}');
  first_ = false;
  return *this;
}
JsonWriter& JsonWriter::begin_array() {
  separate();
  text_.push_back('[');
  first_ = true;
  return *this;
}
JsonWriter& JsonWriter::end_array() {
  text_.push_back(']');
  first_ = false;
  return *this;
}
JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  text_.push_back('"');
  text_.append(name).append("\":");  // names are ours: nothing to escape
  first_ = true;
  return *this;
}
JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  text_.push_back('"');
  ops::http::append_json_escaped(text_, text);
  text_.push_back('"');
  return *this;
}
JsonWriter& JsonWriter::joined(std::initializer_list<std::string_view> parts) {
  separate();
  text_.push_back('"');
  for (const auto part : parts) ops::http::append_json_escaped(text_, part);
  text_.push_back('"');
  return *this;
}
JsonWriter& JsonWriter::value(bool flag) {
  separate();
  text_ += flag ? "true" : "false";
  return *this;
}
JsonWriter& JsonWriter::value(std::uint64_t number) {
  separate();
  text_ += std::to_string(number);
  return *this;
}
JsonWriter& JsonWriter::null() {
  separate();
  text_ += "null";
  return *this;
}
JsonWriter& JsonWriter::number(std::string_view digits) {
  if (!is_number(digits)) return value(digits);
  separate();
  text_ += digits;
  return *this;
}
JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}
JsonWriter& JsonWriter::texts(std::string_view name, std::span<const std::string> each) {
  key(name).begin_array();
  for (const auto& text : each) value(text);
  return end_array();
}

JsonWriter& JsonWriter::optional(std::string_view name, std::string_view text) {
  return text.empty() ? *this : key(name).value(text);
}

}  // namespace query
