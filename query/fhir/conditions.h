// What the criteria of a conditional write lead to: a search without a page.
#pragma once

#include <string_view>
#include <vector>

#include "events/lookup.h"
#include "query/read_context.h"

namespace query::fhir {

// Resources of the type that meet all criteria (`code=x&patient=1`, encoded or not), two at
// most, each with its stream's version in the very rows that it was found in. The principal must
// be allowed to search for them. invalid: none, or one of those that only shape an answer
// (_count, _sort, _include …); as a search refuses them otherwise, never leniently. unavailable:
// a part of the rows waits for repair, so that an absence could not be believed.
events::Result<std::vector<events::Matched>> find_matching(const Sources& sources,
                                                           const ops::auth::Principal& principal,
                                                           std::string_view base_url,
                                                           events::ResourceType type,
                                                           std::string_view criteria);

}  // namespace query::fhir
