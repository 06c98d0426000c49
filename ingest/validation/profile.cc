#include "ingest/validation/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "events/fhir/definitions.h"

namespace ingest::validation {
namespace {

using json::Value;

std::string without_version(std::string_view url) {
  return std::string(url.substr(0, url.find('|')));
}

std::uint32_t number(std::string_view text, std::uint32_t otherwise) {
  std::uint32_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::uint32_t maximum(const Value& holder) {
  const auto text = holder["max"].string();
  return text.empty() || text == "*" ? any_number : number(text, any_number);
}

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> found;
  for (Value at = list.first(); at; at = at.next()) found.push_back(without_version(at.string()));
  return found;
}

// fixedUri, patternCodeableConcept …: the member that begins so.
Value member_beginning(const Value& element, std::string_view prefix) {
  for (Value member = element.first(); member; member = member.next()) {
    const auto name = member.name();
    if (name.size() > prefix.size() && name.starts_with(prefix) && name[prefix.size()] >= 'A' &&
        name[prefix.size()] <= 'Z') {
      return member;
    }
  }
  return {};
}

void read_types(const Value& element, ProfileNode& node) {
  for (Value at = element["type"].first(); at; at = at.next()) {
    node.types.push_back(
        {std::string(at["code"].string()), texts(at["profile"]), texts(at["targetProfile"])});
  }
}

void read_slicing(const Value& element, ProfileNode& node) {
  const Value slicing = element["slicing"];
  if (!slicing) return;
  Slicing made;
  made.closed = slicing["rules"].string() == "closed";
  for (Value at = slicing["discriminator"].first(); at; at = at.next()) {
    made.discriminators.push_back(
        {std::string(at["type"].string()), std::string(at["path"].string())});
  }
  node.slicing = std::move(made);
}

void fill(const Value& element, ProfileNode& node) {
  node.min = number(element["min"].token(), 0);
  node.max = maximum(element);
  const Value base = element["base"];
  node.raises_min = node.min > number(base["min"].token(), 0);
  node.lowers_max = node.max < maximum(base);
  read_types(element, node);
  node.fixed = member_beginning(element, "fixed");
  node.pattern = member_beginning(element, "pattern");
  const Value binding = element["binding"];
  if (binding["strength"].string() == "required")
    node.value_set = without_version(binding["valueSet"].string());
  read_slicing(element, node);
}

ProfileNode* find_or_null(const std::vector<std::unique_ptr<ProfileNode>>& nodes,
                          std::string_view name, std::string_view slice) {
  for (const auto& node : nodes) {
    if (node->name == name && node->slice == slice) return node.get();
  }
  return nullptr;
}

// The node for one step of an id (`component:systolic`) below `holder`; made if it is not there.
ProfileNode* step(ProfileNode* holder, std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  ProfileNode* node = find_or_null(holder->children, name, "");
  if (node == nullptr) {
    node = holder->children.emplace_back(std::make_unique<ProfileNode>()).get();
    node->name = name;
  }
  if (colon == std::string_view::npos) return node;
  const auto slice = text.substr(colon + 1);
  ProfileNode* sliced = find_or_null(node->slices, name, slice);
  if (sliced == nullptr) {
    sliced = node->slices.emplace_back(std::make_unique<ProfileNode>()).get();
    sliced->name = name;
    sliced->slice = slice;
  }
  return sliced;
}

ProfileNode* place(ProfileNode& root, std::string_view id) {
  ProfileNode* at = &root;
  auto dot = id.find('.');
  while (dot != std::string_view::npos) {
    id.remove_prefix(dot + 1);
    dot = id.find('.');
    at = step(at, id.substr(0, dot));
  }
  return at;
}

bool is_r4s(std::string_view key) {
  static const auto keys = [] {
    std::set<std::string_view> all;
    for (const auto& type : events::fhir::all_definitions()) {
      for (const auto* invariant : type.invariants) all.insert(invariant->key);
    }
    return all;
  }();
  return keys.contains(key);
}

}  // namespace

const ProfileNode* ProfileNode::child(std::string_view wanted) const {
  return find_or_null(children, wanted, "");
}

events::Result<Profile> read_profile(const Value& definition) {
  Profile profile;
  profile.url = definition["url"].string();
  profile.name = definition["name"].string();
  profile.type = definition["type"].string();
  const Value elements = definition["snapshot"]["element"];
  if (profile.url.empty() || profile.type.empty() || elements.size() == 0) {
    return events::unprocessable(
        fmt::format("StructureDefinition \"{}\" has no {}; publish it with a snapshot",
                    profile.url.substr(0, 200), elements.size() == 0 ? "snapshot" : "url or type"));
  }
  for (Value element = elements.first(); element; element = element.next()) {
    const auto id = element["id"].string();
    if (id.empty()) {
      return events::unprocessable(
          fmt::format("StructureDefinition {}: an element of its snapshot has no id", profile.url));
    }
    fill(element, *place(profile.root, id));
    for (Value rule = element["constraint"].first(); rule; rule = rule.next()) {
      const auto key = rule["key"].string();
      auto& unchecked = profile.unchecked_rules;
      if (!is_r4s(key) && rule["severity"].string() == "error" &&
          std::find(unchecked.begin(), unchecked.end(), key) == unchecked.end()) {
        unchecked.emplace_back(key);
      }
    }
  }
  profile.root.name = profile.type;
  return profile;
}

}  // namespace ingest::validation
