// What a request brings to be checked: drafted orders of drugs and of tests, from FHIR JSON.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "query/checks/chart_facts.h"

namespace query::checks {

inline constexpr std::size_t drafts_max = 200;

struct DrugDraft {
  std::string label;  // "MedicationRequest/m1"; without an id its place, "Bundle.entry[2]"
  knowledge::DrugFact fact;
  std::string prescriber;  // "Practitioner/1" or a name; empty: not known
};
struct TestDraft {
  std::string label;
  std::string shown;
  std::vector<std::string> loinc;
};
struct Basket {
  std::vector<DrugDraft> drugs;
  std::vector<TestDraft> tests;
  std::vector<Redrafted> redrafted;      // MedicationRequests by their ids
  std::vector<Amendment> amendments;     // what else is written with them
  std::vector<std::string> not_checked;  // sentences
};

// A MedicationRequest, a ServiceRequest, a Bundle or Parameters that have them. A
// medicationReference may lead to a contained resource, into the Bundle, to the patient's own
// stream or to the directory. invalid: not such a body; unprocessable: a draft is of another
// patient, or there are more than drafts_max. Other kinds of orders are said in not_checked.
events::Result<Basket> read_basket(const boost::json::value& body, std::string_view patient,
                                   const MedicationFinder& finder);

// The one who orders, if all drafts are of one; else empty.
std::string prescriber_of(const Basket& basket);

}  // namespace query::checks
