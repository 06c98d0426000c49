// What a search request asks for, parsed once: criteria, order, page.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/fhir/criteria.h"
#include "query/fhir/page.h"

namespace query::fhir {

struct SortRule {
  const Parameter* parameter = nullptr;  // a date parameter, `_id` or `_lastUpdated`
  bool descending = false;
};

struct SearchQuery {
  const TypeParameters* table = nullptr;
  std::vector<std::string> patients;  // ids; empty: the directory, or the resources of `ids`
  std::vector<std::string> ids;       // of the first _id, where no patient is named
  std::vector<Criterion> criteria;    // patients' own included
  std::vector<SortRule> sort;         // empty: as the chart lies, newest first
  Page page;
  std::vector<events::Error> warnings;  // what lenient handling ignored
};

struct SearchInput {
  std::string_view type;
  const QueryParameters& parameters;
  CriteriaContext context;
  bool lenient = false;  // Prefer: handling=lenient
};

// invalid, unsupported: the first fault, naming parameter, value and remedy.
Result<SearchQuery> parse_search(const TypeParameters& table, const SearchInput& input);

}  // namespace query::fhir
