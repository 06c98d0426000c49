// From the writes of a request to one commit for each stream that they change: identities, streams,
// references, typed fields. What the edge can know is decided here and written into the commit;
// acceptance judges the rest in log order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/ids.h"
#include "ingest/fhir/document.h"
#include "ingest/fhir/request.h"
#include "ingest/fhir/write.h"
#include "ingest/intake.h"

namespace ingest::fhir {

// What becomes of one write.
struct PlannedWrite {
  enum class Fate {
    event,    // event number `event` of the commit of stream number `stream`
    matched,  // If-None-Exist found it here: nothing is written
    same,     // creates the same as the earlier write `same_as` with an equal If-None-Exist
    absent,   // a delete of what is not there
  };
  events::ResourceType type{};
  events::ResourceId id;
  Fate fate = Fate::event;
  std::size_t event = 0;
  std::size_t stream = 0;
  std::size_t same_as = 0;
  events::Version version;    // matched
  std::string path;           // where messages point
  validation::Issues issues;  // of a resource that validation lets pass
  // Only with RequestContext::keep_documents:
  std::string_view document;
  std::vector<Splice> splices;
};

struct Plan {
  std::optional<Submission> submission;  // nothing: there is nothing to write, or `together`
  std::vector<Submission> together;      // of several streams: all become true, or none
  std::vector<PlannedWrite> writes;      // one for each write, in order
  std::vector<std::shared_ptr<const MadeDocument>> made;  // what documents may point into
  // Rests on what was looked at: acceptance may find it stale, and who waits plans again.
  bool may_go_stale = false;
};

// All that is wrong with the request, at least one; the first decides the answer's status.
using Refusals = std::vector<events::Error>;

// The writes of a stream are one commit. `commit_ordinal` and the context's key name
// it; `request` is the digest of what was asked. The documents that the writes point
// into outlive the submission.
tl::expected<Plan, Refusals> plan(const RequestContext& context, const std::vector<Write>& writes,
                                  std::uint64_t commit_ordinal, const events::Digest16& request);

}  // namespace ingest::fhir
