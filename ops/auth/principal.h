// Who asks, and the one function that every read, write and feed passes.
#pragma once

#include <string>
#include <string_view>

#include "events/result.h"

namespace ops::auth {

struct Principal {
  std::string subject;  // identity at its issuer; "anonymous" without authentication
  std::string issuer;
  std::string role;
  std::string site;
  std::string purpose;  // HL7 v3 PurposeOfUse, e.g. TREAT
};

enum class Access { read, search, create, update, remove, feed, operate };

struct Question {
  Access access = Access::read;
  std::string_view resource_type;  // FHIR type, or the route's word (charts, live, raw …)
  std::string_view patient;        // id, empty if none or many
};

// Allows all for now; scopes, consent and the access log are put in here.
events::Status permit(const Principal& principal, const Question& question);

}  // namespace ops::auth
