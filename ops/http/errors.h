// Refusals that have no ErrorCode of their own, because only HTTP knows them:
// 405, 408, 417, 431, 500 … The table of error codes is in errors.cc, its
// functions are declared in http.h.
#pragma once

#include <string>
#include <string_view>

#include "ops/http/http.h"

namespace ops::http {

// In the form wanted; CHECKs that errors.cc has a title for `status`.
Response refusal(int status, std::string_view detail, ErrorForm form);

// The code that is answered with this status; invalid for others below 500, corrupt above.
events::ErrorCode code_of(int status);

// Paths without a route have no form of their own: OperationOutcome under /fhir, else problem.
ErrorForm form_of(std::string_view path);

// Names the request in a problem document ("instance"); other responses stay as they are.
void name_instance(Response& response, std::string_view request_id);

}  // namespace ops::http
