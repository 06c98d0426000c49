// Which accesses a request asks for: parameters shared by the routes of the audit.
#pragma once

#include "events/clinical_time.h"
#include "query/access/audit_source.h"

namespace query::access {

inline constexpr std::size_t accesses_default = 50;
inline constexpr std::size_t accesses_max = 1000;

ops::http::ParameterText patient_text(bool required);
ops::http::ParameterText agent_text(bool required);
std::vector<ops::http::ParameterText> span_text();    // from, to
std::vector<ops::http::ParameterText> paging_text();  // _count, _cursor
ops::http::ParameterText form_text();                 // format

// patient, agent, from, to, purpose, outcome, _count and _cursor, as far as they are given.
// invalid: names parameter, value and remedy.
events::Result<AccessQuestion> read_question(const ops::http::Request& request);

// `_cursor` of the page after this one.
std::string cursor_of(const ops::http::Request& request, const projections::access::Place& place);

// Parameter `name` as a day (UTC) or an instant with zone; nothing: it is not given.
events::Result<std::optional<events::ClinicalTime>> time_parameter(
    const ops::http::Request& request, std::string_view name);

enum class Form { json, csv, html };
events::Result<Form> read_form(const ops::http::Request& request);

// success, refused (4xx), failed (5xx).
std::string_view outcome_of(const events::access::Entry& entry);

}  // namespace query::access
