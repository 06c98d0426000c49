// One export, from the rows of a snapshot to files.
//
// Whole: every stream's newest versions, in one pass over the rows. Incremental: the changes
// since a position, in the log's order; a resource is taken at the last of its changes, so each
// is there once without a list of what was there. `_since` and `_until` are positions too: known
// times rise with offsets. A resource deleted since is told if it was there then and is nowhere
// now.
#pragma once

#include <vector>

#include "ops/auth/access.h"
#include "query/bulk/export_files.h"
#include "query/bulk/scope.h"

namespace query::bulk {

// For whom it is, and where it is put down what the files hold.
struct ExportRecipient {
  ops::auth::Principal who;
  std::string request_id;
  ops::auth::RecordAccess record;
};

struct ExportPlan {
  ExportRequest request;
  Snapshot snapshot;
  Scope scope;
  std::vector<events::Offset> from;     // by partition; empty: whole
  std::vector<events::Offset> to;       // by partition: what lies before; empty: all
  std::vector<events::Error> warnings;  // for the error file
  ExportRecipient recipient = {};
};

// invalid: a position that is not of this log or is beyond its end; errors of Scope::of and
// take_snapshot.
Result<ExportPlan> plan_export(const Sources& sources, ExportRequest request);

// The manifest. `files_url`: of the job's files. Comes back soon once the run is stopped.
// unavailable: what is in the files could not be recorded.
Result<std::string> run_export(const Sources& sources, const ExportPlan& plan,
                               ops::http::JobRun& run, const std::string& files_url);

}  // namespace query::bulk
