// What an answer shows, noted for the access log (ops/auth/access.h). Documents are opened for
// answers here and, of this folder, else only where tests/tidy_test.cc says why, so none is shown
// unnoted.
#pragma once

#include <string>
#include <string_view>

#include "query/read_context.h"

namespace query {

// A version of a resource, whose patients are those that its facts name, else whose stream it is.
void note_version(const Sources& sources, const events::StreamKey& stream,
                  events::ResourceType type, std::string_view id,
                  const projections::VersionRow& row);

// Its document as FHIR answers it; as received. Noted if it opens.
events::Result<std::string> show_document(const Sources& sources, const events::StreamKey& stream,
                                          events::ResourceType type, std::string_view id,
                                          const projections::VersionRow& row);
events::Result<std::string> show_raw_document(const Sources& sources,
                                              const events::StreamKey& stream,
                                              events::ResourceType type, std::string_view id,
                                              const projections::VersionRow& row);

// `Patient/<id>` → id; empty for other streams.
std::string_view patient_of_stream(std::string_view stream_name);

}  // namespace query
