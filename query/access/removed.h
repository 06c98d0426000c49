// What an answer must say of accesses that were older than their retention and are no longer on
// the log: that nobody is shown is not that nobody looked.
#pragma once

#include "query/access/audit_source.h"
#include "query/json_writer.h"

namespace query::access {

using RemovedBefore = std::optional<events::KnownTime>;

// Nothing: the question does not reach back to what went. gone: it asks for nothing else.
events::Result<RemovedBefore> removed_in(const AuditSource& audit, const AccessQuestion& question,
                                         const AccessPage& page);
// gone: an access of that place would have left the log.
events::Status refuse_removed(const AuditSource& audit, const projections::access::Place& place);
// `removed_before`, where there is one.
void write_removed(const RemovedBefore& removed, JsonWriter& json);
// `Accesses before 2020-01-01T00:00:00Z are no longer kept.`, or empty.
std::string removed_text(const RemovedBefore& removed);
// An OperationOutcome that warns of it, for a searchset.
std::string removed_outcome(const RemovedBefore& removed);

}  // namespace query::access
