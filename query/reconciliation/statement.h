// The MedicationStatement that a decision becomes where the record has nothing to change.
#pragma once

#include "query/reconciliation/signing.h"

namespace query::reconciliation {

// Of who signs, with the drug and dose of what was decided about, and what it is derived from.
// `status`: R4, MedicationStatement.status.
events::Result<boost::json::object> statement_of(
    const Signature& signature, const LineDecision& decision, const std::vector<Decided>& cells,
    const OutsideList& outside, const DocumentOf& document_of, std::string_view status);

}  // namespace query::reconciliation
