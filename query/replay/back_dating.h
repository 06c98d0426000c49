// How long after the time that they speak of resources were recorded: by type, site and author.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "projections/projection.h"

namespace query::replay {

struct BackDatingLine {
  events::ResourceType type{};
  std::string site, actor;
  std::uint64_t recorded = 0;  // resources with a date
  std::uint64_t ahead = 0;     // of them: speak of a time after they were recorded
  std::uint64_t undated = 0;
  // Recorded minus effective (the beginning of what the date can mean), of those not ahead.
  std::chrono::seconds median{}, ninetieth{}, longest{};
};

// For one thread; add() joins what several have seen.
class BackDating {
 public:
  void take(const projections::AcceptedEvent& event);  // first versions count, no others
  void add(BackDating&& other);
  std::vector<BackDatingLine> lines() const;  // by type, site, author

 private:
  struct Seen {
    std::vector<std::int64_t> seconds;
    std::uint64_t ahead = 0, undated = 0;
  };
  struct Key {
    events::ResourceType type{};
    std::string site, actor;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  std::map<Key, Seen> seen_;
};

}  // namespace query::replay
