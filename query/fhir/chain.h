// Resolves chains: searches what they lead to, and leaves of each a set that the search
// itself only has to look into.
#pragma once

#include "query/fhir/reader.h"
#include "query/fhir/search_query.h"

namespace query::fhir {

// A chain that leads to more resources than this is refused: the set is held in memory.
inline constexpr std::size_t chain_targets_max = 100'000;

// Whose question it is, and what its values are read by.
struct ChainContext {
  const ops::http::Request& request;
  CriteriaContext criteria;
};

// Fills reference_sets and only_ids. invalid names the chain whose parameter is none;
// unprocessable: one that leads to too many.
Status resolve_chains(Reader& reader, const ChainContext& context, SearchQuery& query);

// The ids of Patients that all chains leave, for a search of Patient; nothing: no chain.
Result<std::optional<std::set<std::string>>> patients_of_chains(Reader& reader,
                                                                const ChainContext& context,
                                                                const std::vector<Chain>& chains);

}  // namespace query::fhir
