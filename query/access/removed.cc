#include "query/access/removed.h"

#include <fmt/format.h>

#include "events/clinical_time.h"
#include "ops/http/http.h"

namespace query::access {

// The horizon is of the log's clock, the question of the entries' own.
events::Result<RemovedBefore> removed_in(const AuditSource& audit, const AccessQuestion& question,
                                         const AccessPage& page) {
  const auto horizon = audit.model.horizon();
  if (!horizon) return horizon.error();
  if (!*horizon) return RemovedBefore();
  const RemovedBefore before = (*horizon)->notice.before;
  if (question.from && *question.from >= *before + projections::access::clocks_differ_max)
    return RemovedBefore();
  if (page.accesses.empty() && question.to && *question.to <= *before) {
    return events::Error{
        events::ErrorCode::gone,
        removed_text(before) + " Nobody can tell from here who looked then; ask from that day on",
        {}};
  }
  return before;
}

events::Status refuse_removed(const AuditSource& audit, const projections::access::Place& place) {
  const auto horizon = audit.model.horizon();
  if (!horizon) return horizon.error();
  if (!*horizon || place.record.offset >= (*horizon)->notice.below) return {};
  return events::Error{events::ErrorCode::gone, removed_text((*horizon)->notice.before), {}};
}

void write_removed(const RemovedBefore& removed, JsonWriter& json) {
  if (removed) json.member("removed_before", events::format_instant(*removed));
}

std::string removed_text(const RemovedBefore& removed) {
  if (!removed) return {};
  return fmt::format("Accesses before {} are no longer kept.", events::format_instant(*removed));
}

std::string removed_outcome(const RemovedBefore& removed) {
  return fmt::format(
      R"({{"resourceType":"OperationOutcome","issue":[{{"severity":"warning","code":"incomplete",)"
      R"("diagnostics":{}}}]}})",
      ops::http::json_quote(removed_text(removed)));
}

}  // namespace query::access
