// A drafted resource's JSON as typed fields, so that a draft and a recorded order are read
// by the same function. Only what a check looks at; what has a wrong type is as if absent.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

namespace query::checks {

// Empty if it is not there or no text.
std::string_view text_in(const boost::json::value& object, std::string_view name);
// nullptr if there is none.
const boost::json::value* member_of(const boost::json::value& object, std::string_view name);
const boost::json::array* list_in(const boost::json::value& object, std::string_view name);

// Finished schema::Facts of a MedicationRequest or a Medication.
std::string request_facts(const boost::json::value& request);
std::string medication_facts(const boost::json::value& medication);

}  // namespace query::checks
