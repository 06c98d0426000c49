// What all searches end with: the Bundle of one page, with its links.
#pragma once

#include <functional>

#include "query/fhir/bundle.h"
#include "query/fhir/page.h"
#include "query/fhir/reader.h"
#include "query/fhir/scan.h"

namespace query::fhir {

// The path of a search's links: POST _search is read on by GET.
std::string search_path(const ops::http::Request& request);

struct SearchAnswer {
  events::ResourceType type{};
  const Page& page;
  const std::vector<Found>& found;  // in order, at most a page
  bool more = false;
  std::optional<std::uint64_t> total;
  const std::vector<events::Error>& warnings;
  const std::vector<Include>& includes;
};

// Opens the documents of the page. A resource that was amended since the rows were seen
// is answered as the rows had it.
Result<std::string> searchset(Reader& reader, const ops::http::Request& request,
                              const SearchAnswer& answer);

}  // namespace query::fhir
