// One patient's resources, as a measure retrieves them.
#pragma once

#include <boost/json/fwd.hpp>
#include <span>
#include <unordered_map>

#include "projections/quality/value.h"

namespace projections::quality {

class Record {
 public:
  // A Bundle's resources, which outlive this. What R4 does not have is left out; cancelled and
  // entered-in-error ones are in: measures ask for the status themselves.
  explicit Record(const boost::json::value& bundle);
  // The same of resources that lie apart.
  explicit Record(std::span<const boost::json::value* const> resources);

  // In the bundle's order.
  const List& of(const events::fhir::Type* type) const;

 private:
  void add(const boost::json::value& resource);

  std::unordered_map<const events::fhir::Type*, List> by_type_;
};

// Is `resource` of the profile that a retrieve's templateId names? ELM's types are FHIR's, so this
// alone tells what was done from what was not (CLINICAL: quality measures). By meta.profile if it
// names one of QI-Core; else by structure: doNotPerform or a status not-done (of an Observation
// cancelled) is negation, LOINC tells the vital signs. Measured on the deck, not read off QI-Core.
bool fits_profile(const Element& resource, std::string_view template_id);

}  // namespace projections::quality
