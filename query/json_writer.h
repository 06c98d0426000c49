// JSON written straight into a string: answers are built once, front to back.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace query {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& joined(std::initializer_list<std::string_view> parts);  // as one text
  JsonWriter& value(bool flag);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& null();
  // Digits as sent, if they are a JSON number; else the same as a string.
  JsonWriter& number(std::string_view digits);

  JsonWriter& raw(std::string_view json);  // one whole value

  template <class T>
  JsonWriter& member(std::string_view name, const T& what) {
    return key(name).value(what);
  }
  // Nothing at all for an empty text.
  JsonWriter& optional(std::string_view name, std::string_view text);
  JsonWriter& texts(std::string_view name, std::span<const std::string> each);

  std::string take() && { return std::move(text_); }

 private:
  void separate();
  std::string text_;
  bool first_ = true;  // nothing written yet in this object or array, or after a key
};

}  // namespace query
