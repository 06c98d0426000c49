// Which Tasks of a record are requests to amend it: deleted ones too, so that none is lost by a
// deletion. One whose newest content has another code is none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/access/versioned_reference.h"
#include "query/read_context.h"

namespace query::access {

// By its code; a deletion says nothing.
bool is_amendment(const projections::VersionRow& row);

// Their ids, the newest first; `about`: those that refer to that resource, of which its focus may
// be another.
events::Result<std::vector<std::string>> amendment_ids(
    const PatientRead& read, const std::optional<VersionedReference>& about);

}  // namespace query::access
