// What a commit's body must hold to before it is sealed and after it is opened,
// so that acceptance and projections trust what they read.
#pragma once

#include <string_view>

#include "events/ids.h"
#include "events/secrets.h"

namespace events {

namespace schema {
struct Body;
}

// Verifies the FlatBuffer with every event's facts nested in it, that the stream's name
// is the one behind `stream`, and that each event is whole: a known action and type, a
// FHIR id, a document below `documents` and facts unless it removes. corrupt says what
// is not so. The result points into `bytes`.
Result<const schema::Body*> verify_body(std::string_view bytes, const Secret& log_secret,
                                        const StreamKey& stream, std::size_t documents);

}  // namespace events
