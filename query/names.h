// Names of practitioners, organizations and places, joined when an answer is made, so
// that a changed name is seen at once everywhere. For one answer, one thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "projections/directory.h"
#include "query/read_context.h"

namespace query {

class Names {
 public:
  explicit Names(const Sources& sources);
  // Empty if the directory has none; looked up once an answer.
  const std::string& of(events::ResourceType type, std::string_view id);

 private:
  struct ById {  // looks up by a view of the id
    using is_transparent = void;
    template <class One, class Other>
    bool operator()(const One& one, const Other& other) const {
      if (one.first != other.first) return one.first < other.first;
      return std::string_view(one.second) < std::string_view(other.second);
    }
  };

  projections::DirectoryReader directory_;
  std::map<std::pair<events::ResourceType, std::string>, std::string, ById> seen_;
};

}  // namespace query
