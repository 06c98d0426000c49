// A page of the patients behind a figure, in the order of their keys: GET
// /measures/{measure}/patients.
#pragma once

#include "query/measures/reading.h"

namespace query::measures {

inline constexpr std::size_t members_default = 50, members_max = 500;

// forbidden: to whom only figures are shown.
events::Result<ops::http::Response> member_page(const Reading& reading,
                                                const ops::http::Request& request);

}  // namespace query::measures
