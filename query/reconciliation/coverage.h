// Whether the decisions cover a proposal: each line that needs one has one, none has two.
#pragma once

#include "query/reconciliation/decisions.h"

namespace query::reconciliation {

// A cell that a decision names, and the row it stands in.
struct Decided {
  const Row* row;
  const Cell* cell;
};
// Of each decision its cells, in order. `proposal` outlives them.
using Cells = std::vector<std::vector<Decided>>;

// unprocessable: a resource in force or an outside line without a decision, one that two name, one
// that is none of the proposal's, a match by words that nobody confirmed, a decision that lacks
// what it needs; precondition_failed: another version than the record has now. The message names
// all of a kind.
events::Result<Cells> cells_of(const std::vector<LineDecision>& decisions,
                               const Proposal& proposal);

}  // namespace query::reconciliation
