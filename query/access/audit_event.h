// An access as FHIR R4 AuditEvent. What a successful read or search by REST left follows IHE BALP
// 1.1.3 (profiles.ihe.net/ITI/BALP: IHE.BasicAudit.Read, .Query, .PatientRead, .PatientQuery) and
// says so in meta.profile; one about several patients is one AuditEvent with all of them, where
// BALP would have one each.
#pragma once

#include <string>

#include "query/access/audit_source.h"

namespace query::access {

std::string audit_event(const Access& access, std::string_view base_url);

}  // namespace query::access
