#include "ingest/validation/profile_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/validation/profile_match.h"
#include "ingest/validation/structure.h"

namespace ingest::validation {
namespace {

using json::Value;

constexpr std::string_view definitions = "http://hl7.org/fhir/StructureDefinition/";
constexpr int nested_profiles_max = 16;  // an extension's profile within a profile …

class Check {
 public:
  Check(const Value& root, const Profile& profile, const ProfileSet& set,
        std::set<std::string>& unchecked, Issues& issues, int depth)
      : root_(root),
        profile_(profile),
        set_(set),
        unchecked_(unchecked),
        issues_(issues),
        depth_(depth) {}

  void at(const Value& value) {
    for (const auto& key : profile_.unchecked_rules)
      leave_unchecked(fmt::format("rule {} of {}", key, profile_.url));
    children(value, profile_.root);
  }

 private:
  void children(const Value& holder, const ProfileNode& node);
  void element(const Value& holder, const ProfileNode& node);
  void count(const Value& holder, const ProfileNode& node, std::size_t found);
  void slices(const Value& holder, const ProfileNode& node, const std::vector<Value>& values);
  void value(const Value& at, const ProfileNode& node);
  void types(const Value& at, const ProfileNode& node);
  void target(const Value& at, const ProfileType& type);
  void nested(const Value& at, const ProfileType& type);
  void leave_unchecked(std::string what) { unchecked_.insert(std::move(what)); }

  void error(std::string_view kind, std::string expression, std::string_view what) {
    std::string message = fmt::format("{}: {} (profile {})", expression, what, profile_.url);
    issues_.add(Issue{Severity::error, kind, std::move(message), std::move(expression)});
  }

  const Value root_;  // where paths begin
  const Profile& profile_;
  const ProfileSet& set_;
  std::set<std::string>& unchecked_;
  Issues& issues_;
  const int depth_;
};

void Check::children(const Value& holder, const ProfileNode& node) {
  for (const auto& child : node.children) element(holder, *child);
}

void Check::element(const Value& holder, const ProfileNode& node) {
  const auto values = values_of(holder, node);
  count(holder, node, values.size());
  for (const Value& one : values) value(one, node);
  if (!node.slices.empty() && node.slicing) slices(holder, node, values);
}

void Check::count(const Value& holder, const ProfileNode& node, std::size_t found) {
  const auto place = [&] { return fmt::format("{}.{}", holder.path_in(root_), node.name); };
  const std::string of = node.slice.empty() ? "" : fmt::format(" of slice {}", node.slice);
  const bool sliced = !node.slice.empty();
  if (found < node.min && (node.raises_min || sliced)) {
    error("required", place(),
          found == 0 ? fmt::format("missing{}; at least {} is required", of, node.min)
                     : fmt::format("{}{} where at least {} are required", found, of, node.min));
  }
  if (found > node.max && (node.lowers_max || sliced)) {
    error("structure", place(),
          node.max == 0 ? fmt::format("not allowed{}; leave it out", of)
                        : fmt::format("{}{} where at most {} are allowed", found, of, node.max));
  }
}

void Check::slices(const Value& holder, const ProfileNode& node, const std::vector<Value>& values) {
  std::vector<bool> placed(values.size(), false);
  bool doubtful = false;
  for (const auto& slice : node.slices) {
    std::size_t found = 0;
    bool unknown = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Answer answer = in_slice(values[i], *slice, *node.slicing, set_);
      unknown = unknown || answer == Answer::unknown;
      if (answer != Answer::yes) continue;
      placed[i] = true;
      ++found;
      value(values[i], *slice);
    }
    doubtful = doubtful || unknown;
    if (unknown) {
      leave_unchecked(fmt::format("slice {} of {}", slice->slice, node.name));
    } else {
      count(holder, *slice, found);
    }
  }
  if (!node.slicing->closed || doubtful) return;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!placed[i])
      error("structure", values[i].path_in(root_),
            "belongs to no slice, and no others are allowed");
  }
}

void Check::value(const Value& at, const ProfileNode& node) {
  if (at.name().starts_with('_')) return;  // extensions in place of a value
  types(at, node);
  if (node.fixed && !equals(at, node.fixed)) {
    error("value", at.path_in(root_),
          fmt::format("is not {}; send that", node.fixed.raw().substr(0, 200)));
  }
  if (node.pattern && !contains(at, node.pattern)) {
    error("value", at.path_in(root_),
          fmt::format("does not have {}; send at least that", node.pattern.raw().substr(0, 200)));
  }
  if (!node.value_set.empty()) {
    const Answer answer = in_value_set(at, set_.value_set(node.value_set));
    if (answer == Answer::no) {
      error("code-invalid", at.path_in(root_),
            fmt::format("has no code of {}; send one of it", node.value_set));
    } else if (answer == Answer::unknown) {
      leave_unchecked(fmt::format("codes of {}", node.value_set));
    }
  }
  children(at, node);
}

void Check::types(const Value& at, const ProfileNode& node) {
  const std::string_view form = choice_type(at, node);
  const ProfileType* mine = node.types.size() == 1 ? &node.types[0] : nullptr;
  if (!form.empty()) {
    const auto found = std::find_if(node.types.begin(), node.types.end(),
                                    [&](const ProfileType& type) { return type.code == form; });
    if (found == node.types.end() && !node.types.empty()) {
      std::string allowed;
      for (const auto& type : node.types) allowed += (allowed.empty() ? "" : ", ") + type.code;
      return error("structure", at.path_in(root_),
                   fmt::format("is a {}; it may be {}", form, allowed));
    }
    mine = found == node.types.end() ? nullptr : &*found;
  }
  if (mine == nullptr) return;
  if (mine->code == "Reference" && !mine->targets.empty()) target(at, *mine);
  if (!mine->profiles.empty()) nested(at, *mine);
}

void Check::target(const Value& at, const ProfileType& type) {
  const auto named = referenced_type(at["reference"].string());
  if (named.empty()) return;
  std::string allowed;
  for (const auto& target : type.targets) {
    const Profile* profile = set_.find(target);
    std::string_view name;
    if (profile != nullptr) {
      name = profile->type;
    } else if (target.starts_with(definitions)) {
      name = std::string_view(target).substr(definitions.size());
    }
    if (name.empty() || name == named || name == "Resource") return;
    allowed.append(allowed.empty() ? "" : ", ").append(name);
  }
  error("structure", at.path_in(root_),
        fmt::format("refers to a {}; it may refer to {}", named, allowed));
}

// One of the profiles that are named for the value's type holds, as far as they are loaded.
void Check::nested(const Value& at, const ProfileType& type) {
  std::optional<Issues> first;
  for (const auto& url : type.profiles) {
    const Profile* profile = set_.find(url);
    if (profile == nullptr || depth_ >= nested_profiles_max) {
      if (!url.starts_with(definitions))
        leave_unchecked(fmt::format("profile {}, which is not loaded", url));
      return;
    }
    Issues found;
    Check(root_, *profile, set_, unchecked_, found, depth_ + 1).at(at);
    if (!found.has_errors()) return;
    if (!first) first = std::move(found);
  }
  if (!first) return;
  for (const Issue& issue : first->kept()) issues_.add(issue);
}

}  // namespace

void check_profile(const Value& resource, const Profile& profile, const ProfileSet& set,
                   Unchecked unchecked, Issues& issues) {
  const auto type = resource["resourceType"].string();
  if (type != profile.type) {
    issues.add(Severity::error, "structure", std::string(type),
               fmt::format("{} is a profile of {}", profile.url, profile.type));
    return;
  }
  std::set<std::string> left;
  Check(resource, profile, set, left, issues, 0).at(resource);
  if (unchecked == Unchecked::silent) return;
  for (const auto& what : left)
    issues.add(Severity::information, "informational", std::string(type), "not checked: " + what);
}

}  // namespace ingest::validation
