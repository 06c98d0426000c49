// What a search request asks for, parsed once: criteria, order, page.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/fhir/criteria.h"
#include "query/fhir/include.h"
#include "query/fhir/page.h"

namespace query::fhir {

struct SortRule {
  const Parameter* parameter = nullptr;  // by date, by text or by code
  bool descending = false;
};

// `patient.identifier=…`, `requester:Practitioner.name=…`: what the reference leads to meets
// a search of its own. `_has:Observation:patient:code=…`: some resource that refers to this
// one does. Resolved before the search runs, see chain.h.
struct Chain {
  std::string name;                      // as written
  const Parameter* parameter = nullptr;  // the reference
  std::string parameter_name;
  std::optional<events::ResourceType> type;  // of the target; of _has: who refers
  bool reverse = false;                      // _has
  std::string inner_name, inner_value;
};

// Resources that a chain leads to: some reference must be in it.
struct ReferenceSet {
  const Parameter* parameter = nullptr;
  std::map<events::ResourceType, std::set<std::string, std::less<>>> ids;
  std::set<events::StreamKey> streams;  // theirs
  bool leads_into_directory = true;     // all of them are of the directory's types
  bool stays_with_patients = true;      // all of them lie in streams of patients
  std::size_t size() const;
  bool has(events::ResourceType target, std::string_view id) const;
};

struct SearchQuery {
  const TypeParameters* table = nullptr;
  bool earlier = false;               // of an earlier moment: the ledger proposes nothing
  std::vector<std::string> patients;  // ids; empty: all
  std::vector<std::string> ids;       // of the first _id, where no patient is named
  std::vector<Criterion> criteria;    // patients' own included
  std::vector<Chain> chains;          // not resolved yet
  std::vector<ReferenceSet> reference_sets;
  std::optional<std::set<std::string>> only_ids;  // what _has leaves
  std::vector<Include> includes;
  std::vector<SortRule> sort;  // empty: as the chart lies, newest first
  Page page;
  std::vector<events::Error> warnings;  // what lenient handling ignored
};

struct SearchInput {
  std::string_view type;
  const QueryParameters& parameters;
  CriteriaContext context;
  bool lenient = false;         // Prefer: handling=lenient
  std::string_view as_of = {};  // `_asOf` as written: for the links
};

// `parameter[:Type].inner` and `_has:Type:parameter:inner`; nothing for another name.
// invalid: one that leads nowhere.
Result<std::optional<Chain>> parse_chain(events::ResourceType type, const std::string& name,
                                         const std::string& value);

// _sort=-date,code: rules by date, string and token parameters of the query's table.
Status add_sort(SearchQuery& query, std::string_view value);

// unsupported for what would answer another question if it were ignored: asOf, _filter …
Status refuse_unbuilt(std::string_view name);

// invalid, unsupported: the first fault, naming parameter, value and remedy.
Result<SearchQuery> parse_search(const TypeParameters& table, const SearchInput& input);

}  // namespace query::fhir
