// What a request says about the answer's form: Accept, _format, Prefer.
#pragma once

#include <optional>

#include "events/ids.h"
#include "ops/http/http.h"

namespace query::fhir {

// 406 with an OperationOutcome if the client takes only what we do not write (XML, Turtle).
std::optional<ops::http::Response> refuse_format(const ops::http::Request& request);
// Prefer: handling=lenient
bool is_lenient(const ops::http::Request& request);
// W/"3" of If-None-Match or a list with it, or `*`.
bool names_version(std::string_view if_none_match, std::uint64_t version);
// Mon, 10 Jun 2024 08:30:00 GMT (RFC 9110, 5.6.7)
std::string http_date(events::KnownTime time);

}  // namespace query::fhir
