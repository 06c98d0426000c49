// JSON written front to back into one string: a report is not built first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace projections::quality {

class JsonText {
 public:
  JsonText& begin_object();
  JsonText& end_object();
  JsonText& begin_array();
  JsonText& end_array();
  JsonText& key(std::string_view name);
  JsonText& string(std::string_view text);
  JsonText& count(std::size_t number);
  JsonText& raw(std::string_view json);  // one whole value

  JsonText& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  // Nothing at all for an empty text.
  JsonText& optional(std::string_view name, std::string_view text);

  std::string take() && { return std::move(text_); }

 private:
  void separate();
  std::string text_;
  bool first_ = true;  // nothing written yet in this object or array, or after a key
};

}  // namespace projections::quality
