// What answers about accesses are made from, and what each does before it answers: everything
// that was recorded before it was asked is in the rows it reads.
#pragma once

#include <functional>
#include <string>

#include "projections/access/access_model.h"
#include "query/read_context.h"

namespace query::access {

using projections::access::Access;
using projections::access::AccessModel;
using projections::access::AccessPage;
using projections::access::AccessQuestion;

// All outlive the routes.
struct AuditSource {
  const Sources& sources;
  const AccessModel& model;
  // Until what this node has recorded is on the log (events/access/access_log.h).
  std::function<events::Status(std::chrono::steady_clock::time_point)> flush;
  std::string site;  // this node's

  // unavailable: not within position_wait_max.
  events::Status catch_up() const;
};

// begin_read for a route of the audit, then catch_up.
events::Status begin_audit(const AuditSource& audit, const ops::http::Request& request,
                           std::string_view patient,
                           const std::vector<ops::http::ParameterText>& parameters);

// Answers rest on no shard: a token that names no partition.
std::string position_of(const AuditSource& audit);

}  // namespace query::access
