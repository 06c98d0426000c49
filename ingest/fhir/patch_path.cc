#include "ingest/fhir/patch_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace ingest::fhir {

using events::invalid;
using events::Result;
using events::Status;
using events::unprocessable;
using DefinedElement = events::fhir::Element;
using events::fhir::Type;
using json::Editable;
using json::Kind;

// Reads the text from left to right.
class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  Result<PatchPath> parse() && {
    PatchPath path;
    path.text_ = text_;
    do {
      if (auto step = read_step(path); !step) return step.error();
      // No resource nests so deep; without an end patches would.
      if (path.steps_.size() > steps_max)
        return invalid(
            fmt::format("path \"{}…\": has more than {} steps", text_.substr(0, 100), steps_max));
    } while (take('.'));
    skip();
    if (at_ != text_.size()) return refuse(fmt::format("\"{}\"", text_.substr(at_)));
    return path;
  }

 private:
  using Step = PatchPath::Step;
  static constexpr std::size_t steps_max = 64;
  events::Error refuse(std::string_view what) const {
    return invalid(
        fmt::format("path \"{}\": {} is not understood; members, [n], first(), last(), "
                    "ofType(T), as(T) and where(path = 'x') are",
                    text_.substr(0, 200), what));
  }
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string word() {
    skip();
    const auto begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  Status read_step(PatchPath& path);
  Status read_function(const std::string& name, PatchPath& path);
  Status read_index(PatchPath& path);
  Status read_conditions(Step& step);
  Status read_literal(PatchPath::Comparison& to);

  std::string_view text_;
  std::size_t at_ = 0;
};

Status PathParser::read_step(PatchPath& path) {
  const std::string name = word();
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0)
    return refuse(fmt::format("\"{}\"", text_.substr(std::min(at_, text_.size()), 20)));
  if (take('(')) {
    if (auto read = read_function(name, path); !read) return read;
  } else {
    path.steps_.push_back({Step::What::member, name, 0, {}});
  }
  while (take('[')) {
    if (auto read = read_index(path); !read) return read;
  }
  return {};
}

Status PathParser::read_index(PatchPath& path) {
  const std::string digits = word();
  Step step{Step::What::index, {}, 0, {}};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), step.index);
  if (error != std::errc{} || end != digits.data() + digits.size() || !take(']'))
    return refuse(fmt::format("\"[{}\"", digits));
  path.steps_.push_back(std::move(step));
  return {};
}

Status PathParser::read_function(const std::string& name, PatchPath& path) {
  Step step;
  if (path.steps_.empty()) return refuse(name + "()");
  if (name == "first" || name == "last") {
    step.what = name == "first" ? Step::What::first : Step::What::last;
  } else if (name == "ofType" || name == "as") {
    step.what = Step::What::of_type;
    step.name = word();
    if (step.name == "FHIR" && take('.')) step.name = word();
    if (step.name.empty()) return refuse(name + "()");
  } else if (name == "where") {
    step.what = Step::What::where;
    if (auto read = read_conditions(step); !read) return read;
  } else {
    return refuse(name + "()");
  }
  if (!take(')')) return refuse(fmt::format("\"{}\"", text_.substr(at_)));
  path.steps_.push_back(std::move(step));
  return {};
}

Status PathParser::read_conditions(Step& step) {
  for (;;) {
    PatchPath::Comparison one;
    do {
      one.path.push_back(word());
      if (one.path.back().empty()) return refuse(fmt::format("\"{}\"", text_.substr(at_)));
    } while (take('.'));
    if (take('!')) one.equal = false;
    if (!take('=')) return refuse(fmt::format("\"{}\"", text_.substr(at_)));
    if (auto read = read_literal(one); !read) return read;
    step.conditions.push_back(std::move(one));
    skip();
    if (at_ < text_.size() && text_[at_] == ')') return {};
    if (const std::string joint = word(); joint != "and")
      return refuse(fmt::format("\"{}\"", joint.empty() ? text_.substr(at_) : joint));
  }
}

Status PathParser::read_literal(PatchPath::Comparison& to) {
  skip();
  if (take('\'')) {
    while (at_ < text_.size() && text_[at_] != '\'') {
      if (text_[at_] == '\\') {
        static constexpr std::string_view escapes = "'\"`\\/";
        if (++at_ >= text_.size() || escapes.find(text_[at_]) == std::string_view::npos)
          return refuse("an escape in a string");
      }
      to.literal += text_[at_++];
    }
    if (!take('\'')) return refuse("a string without its end");
    return {};
  }
  const auto begin = at_;
  if (at_ < text_.size() && text_[at_] == '-') ++at_;
  while (at_ < text_.size() &&
         (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.'))
    ++at_;
  to.literal = text_.substr(begin, at_ - begin);
  if (to.literal == "true" || to.literal == "false") {
    to.kind = Kind::boolean;
    return {};
  }
  to.kind = Kind::number;
  const bool digits = !to.literal.empty() &&
                      to.literal.find_first_not_of("-0123456789.") == std::string::npos &&
                      std::isdigit(static_cast<unsigned char>(to.literal.back())) != 0;
  return digits ? Status{} : Status(refuse(fmt::format("\"{}\"", text_.substr(begin))));
}

Result<PatchPath> PatchPath::parse(std::string_view text) { return PathParser(text).parse(); }

const std::string& PatchPath::last_member() const {
  static const std::string none;
  return steps_.back().what == Step::What::member ? steps_.back().name : none;
}

const DefinedElement* defined(const Type& type, std::string_view name, std::string_view suffix) {
  if (const DefinedElement* element = type.find(name); element != nullptr && element->choice == 0)
    return element;
  const DefinedElement* element = type.find(std::string(name) + std::string(suffix));
  return element != nullptr && element->definition == std::string(name) + "[x]" ? element : nullptr;
}

namespace {

const Type* type_of(const DefinedElement& element, const Editable& value) {
  const Editable* named = value.find("resourceType");  // contained, entry.resource
  const Type* resource = named != nullptr ? events::fhir::definition(named->string()) : nullptr;
  return resource != nullptr ? resource : element.type;
}

void add(const Selected& holder, const DefinedElement& element, std::vector<Selected>& found) {
  Editable* value = holder.value->find(element.name);
  if (value == nullptr) return;
  const std::string name(element.name);
  if (!element.list || value->kind != Kind::array) {
    found.push_back(
        {holder.value, name, {}, value, type_of(element, *value), &element, holder.type});
    return;
  }
  for (std::size_t i = 0; i < value->items.size(); ++i) {
    Editable* item = &value->items[i];
    found.push_back({holder.value, name, i, item, type_of(element, *item), &element, holder.type});
  }
}

std::string token_of(const Editable& value) {
  return value.kind == Kind::string ? value.string() : value.token;
}

}  // namespace

Result<std::vector<Selected>> members(const Selected& holder, std::string_view name) {
  std::vector<Selected> found;
  const Type* type = holder.type;
  const bool object = holder.value->kind == Kind::object && type != nullptr;
  if (const DefinedElement* element = object ? type->find(name) : nullptr;
      element != nullptr && element->choice == 0) {
    add(holder, *element, found);
    return found;
  }
  bool choice = false;
  if (object) {
    const std::string definition = std::string(name) + "[x]";
    for (const DefinedElement& element : type->elements) {
      if (element.definition != definition) continue;
      choice = true;
      add(holder, element, found);
    }
  }
  if (choice) return found;
  return unprocessable(fmt::format("{} has no element \"{}\" that a path can name",
                                   type == nullptr ? "the value" : type->name, name));
}

bool PatchPath::meets(const Selected& one, const Comparison& comparison) {
  std::vector<Selected> reached{one};
  for (const std::string& name : comparison.path) {
    std::vector<Selected> next;
    for (const Selected& at : reached) {
      auto found = members(at, name);
      if (found) next.insert(next.end(), found->begin(), found->end());
    }
    reached = std::move(next);
  }
  if (reached.size() != 1) return false;  // FHIRPath: empty, or not equal to a single value
  const Editable& value = *reached.front().value;
  const bool same_kind = value.kind == comparison.kind;
  const bool equal = same_kind && (value.kind == Kind::number
                                       ? json::equal_numbers(value.token, comparison.literal)
                                       : token_of(value) == comparison.literal);
  return equal == comparison.equal;
}

Result<std::vector<Selected>> PatchPath::walk(Editable& resource, std::size_t steps) const {
  const Editable* named = resource.find("resourceType");
  const std::string type = named == nullptr ? std::string() : named->string();
  const Selected root{nullptr, {}, {}, &resource, events::fhir::definition(type), nullptr, nullptr};
  std::vector<Selected> reached{root};
  for (std::size_t i = 0; i < steps; ++i) {
    const Step& step = steps_[i];
    std::vector<Selected> next;
    switch (step.what) {
      case Step::What::member:
        if (i == 0 &&
            (step.name == type || step.name == "Resource" || step.name == "DomainResource"))
          continue;
        for (const Selected& at : reached) {
          auto found = members(at, step.name);
          if (!found) return found.error();
          next.insert(next.end(), found->begin(), found->end());
        }
        break;
      case Step::What::index:
        if (step.index < reached.size()) next.push_back(reached[step.index]);
        break;
      case Step::What::first:
        if (!reached.empty()) next.push_back(reached.front());
        break;
      case Step::What::last:
        if (!reached.empty()) next.push_back(reached.back());
        break;
      case Step::What::of_type:
        std::ranges::copy_if(reached, std::back_inserter(next), [&](const Selected& at) {
          return at.type != nullptr && at.type->name == step.name;
        });
        break;
      case Step::What::where:
        std::ranges::copy_if(reached, std::back_inserter(next), [&](const Selected& at) {
          return std::ranges::all_of(step.conditions,
                                     [&](const Comparison& one) { return meets(at, one); });
        });
        break;
    }
    reached = std::move(next);
  }
  return reached;
}

Result<std::vector<Selected>> PatchPath::select(Editable& resource) const {
  return walk(resource, steps_.size());
}

Result<std::vector<Selected>> PatchPath::select_holder(Editable& resource) const {
  return walk(resource, steps_.size() - 1);
}

}  // namespace ingest::fhir
