// A StructureDefinition of kind resource or complex type (a profile or an extension) as it is
// checked: the elements of its snapshot as a tree. Its rules in FHIRPath are only named.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"
#include "ingest/json.h"

namespace ingest::validation {

struct ProfileType {
  std::string code;                   // Quantity, Reference, Extension …
  std::vector<std::string> profiles;  // of the value itself
  std::vector<std::string> targets;   // of what a Reference refers to
};

struct Discriminator {
  std::string type;  // value, pattern, type, exists, profile
  std::string path;  // FHIRPath: $this, code, coding.code
};

struct Slicing {
  std::vector<Discriminator> discriminators;
  bool closed = false;
};

inline constexpr std::uint32_t any_number = UINT32_MAX;

struct ProfileNode {
  std::string name;   // last step of its path: `value[x]`, `component`
  std::string slice;  // empty: no slice
  std::uint32_t min = 0;
  std::uint32_t max = any_number;
  bool raises_min = false;  // above R4's own, which structure.h checks
  bool lowers_max = false;
  std::vector<ProfileType> types;
  json::Value fixed;      // missing: none
  json::Value pattern;    // missing: none
  std::string value_set;  // of a required binding, without version; empty: none
  std::optional<Slicing> slicing;
  std::vector<std::unique_ptr<ProfileNode>> children;
  std::vector<std::unique_ptr<ProfileNode>> slices;

  bool is_choice() const { return name.ends_with("[x]"); }
  const ProfileNode* child(std::string_view name) const;  // null: none
};

struct Profile {
  std::string url;
  std::string name;
  std::string type;  // Patient, Extension …
  ProfileNode root;
  std::vector<std::string> unchecked_rules;  // keys of its FHIRPath rules that R4 does not have
};

// Points into the document of `definition`. unprocessable: no snapshot, or none that fits together.
events::Result<Profile> read_profile(const json::Value& definition);

}  // namespace ingest::validation
