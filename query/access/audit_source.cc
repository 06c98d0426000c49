#include "query/access/audit_source.h"

namespace query::access {

events::Status AuditSource::catch_up() const {
  const auto deadline = std::chrono::steady_clock::now() + sources.position_wait_max;
  if (auto written = flush(deadline); !written) return written;
  return model.reach_end(deadline);
}

events::Status begin_audit(const AuditSource& audit, const ops::http::Request& request,
                           std::string_view patient,
                           const std::vector<ops::http::ParameterText>& parameters) {
  const ops::auth::Question question{ops::auth::Access::read, "audit", patient};
  if (auto begun = begin_read(audit.sources, request, question, names_of(parameters)); !begun)
    return begun;
  return audit.catch_up();
}

std::string position_of(const AuditSource& audit) {
  return events::PositionToken(audit.sources.log_id).text();
}

}  // namespace query::access
