// Small parts of FHIR JSON as it is written for a transaction.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "projections/coded.h"

namespace query::reconciliation {

// Numbers as people write them (2.5, not 25E-1).
std::string text_of(const boost::json::value& value);

// Of a text that was written from an object; CHECKs that it was.
boost::json::object object_in(std::string_view text);

// A CodeableConcept.
boost::json::object concept_of(const projections::Coded& coded);

boost::json::object text_concept(const std::string& text);
boost::json::object reference_to(const std::string& text);

// A list of one, whatever braces would mean.
boost::json::array one(boost::json::value item);

std::string base64(std::string_view bytes);  // RFC 4648

}  // namespace query::reconciliation
