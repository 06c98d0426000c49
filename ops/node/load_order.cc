#include "ops/node/load_order.h"

#include <algorithm>
#include <array>

namespace ops::node {
namespace {

// Walks the members of one object without looking into their values. Text that is not
// JSON ends the walk: the server refuses it with the reason.
class MemberWalk {
 public:
  explicit MemberWalk(std::string_view text) : text_(text) {
    skip_space();
    inside_ = take('{');
  }

  // False at the end. `value` is the string's text as written, empty for other kinds.
  bool next(std::string_view& name, std::string_view& value) {
    skip_space();
    if (!inside_ || !read_string(name)) return false;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    value = {};
    if (!(peek() == '"' ? read_string(value) : skip_value())) return false;
    skip_space();
    take(',');
    return true;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n\xef\xbb\xbf", at_), text_.size());
  }

  bool read_string(std::string_view& text) {
    if (!take('"')) return false;
    const auto begin = at_;
    for (;;) {
      at_ = text_.find_first_of("\"\\", at_);
      if (at_ == std::string_view::npos) return false;
      if (text_[at_] == '"') break;
      at_ += 2;
    }
    text = text_.substr(begin, at_ - begin);
    ++at_;
    return true;
  }

  bool skip_value() {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      std::string_view ignored;
      if (c == '"') {
        if (!read_string(ignored)) return false;
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}')) return true;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool inside_ = false;
};

constexpr std::array before_all_else{"Organization",     "Location",   "Practitioner",
                                     "PractitionerRole", "Medication", "Patient"};

}  // namespace

Envelope read_envelope(std::string_view document) {
  Envelope envelope;
  MemberWalk walk(document);
  std::string_view name;
  std::string_view value;
  while (walk.next(name, value)) {
    if (name == "resourceType") envelope.resource_type = std::string(value);
    if (name == "type") envelope.bundle_type = std::string(value);
    if (name == "id") envelope.id = std::string(value);
    const bool enough =
        envelope.resource_type == "Bundle" ? !envelope.bundle_type.empty() : !envelope.id.empty();
    if (!envelope.resource_type.empty() && enough) break;
  }
  if (envelope.resource_type != "Bundle") envelope.bundle_type.clear();
  return envelope;
}

std::size_t turn_of(const Envelope& envelope, std::string_view file_name) {
  if (envelope.resource_type == "Bundle") {
    // Practitioners' roles name hospitals and their locations.
    if (file_name.starts_with("practitioner")) return 1;
    const bool first = envelope.bundle_type == "batch" || file_name.starts_with("hospital");
    return first ? 0 : turns - 1;
  }
  const auto found =
      std::find(before_all_else.begin(), before_all_else.end(), envelope.resource_type);
  return 2 + static_cast<std::size_t>(found - before_all_else.begin());
}

}  // namespace ops::node
