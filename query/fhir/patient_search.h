// Patient?…: over all shards. _id, identifier, names and an equal birth date propose
// candidates by the patient directory, everything else is judged on their facts; in the
// order of folded names, birth date and id, unless _sort says another.
#pragma once

#include "projections/patient_directory.h"
#include "query/fhir/chain.h"
#include "query/fhir/search_query.h"
#include "query/fhir/searchset.h"

namespace query::fhir {

struct PatientSearchParameter {
  std::string_view name;
  ParameterKind kind;
};
std::span<const PatientSearchParameter> patient_search_parameters();

struct PatientSearch {
  projections::PatientQuery query;
  SearchQuery judged;  // its criteria and order: what the directory has no rows for
  std::vector<Chain> chains;
  std::vector<Include> includes;
  Page page;
  std::vector<events::Error> warnings;
};
Result<PatientSearch> parse_patient_search(const SearchInput& input);

// The id of each patient that is found, in no order; ends at the first error of `visit`.
Status each_patient(Reader& reader, const ChainContext& context, const PatientSearch& search,
                    const std::function<Status(const std::string& id)>& visit);

Result<std::string> search_patients(Reader& reader, const ops::http::Request& request,
                                    const SearchInput& input);

}  // namespace query::fhir
