// Conditional forms and patches, before anything is placed: what their criteria lead to and what
// a patch makes of the resource as it is. What was looked at is written down with its stream's
// version; acceptance refuses it as stale if the stream has moved on, and all is done again.
#pragma once

#include <vector>

#include "ingest/fhir/plan.h"

namespace ingest::fhir {

// R4, http.html: conditional update (#cond-update), delete, patch, create. One match is what the
// write is to; several are 412. None: an update creates, under the id of its body if it has one
// (409 if a resource of that id exists that the criteria do not meet: R5 says what R4 leaves
// open); a delete is done, as deleting what does not exist is (R4, #delete: 204), unless
// If-Match asks for a version (412); a patch is 404.
//
// Errors besides: what the search refuses, 400 for a body whose id is not the match's, 410 for a
// patch of what was deleted, what the patch says. A repeat of a request that was accepted passes
// whatever it finds now: acceptance gives the first answer.
tl::expected<std::vector<Write>, Refusals> settle_conditions(const RequestContext& context,
                                                             const std::vector<Write>& writes,
                                                             std::uint64_t commit_ordinal);

}  // namespace ingest::fhir
