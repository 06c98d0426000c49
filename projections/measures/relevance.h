// Which resources can move a measure: those that one of its libraries retrieves, by type and code,
// and those that the strata rest on. More may be named than a population reaches, never less.
#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "events/resource_type.h"
#include "projections/quality/terminology.h"

namespace projections::measures {

class Relevance {
 public:
  // `libraries`: ELM documents. `terminology` outlives this.
  static Relevance of(std::span<const boost::json::value> libraries,
                      const quality::Terminology& terminology);

  const std::set<events::ResourceType>& types() const { return types_; }
  bool concerns(events::ResourceType type) const { return types_.contains(type); }
  // Of a type that concerns: false only if no retrieve can give this resource.
  bool concerns(events::ResourceType type, const boost::json::value& resource) const;

 private:
  // A code of `property` in one of `sets`.
  struct Filter {
    std::string property;
    std::vector<const quality::ValueSetCodes*> sets;
  };
  void add_retrieves(const boost::json::value& elm,
                     const std::multimap<std::string, std::string>& sets,
                     const quality::Terminology& terminology);
  void add_retrieve(const boost::json::object& retrieve,
                    const std::multimap<std::string, std::string>& sets,
                    const quality::Terminology& terminology);

  std::set<events::ResourceType> types_;
  std::set<events::ResourceType> whole_;  // whatever their codes
  std::map<events::ResourceType, std::vector<Filter>> filters_;
};

}  // namespace projections::measures
