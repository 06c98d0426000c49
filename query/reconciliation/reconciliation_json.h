// Signed reconciliations as JSON, and the routes that list and show them.
#pragma once

#include "ops/http/http.h"
#include "query/json_writer.h"
#include "query/names.h"
#include "query/reconciliation/signed_list.h"

namespace query::reconciliation {

// {"list","date","by", …, "decisions":[{"line","decision","said"?,"resource"?,"display"?}]}
void write_reconciliation(const SignedList& list, Names& names, JsonWriter& json);

// `sources` outlives the router.
void add_signed_routes(ops::http::Router& router, const Sources& sources);

}  // namespace query::reconciliation
