// A batch Bundle: each entry by itself, each a commit of its own.
#pragma once

#include <string>
#include <vector>

#include "ingest/fhir/answers.h"
#include "ingest/fhir/settle.h"

namespace ingest::fhir {

// One answer for each entry, as JSON. Entries are appended in groups without waiting for
// one another. An entry whose conditional references lead nowhere yet waits until those
// before it are judged, and is tried again as long as that gets anywhere.
std::vector<std::string> run_batch(const RequestContext& context, const json::Value& bundle,
                                   Preferences::Return what, Intake& intake, Metrics& metrics);

}  // namespace ingest::fhir
