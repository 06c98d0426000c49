// One import, from its first line, or from where an earlier process left it, to the manifest.
#pragma once

#include <string>

#include "ingest/bulk/chunk_import.h"
#include "ingest/routes.h"
#include "ops/http/jobs.h"

namespace ingest::bulk {

// What all imports of a node share; outlives them.
struct ImportServices {
  const Dependencies& dependencies;
  const fhir::Environment& environment;
  Metrics& metrics;
  WorkRoom& room;
  SourceRules sources;
};

// `files_url`: of the job's files, without a slash. A source that cannot be read, or has changed,
// is told in its refusals, and the next one is read. Comes back soon once the run is stopped;
// unavailable: that, or the job's folder cannot be written.
events::Result<std::string> run_import(const ImportServices& services, ops::http::JobRun& run,
                                       const std::string& id, const ImportJob& job,
                                       const std::string& files_url);

// The file of refusals of an input, as the manifest names it; and back.
std::string refusals_name(std::size_t input);
std::optional<std::size_t> input_of_refusals(std::string_view name);

}  // namespace ingest::bulk
