// What a write answers: as one response, or as an entry of a response Bundle.
#pragma once

#include <string>
#include <string_view>

#include "ingest/fhir/settle.h"
#include "ops/http/http.h"

namespace ingest::fhir {

// Prefer: (RFC 7240; FHIR R4, http.html#ops).
struct Preferences {
  enum class Return { minimal, representation, operation_outcome } what = Return::representation;
  bool respond_async = false;
};
Preferences preferences_of(const ops::http::Request& request, Preferences::Return otherwise);

int status_of(const WriteOutcome& outcome);       // 201, 200, 204
std::string entity_tag(events::Version version);  // W/"3"
std::string http_date(events::KnownTime time);    // Mon, 23 Nov 2026 22:45:00 GMT

// {"response":{"status":…,"location":…,"etag":…,"lastModified":…,"outcome":…}}
// With what the sender prefers: the resource beside it (`read`; none of one deleted), or an
// OperationOutcome in it. `issues`: an OperationOutcome with what validation let pass, or empty;
// it is there whatever is preferred.
std::string entry_json(const WriteOutcome& outcome, Preferences::Return what,
                       const ReadVersion& read, std::string_view issues = {});
// What `return=OperationOutcome` says of a write that was done.
std::string done_outcome(const WriteOutcome& outcome);
std::string entry_json(const Failure& failure);
// What validation let pass, as an OperationOutcome; empty if nothing was found.
std::string issues_of(const PlannedWrite& write);
// `kind`: transaction-response, batch-response.
std::string bundle_json(std::string_view kind, const std::vector<std::string>& entries);

// Chartlog-Commit and Chartlog-Position.
// Of several streams: the first one's commit, the positions of all.
void name_commit(ops::http::Response& response, const Settled& settled, const events::LogId& log);
// 202: durable, not judged.
ops::http::Response accepted_response(const events::CommitId& commit, const std::string& base_url);

}  // namespace ingest::fhir
