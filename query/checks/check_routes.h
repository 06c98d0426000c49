// GET and POST /charts/{patient}/medications/$check.
#pragma once

#include "query/checks/alert_record.h"
#include "query/checks/checks.h"
#include "query/json_writer.h"

namespace query::checks {

// `sources` and `checks` outlive the router. By `write` a POST's cards are recorded as shown.
void add_check_routes(ops::http::Router& router, const Sources& sources, const Checks& checks,
                      WriteFhir write = {});

// {"uuid"?,"rule","tier","kind","summary","detail","source","rests_on",…}
void write_card(const Card& card, JsonWriter& json, std::string_view uuid = {});
// "notice", "not_checked" and, if there is any, "knowledge", as members.
void write_frame(const Answer& answer, JsonWriter& json);
// A request's body as JSON; invalid if it is none.
events::Result<boost::json::value> read_json(const ops::http::Request& request);

}  // namespace query::checks
