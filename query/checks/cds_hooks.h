// CDS Hooks 2.0: GET /cds-services, POST /cds-services/{service}, …/feedback.
//
// Everything is read from this node's own rows: prefetch and fhirServer are not needed and not
// looked at. 404 unknown service, 400 a body that is none, 412 a patient of whom nothing is
// known (the specification: the data cannot be had), 422 a draft of another patient.
#pragma once

#include "query/checks/alert_record.h"
#include "query/checks/checks.h"

namespace query::checks {

// `sources` and `checks` outlive the router. By `write` the cards of order-sign are recorded as
// shown, and what feedback says of them.
void add_cds_hooks(ops::http::Router& router, const Sources& sources, const Checks& checks,
                   WriteFhir write = {});

// The same for the same card of the same patient by the same knowledge, about the same doses, so
// that feedback about it finds it again: RFC 9562, version 5.
std::string uuid_of(const Card& card, std::string_view patient, std::string_view digest);

}  // namespace query::checks
