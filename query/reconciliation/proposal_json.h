// A proposal as JSON, and the routes that answer it.
#pragma once

#include <memory>

#include "query/knowledge_of.h"
#include "query/patient_answer.h"
#include "query/reconciliation/proposal.h"

namespace query::reconciliation {

inline constexpr std::string_view notice =
    "which drugs are one, what differs and what is to be decided are not clinically reviewed";

// The patient's rows and the list from outside as they stand in `read`.
events::Result<Proposal> proposal_of(const PatientRead& read, const OutsideList& outside,
                                     const projections::knowledge::Knowledge& known,
                                     std::string_view here);
// Of the Patient, to compare with a list from outside; empty: not recorded.
events::Result<std::string> birth_date_of(const PatientRead& read);

// `sources` outlives the router.
void add_proposal_routes(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge);

}  // namespace query::reconciliation
