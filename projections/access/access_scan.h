// Entries found by the rows of the access index.
#pragma once

#include "projections/access/access_model.h"

namespace projections::access {

// From its copy, or from the log. Nothing: there is no such row.
Result<std::optional<events::access::Record>> record_at(const RowView& rows, events::EventLog& log,
                                                        const events::Secrets& secrets,
                                                        const RecordPlace& place);
Result<AccessPage> find_accesses(const RowView& rows, events::EventLog& log,
                                 const events::Secrets& secrets, const AccessQuestion& question);
Result<std::optional<Access>> access_at(const RowView& rows, events::EventLog& log,
                                        const events::Secrets& secrets, const Place& place);

}  // namespace projections::access
