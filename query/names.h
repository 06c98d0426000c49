// Names of practitioners, organizations and places, joined when an answer is made, so
// that a changed name is seen at once everywhere. For one answer, one thread.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "projections/directory.h"
#include "query/read_context.h"

namespace query {

class Names {
 public:
  explicit Names(const Sources& sources);
  // Empty if the directory has none; looked up once an answer.
  const std::string& of(events::ResourceType type, const std::string& id);

 private:
  projections::DirectoryReader directory_;
  std::map<std::pair<events::ResourceType, std::string>, std::string> seen_;
};

}  // namespace query
