// POST /fhir/{type}/{id}/$move: a resource that lies in the wrong patient's record.
#pragma once

#include <string>
#include <vector>

#include "ingest/fhir/plan.h"

namespace ingest::fhir {

struct Move {
  events::ResourceType type{};
  events::ResourceId id;
  events::ResourceId patient;  // whose it becomes
  std::string reason;          // may be empty
  std::uint64_t if_match = 0;
};

// Parameters: `patient` (valueReference to a Patient here), optional `reason` (valueString).
// invalid names what does not fit.
events::Result<Move> read_move(events::ResourceType type, std::string_view id,
                               const json::Value& parameters);

// One transaction over both records: a new resource in the other patient's, the old one deleted,
// and a Provenance beside the new one that names the version it came from and the reason. The new
// one has an id of its own: versions count within a record, and an If-Match that was meant for
// the old patient's version must not hit the new one's. A repeat of a move that was accepted
// plans the same again. Errors: 404, 410; unprocessable: of no single patient, no such patient,
// or there already; precondition_failed.
tl::expected<Plan, Refusals> plan_move(const RequestContext& context, const Move& move,
                                       const events::Digest16& request);

}  // namespace ingest::fhir
