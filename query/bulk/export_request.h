// What an $export asks for (Bulk Data Access IG 2.0.0, export.html, query parameters), parsed
// once: from a URL, or from the Parameters of a POST.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ops/http/http.h"
#include "query/fhir/search_query.h"

namespace query::bulk {

using events::Result;
using events::Status;

struct ExportRequest {
  enum class Level { system, patient, group } level = Level::system;
  std::string group;                     // its id
  std::string url;                       // as asked
  std::set<events::ResourceType> types;  // empty: all
  // _typeFilter: a resource of that type must meet one of them.
  std::map<events::ResourceType, std::vector<fhir::SearchQuery>> filters;
  std::optional<events::KnownTime> since;
  std::optional<events::PositionToken> since_position;
  std::optional<events::KnownTime> until;  // as it was known just before
  std::optional<fhir::Subset> elements;
  std::optional<std::vector<std::string>> patients;  // ids; of POST only
  std::vector<events::Error> ignored;  // what lenient handling left out, told in the error file

  bool wants(events::ResourceType type) const { return types.empty() || types.contains(type); }
  bool is_incremental() const { return since || since_position; }
};

// `now`: for `ap` in _typeFilter. invalid, unsupported: names parameter, value and remedy.
Result<ExportRequest> parse_export(const ops::http::Request& request, ExportRequest::Level level,
                                   events::KnownTime now);

}  // namespace query::bulk
