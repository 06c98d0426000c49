#include "query/fhir/subset.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/fhir/definitions.h"

namespace query::fhir {
namespace {

using events::fhir::Element;
using events::fhir::Form;
using events::fhir::Type;

constexpr std::string_view subsetted =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"})";

// Walks JSON that is known to be valid, without a copy.
class Text {
 public:
  explicit Text(std::string_view text) : text_(text) {}

  bool at(char c) {
    skip_space();
    return at_ < text_.size() && text_[at_] == c;
  }
  bool take(char c) {
    if (!at(c)) return false;
    ++at_;
    return true;
  }
  // A string without its quotes, escapes as they are.
  std::string_view name() {
    const std::string_view quoted = value();
    return quoted.size() < 2 ? quoted : quoted.substr(1, quoted.size() - 2);
  }
  // Any value, whole.
  std::string_view value() {
    skip_space();
    const std::size_t begin = at_;
    std::size_t depth = 0;
    do {
      step(depth);
    } while (at_ < text_.size() && depth > 0);
    return text_.substr(begin, at_ - begin);
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) <= ' ') ++at_;
  }
  void step(std::size_t& depth) {
    const char c = text_[at_];
    if (c == '"') return string();
    ++at_;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth == 0 && c != '}' && c != ']') scalar();
  }
  void string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) at_ += text_[at_] == '\\';
    ++at_;
  }
  void scalar() {
    constexpr std::string_view ends = ",]} \t\r\n";
    while (at_ < text_.size() && ends.find(text_[at_]) == ends.npos) ++at_;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

// `_birthDate` goes with birthDate.
std::string_view plain(std::string_view name) {
  if (name.starts_with('_')) name.remove_prefix(1);
  return name;
}

// The element of a choice is asked for as `value` or `value[x]`.
bool is_called(const Element& element, std::string_view asked) {
  if (element.name == asked || element.definition == asked) return true;
  return element.definition.ends_with("[x]") &&
         element.definition.substr(0, element.definition.size() - 3) == asked;
}

bool always_kept(std::string_view name) {
  return name == "resourceType" || name == "id" || name == "meta" || name == "implicitRules";
}

bool must_stay(const Element& element) { return element.min > 0 || element.modifier; }

bool asks_for(const Subset& subset, std::string_view type, const Element& element) {
  return std::any_of(subset.elements.begin(), subset.elements.end(), [&](std::string_view asked) {
    if (const auto dot = asked.find('.'); dot != asked.npos) {
      if (asked.substr(0, dot) != type) return false;
      asked.remove_prefix(dot + 1);
    }
    return is_called(element, asked);
  });
}

bool keeps(const Subset& subset, std::string_view type, const Element& element) {
  switch (subset.kind) {
    case Subset::Kind::elements:
      return must_stay(element) || asks_for(subset, type, element);
    case Subset::Kind::summary:
      return must_stay(element) || element.summary;
    case Subset::Kind::text:
      return element.min > 0 || element.name == "text";
    case Subset::Kind::data:
      return element.name != "text";
    case Subset::Kind::whole:
      return true;
  }
  return true;
}

void append_member(std::string& to, std::string_view name, std::string_view value) {
  to.append(to.back() == '{' ? "\"" : ",\"").append(name).append("\":").append(value);
}

// `meta` with the tag SUBSETTED; {} where the resource has none.
std::string tagged(std::string_view meta) {
  std::string made = "{";
  bool done = false;
  Text text(meta);
  text.take('{');
  while (text.at('"')) {
    const std::string_view name = text.name();
    text.take(':');
    const std::string_view value = text.value();
    text.take(',');
    if (name != "tag") {
      append_member(made, name, value);
      continue;
    }
    done = true;
    append_member(made, name, fmt::format("{},{}]", value.substr(0, value.rfind(']')), subsetted));
  }
  if (!done) append_member(made, "tag", fmt::format("[{}]", subsetted));
  return made + "}";
}

void append_summary(std::string& to, const Type& type, std::string_view value);

// The summary of one element: an object's or each of an array's.
void append_part(std::string& to, const Type& type, std::string_view value) {
  Text text(value);
  if (text.at('{')) return append_summary(to, type, value);
  if (!text.take('[')) {
    to.append(value);
    return;
  }
  to.push_back('[');
  while (!text.at(']')) {
    if (to.back() != '[') to.push_back(',');
    append_part(to, type, text.value());
    text.take(',');
  }
  to.push_back(']');
}

void append_summary(std::string& to, const Type& type, std::string_view value) {
  Text text(value);
  text.take('{');
  std::string kept = "{";
  while (text.at('"')) {
    const std::string_view name = text.name();
    text.take(':');
    const std::string_view member = text.value();
    text.take(',');
    const Element* element = type.find(plain(name));
    if (element == nullptr || !(element->summary || must_stay(*element))) continue;
    std::string part;
    append_part(part, *element->type, member);
    append_member(kept, name, part);
  }
  // An object that has only what no summary shows, an extension: rather whole than empty.
  to.append(kept == "{" ? value : kept + "}");
}

bool goes_deeper(const Subset& subset, const Element& element) {
  return subset.kind == Subset::Kind::summary &&
         (element.type->form == Form::part || element.type->form == Form::complex);
}

}  // namespace

events::Result<Subset> parse_elements(std::string_view value) {
  Subset subset;
  subset.kind = Subset::Kind::elements;
  while (true) {
    const std::string_view one = value.substr(0, value.find(','));
    if (one.empty())
      return events::invalid("_elements: an empty name; write names of elements, by commas");
    subset.elements.emplace_back(one);
    if (one.size() == value.size()) return subset;
    value.remove_prefix(one.size() + 1);
  }
}

events::Status check_elements(std::string_view type, const Subset& subset) {
  for (const std::string& asked : subset.elements) {
    const auto dot = asked.find('.');
    const std::string of = dot == asked.npos ? std::string(type) : asked.substr(0, dot);
    const std::string name = dot == asked.npos ? asked : asked.substr(dot + 1);
    const Type* definition = events::fhir::definition(of);
    if (definition != nullptr && definition->form == Form::resource &&
        std::any_of(definition->elements.begin(), definition->elements.end(),
                    [&](const Element& element) { return is_called(element, name); }))
      continue;
    return events::invalid(
        fmt::format("_elements: \"{}\" is not an element of {}; write names of its own elements, "
                    "without what lies below them",
                    asked, of));
  }
  return {};
}

std::string cut(std::string_view type, std::string_view document, const Subset& subset) {
  const Type* definition = events::fhir::definition(type);
  if (subset.kind == Subset::Kind::whole || definition == nullptr) return std::string(document);
  std::string made = "{";
  bool has_meta = false;
  Text text(document);
  text.take('{');
  while (text.at('"')) {
    const std::string_view name = text.name();
    text.take(':');
    const std::string_view value = text.value();
    text.take(',');
    const Element* element = definition->find(plain(name));
    if (name == "meta") {
      has_meta = true;
      append_member(made, name, tagged(value));
    } else if (always_kept(name)) {
      append_member(made, name, value);
    } else if (element != nullptr && keeps(subset, type, *element)) {
      std::string part;
      if (goes_deeper(subset, *element)) append_part(part, *element->type, value);
      append_member(made, name, part.empty() ? value : std::string_view(part));
    }
  }
  if (!has_meta) append_member(made, "meta", tagged("{}"));
  return made + "}";
}

}  // namespace query::fhir
