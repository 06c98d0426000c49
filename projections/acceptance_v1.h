// Rule 1, see acceptance.h and projections/README.md. Never changed once a log has it.
#pragma once

#include "projections/acceptance.h"

namespace projections {

Result<Decision> judge_v1(const events::RecordHeader& header, const events::schema::Body& body,
                          const StreamLedger& ledger, const Moment& moment, Stage stage);

}  // namespace projections
