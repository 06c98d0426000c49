// All profiles, value sets and code systems of one or more packages, read once; constant then.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/validation/profile.h"

namespace ingest::validation {

// The codes of a value set, as far as they are at hand.
struct CodeSet {
  bool whole = false;           // false: nothing can be said of a code that is not in it
  std::set<std::string> codes;  // system|code
  bool has(std::string_view system, std::string_view code) const;
  bool has_code(std::string_view code) const;  // of any system
};

class ProfileSet {
 public:
  // Adds a package: a Bundle of StructureDefinitions, ValueSets and CodeSystems; others of its
  // resources are ignored. A url that is there already is replaced. unprocessable: names the
  // resource and why; the set is then of no use.
  events::Status add(std::string package);
  // After the last add().
  void finish();

  const Profile* find(std::string_view url) const;  // with or without version; null: not loaded
  const CodeSet* value_set(std::string_view url) const;  // null: not at hand
  const std::map<std::string, Profile, std::less<>>& profiles() const { return profiles_; }
  std::size_t value_sets() const { return sets_.size(); }

 private:
  struct Package {
    std::string text;
    std::unique_ptr<json::Document> document;
  };
  CodeSet codes_of(const json::Value& value_set, int depth) const;
  bool include(const json::Value& part, int depth, CodeSet& into) const;

  std::deque<Package> packages_;
  std::map<std::string, Profile, std::less<>> profiles_;
  std::map<std::string, json::Value, std::less<>> set_sources_;
  std::map<std::string, json::Value, std::less<>> systems_;
  std::map<std::string, CodeSet, std::less<>> sets_;
};

}  // namespace ingest::validation
