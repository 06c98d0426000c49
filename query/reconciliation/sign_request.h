// The body of a reconciliation that is to be signed.
#pragma once

#include "ops/http/http.h"
#include "query/read_context.h"
#include "query/reconciliation/decisions.h"

namespace query::reconciliation {

struct SignRequest {
  events::PositionToken position;  // of the proposal that the decisions rest on
  std::string who;                 // a Reference, as JSON
  std::string note;
  OutsideList outside;
  std::vector<LineDecision> decisions;
};

// invalid, unprocessable: names the member at fault. Who signs is `signed_by`, a reference to a
// Practitioner, PractitionerRole, Patient or Device, else the principal.
events::Result<SignRequest> read_sign_request(const ops::http::Request& request,
                                              std::string_view birth_date);

// JSON Schema of the body.
std::string sign_request_schema();

}  // namespace query::reconciliation
