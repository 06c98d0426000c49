#include "query/routes.h"

namespace query {

void add_query_routes(ops::http::Router&, const Sources&) {}

}  // namespace query
