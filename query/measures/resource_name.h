// What people call a resource: its code's own text, else the first display. Empty where it has
// none.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace query::measures {

std::string name_of(const boost::json::value& resource);

}  // namespace query::measures
