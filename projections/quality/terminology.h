// Value sets by URL: which codes are members.
#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>

#include "events/result.h"

namespace projections::quality {

// A member is a code of a system; display and version do not matter.
class ValueSetCodes {
 public:
  explicit ValueSetCodes(std::string url, std::string version = {})
      : url_(std::move(url)), version_(std::move(version)) {}

  const std::string& url() const { return url_; }
  const std::string& version() const { return version_; }  // empty: not said
  void add(std::string_view system, std::string_view code) { codes_.insert(key(system, code)); }
  bool has(std::string_view system, std::string_view code) const {
    return codes_.contains(key(system, code));
  }
  std::size_t size() const { return codes_.size(); }

 private:
  static std::string key(std::string_view system, std::string_view code) {
    return std::string(system) + '|' + std::string(code);
  }
  std::string url_;
  std::string version_;
  std::unordered_set<std::string> codes_;
};

class Terminology {
 public:
  // A ValueSet resource with its expansion. False: it has none, so nobody knows its members.
  bool add(const boost::json::object& value_set);
  // Without version; null: not at hand, which is not the same as empty.
  const ValueSetCodes* find(std::string_view url) const;
  std::size_t size() const { return sets_.size(); }

 private:
  std::map<std::string, ValueSetCodes, std::less<>> sets_;
};

}  // namespace projections::quality
