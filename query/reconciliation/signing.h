// From decisions to what is written: one FHIR transaction, which becomes one commit of the
// patient's record or nothing at all.
//
// - MedicationRequests and MedicationStatements in force are patched (R4, http.html#patch: JSON
//   Patch in a Binary), so that no element is lost, each by If-Match and a test of its subject;
// - what the record does not have becomes a MedicationStatement that names what it comes from;
// - a List (mode snapshot, SNOMED CT 430193006 and LOINC 10160-0) has one entry for each resource
//   decided about, with the version that holds afterwards and the decision as its flag;
// - a Provenance names who signed and all that was changed.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "query/reconciliation/coverage.h"

namespace query::reconciliation {

inline constexpr std::string_view decision_system = "urn:chartlog:reconciliation-decision";
inline constexpr std::string_view reconciliation_system = "urn:chartlog:reconciliation";

// What is the same for all of its resources.
struct Signature {
  std::string patient;
  std::string who;   // a Reference, as JSON
  std::string date;  // instant
  std::string key;   // the List's identifier: names the request
  std::vector<std::string> notes;
};

// A resource as FHIR answers it now.
using DocumentOf =
    std::function<events::Result<boost::json::value>(events::ResourceType, std::string_view id)>;

// The transaction, as JSON. unprocessable: a change of several resources at once, or of what
// has that dose already. Decisions and cells have the same order.
events::Result<std::string> transaction_of(const Signature& signature,
                                           const std::vector<LineDecision>& decisions,
                                           const Cells& cells, const OutsideList& outside,
                                           const DocumentOf& document_of);

}  // namespace query::reconciliation
