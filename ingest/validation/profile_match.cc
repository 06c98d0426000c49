#include "ingest/validation/profile_match.h"

#include <algorithm>

#include "ingest/validation/structure.h"

namespace ingest::validation {
namespace {

using json::Kind;
using json::Value;

constexpr std::string_view base_definitions = "http://hl7.org/fhir/StructureDefinition/";

Answer both(Answer a, Answer b) {
  if (a == Answer::no || b == Answer::no) return Answer::no;
  return a == Answer::unknown || b == Answer::unknown ? Answer::unknown : Answer::yes;
}

Answer any(Answer a, Answer b) {
  if (a == Answer::yes || b == Answer::yes) return Answer::yes;
  return a == Answer::unknown || b == Answer::unknown ? Answer::unknown : Answer::no;
}

Answer said(bool yes) { return yes ? Answer::yes : Answer::no; }

bool says_something(const ProfileNode& node) {
  if (node.fixed || node.pattern || !node.value_set.empty()) return true;
  return std::any_of(node.children.begin(), node.children.end(),
                     [](const auto& child) { return says_something(*child); });
}

// Whether all that `node` fixes, at any depth, is so in `value`.
Answer satisfies(const Value& value, const ProfileNode& node, const ProfileSet& set) {
  if (node.fixed && !equals(value, node.fixed)) return Answer::no;
  if (node.pattern && !contains(value, node.pattern)) return Answer::no;
  Answer answer = Answer::yes;
  if (!node.value_set.empty()) answer = in_value_set(value, set.value_set(node.value_set));
  for (const auto& child : node.children) {
    if (!says_something(*child)) continue;
    const auto values = values_of(value, *child);
    if (values.empty() && child->min == 0) continue;
    Answer found = Answer::no;
    for (const Value& one : values) found = any(found, satisfies(one, *child, set));
    answer = both(answer, found);
  }
  return answer;
}

bool is_simple(std::string_view path) { return path.find('(') == std::string_view::npos; }

std::string_view first_step(std::string_view& path) {
  const auto dot = path.find('.');
  const auto step = path.substr(0, dot);
  path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  return step;
}

void collect(const Value& at, std::string_view path, std::vector<Value>& found) {
  if (at.is_array()) {
    for (Value item = at.first(); item; item = item.next()) collect(item, path, found);
  } else if (path.empty()) {
    if (at) found.push_back(at);
  } else if (at.is_object()) {
    const auto step = first_step(path);
    ProfileNode any_type;
    any_type.name = step;
    Value member = at[step];
    if (!member) {  // a choice is named without its type in a path
      any_type.name += "[x]";
      for (const Value& one : values_of(at, any_type)) collect(one, path, found);
      return;
    }
    collect(member, path, found);
  }
}

// The element of a profile at a path below `node`, also in the profile of its type.
const ProfileNode* descend(const ProfileNode* node, std::string_view path, const ProfileSet& set) {
  while (node != nullptr && !path.empty()) {
    const auto step = first_step(path);
    const ProfileNode* next = node->child(step);
    if (next == nullptr) next = node->child(std::string(step) + "[x]");
    if (next == nullptr && node->types.size() == 1 && node->types[0].profiles.size() == 1) {
      const Profile* profile = set.find(node->types[0].profiles[0]);
      next = profile == nullptr ? nullptr : profile->root.child(step);
    }
    node = next;
  }
  return node;
}

// The url of an extension's slice is that of its profile, loaded or not.
Answer by_extension_url(const Value& value, const ProfileNode& slice) {
  const bool named = slice.types.size() == 1 && slice.types[0].code == "Extension" &&
                     !slice.types[0].profiles.empty();
  if (!named) return Answer::unknown;
  const auto& urls = slice.types[0].profiles;
  return said(std::find(urls.begin(), urls.end(), value["url"].string()) != urls.end());
}

Answer by_value(const Value& value, const ProfileNode& slice, std::string_view path,
                const ProfileSet& set) {
  if (path == "url" && slice.child("url") == nullptr) return by_extension_url(value, slice);
  if (!is_simple(path)) return Answer::unknown;
  if (path == "$this") path = {};
  const ProfileNode* wanted = descend(&slice, path, set);
  if (wanted == nullptr || !says_something(*wanted)) {
    // What decides may be fixed above the path: pattern on `code` for `code.coding.code`.
    if (!says_something(slice)) return Answer::unknown;
    return satisfies(value, slice, set);
  }
  std::vector<Value> values;
  collect(value, path, values);
  Answer answer = Answer::no;
  for (const Value& one : values) answer = any(answer, satisfies(one, *wanted, set));
  return answer;
}

Answer by_type(const Value& value, const ProfileNode& slice, std::string_view path,
               const ProfileSet& set) {
  const bool resolves = path == "resolve()" || path.ends_with(".resolve()");
  if (resolves) {
    path = path == "resolve()" ? std::string_view() : path.substr(0, path.size() - 10);
  } else if (path == "$this") {
    path = {};
  }
  if (!is_simple(path)) return Answer::unknown;
  const ProfileNode* wanted = descend(&slice, path, set);
  if (wanted == nullptr || wanted->types.empty()) return Answer::unknown;
  std::vector<Value> values;
  collect(value, path, values);
  for (const Value& one : values) {
    std::string_view type = choice_type(one, *wanted);
    if (resolves) type = referenced_type(one["reference"].string());
    if (!resolves && type.empty()) type = one["resourceType"].string();
    if (type.empty()) return Answer::unknown;
    for (const auto& allowed : wanted->types) {
      if (!resolves && allowed.code == type) return Answer::yes;
      for (const auto& target : allowed.targets) {
        const Profile* profile = set.find(target);
        const std::string_view name = profile != nullptr ? std::string_view(profile->type)
                                      : target.starts_with(base_definitions)
                                          ? std::string_view(target).substr(base_definitions.size())
                                          : std::string_view();
        if (resolves && name == type) return Answer::yes;
      }
    }
  }
  return Answer::no;
}

Answer by_existence(const Value& value, const ProfileNode& slice, std::string_view path,
                    const ProfileSet& set) {
  if (!is_simple(path) || path == "$this") return Answer::unknown;
  const ProfileNode* wanted = descend(&slice, path, set);
  if (wanted == nullptr) return Answer::unknown;
  std::vector<Value> values;
  collect(value, path, values);
  return said(values.empty() ? wanted->min == 0 : wanted->max > 0);
}

}  // namespace

bool equals(const Value& value, const Value& fixed) {
  if (value.kind() != fixed.kind()) return false;
  if (!value.is_object() && !value.is_array()) return value.token() == fixed.token();
  return value.size() == fixed.size() && contains(value, fixed);
}

bool contains(const Value& value, const Value& pattern) {
  if (value.kind() != pattern.kind()) return false;
  if (pattern.is_object()) {
    for (Value member = pattern.first(); member; member = member.next()) {
      const Value mine = value[member.name()];
      if (!mine || !contains(mine, member)) return false;
    }
    return true;
  }
  if (pattern.is_array()) {
    for (Value item = pattern.first(); item; item = item.next()) {
      bool found = false;
      for (Value mine = value.first(); mine && !found; mine = mine.next())
        found = contains(mine, item);
      if (!found) return false;
    }
    return true;
  }
  return value.token() == pattern.token();
}

std::vector<Value> values_of(const Value& holder, const ProfileNode& node) {
  std::vector<Value> values;
  const std::string_view stem =
      node.is_choice() ? std::string_view(node.name).substr(0, node.name.size() - 3) : node.name;
  const auto fits = [&](std::string_view name) {
    if (!node.is_choice()) return name == stem;
    return name.size() > stem.size() && name.starts_with(stem) && name[stem.size()] >= 'A' &&
           name[stem.size()] <= 'Z';
  };
  Value extensions;
  for (Value member = holder.first(); member; member = member.next()) {
    const auto name = member.name();
    if (name.starts_with('_') && fits(name.substr(1))) extensions = member;
    if (!fits(name)) continue;
    if (member.is_array()) {
      for (Value item = member.first(); item; item = item.next()) values.push_back(item);
    } else {
      values.push_back(member);
    }
  }
  if (values.empty() && extensions) values.push_back(extensions);
  return values;
}

std::string_view choice_type(const Value& value, const ProfileNode& node) {
  if (!node.is_choice()) return {};
  const std::string_view suffix = value.name().substr(
      std::min(value.name().size(), node.name.size() - 3 + value.name().starts_with('_')));
  for (const auto& type : node.types) {
    if (!suffix.empty() && type.code.size() == suffix.size() &&
        std::string_view(type.code).substr(1) == suffix.substr(1) &&
        (type.code[0] | 0x20) == (suffix[0] | 0x20)) {
      return type.code;
    }
  }
  return suffix;
}

Answer in_value_set(const Value& value, const CodeSet* set) {
  if (set == nullptr) return Answer::unknown;
  bool found = false;
  if (value.is_string()) {
    found = set->has_code(value.string());
  } else if (const Value codings = value["coding"]) {
    for (Value at = codings.first(); at && !found; at = at.next())
      found = set->has(at["system"].string(), at["code"].string());
  } else {
    found = set->has(value["system"].string(), value["code"].string());
  }
  if (found) return Answer::yes;
  return set->whole ? Answer::no : Answer::unknown;
}

Answer in_slice(const Value& value, const ProfileNode& slice, const Slicing& slicing,
                const ProfileSet& set) {
  if (slicing.discriminators.empty()) return Answer::unknown;
  Answer answer = Answer::yes;
  for (const auto& [type, path] : slicing.discriminators) {
    Answer one = Answer::unknown;
    if (type == "value" || type == "pattern") one = by_value(value, slice, path, set);
    if (type == "type") one = by_type(value, slice, path, set);
    if (type == "exists") one = by_existence(value, slice, path, set);
    answer = both(answer, one);
  }
  return answer;
}

}  // namespace ingest::validation
