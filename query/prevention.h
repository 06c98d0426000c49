// GET /charts/{patient}/prevention: where a patient stands with vaccines and screenings on a day.
#pragma once

#include "ops/http/http.h"
#include "projections/prevention/facts.h"
#include "query/read_context.h"

namespace query {

// The day of parameter `on`; today (UTC) if not given; invalid if it is none.
events::Result<projections::immunization::Day> asked_day(const ops::http::Request& request);
ops::http::ParameterText day_text();  // the same, as a route says it

// on: YYYY-MM-DD, the day (UTC) of asking if not given; `at` means the same. The record is read as
// it stands, or as it was known at `asOf`, whose last day is the day then; what it dates after the
// day is not looked at. Schedule and rules are those of the program. `sources` and what `rules`
// names outlive the router.
void add_prevention_routes(ops::http::Router& router, const Sources& sources,
                           const projections::PreventionRules& rules);

}  // namespace query
