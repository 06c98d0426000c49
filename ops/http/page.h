// HTML answers: one policy for all of them, so that no page runs or loads what is not ours.
#pragma once

#include <string>
#include <string_view>

#include "ops/http/http.h"

namespace ops::http {

// No script, style, font or request but to this node; no frame, no form, no plugin. What a page
// sets on an element it sets from a script (CSSOM), for inline styles are refused.
inline constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'";

// Where pages that are written in C++ have their style (query/web).
inline constexpr std::string_view report_style_path = "/assets/report.css";

// text/html with that policy, nosniff and no referrer.
Response page_response(std::string html);
// The beginning of such a page up to and with <body>; `title` is text, not HTML.
std::string page_head(std::string_view title);
// `text` with &, <, > and " escaped.
std::string html_text(std::string_view text);

}  // namespace ops::http
