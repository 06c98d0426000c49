// The Medication that an order, statement, dispense or administration refers to, as its commit has
// it: the edge copied the code of what it resolved (events/schema/clinical.fbs). So one of the
// directory, which lies in another stream, is in a patient's record as the medication list has it.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string>

#include "projections/versions.h"

namespace projections::measures {

struct ReferredMedication {
  std::string id;
  boost::json::value resource;  // a Medication of its id and code
};
// Null: it refers to none, or to one without a code.
std::shared_ptr<const ReferredMedication> referred_medication(events::ResourceType type,
                                                              const VersionRow& row);

}  // namespace projections::measures
