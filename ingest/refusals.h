// Where a refusal becomes an answer. What the edge refuses (`Refusals`), what the door
// says of the log, and what acceptance decided all end here, are counted here, and get
// their status from the one table in ops/http/errors.cc.
#pragma once

#include <optional>
#include <vector>

#include "events/ids.h"
#include "events/outcome.h"
#include "ingest/metrics.h"
#include "ops/http/http.h"

namespace ingest {

struct Failure {
  std::vector<events::Error> errors;       // at least one; the first decides the status
  std::optional<events::CommitId> commit;  // once it is on the log, or may be
  std::optional<events::Position> position;
  bool later = false;  // the same request may succeed in a moment
};

// The refusal of acceptance, with events[i] said as the place in the request.
// `paths[i]`: where event i came from.
events::Error refusal_of(const events::Outcome& outcome, const std::vector<std::string>& paths);

// OperationOutcome with Chartlog-Commit and Chartlog-Position where there are any.
ops::http::Response answer(const Failure& failure, const events::LogId& log, Metrics& metrics);

}  // namespace ingest
