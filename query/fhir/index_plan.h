// Which rows of the search index a query reads: the fewest that surely hold all its matches.
#pragma once

#include <array>
#include <vector>

#include "projections/search_index.h"
#include "query/fhir/search_query.h"

namespace query::fhir {

struct IndexPlan {
  std::vector<projections::IndexTerm> terms;      // any of them
  std::array<projections::IndexSpan, 2> spans{};  // within a day, longer
};
IndexPlan plan_index(const SearchQuery& query);
// The spans alone: where the main dates of all matches begin.
std::array<projections::IndexSpan, 2> plan_spans(const SearchQuery& query);

}  // namespace query::fhir
