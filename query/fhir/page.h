// Parameters that every search has, also those that no table describes (Patient, history,
// $everything): how many, from where on, how counted; and the links between pages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/result.h"
#include "query/fhir/subset.h"

namespace query::fhir {

using events::Result;
using events::Status;

using QueryParameters = std::vector<std::pair<std::string, std::string>>;  // decoded, in order

inline constexpr std::size_t count_default = 50;
inline constexpr std::size_t count_max = 1000;

struct Page {
  std::size_t count = count_default;
  bool count_only = false;  // _summary=count or _count=0: the total alone
  enum class Total { if_known, none, accurate } total = Total::if_known;
  std::optional<std::string> after;  // sort key of the last entry of the page before
  std::uint64_t fingerprint = 0;     // of type and parameters, without the page's own
  Subset subset;                     // _elements, _summary: what is shown of each resource
  QueryParameters used;              // what self and next links repeat
};

// Takes `name` if it is one of _count, _total, _summary, _elements, _format, _cursor; the
// cursor is resolved by finish(). False for other names.
class PageParser {
 public:
  Result<bool> take(const std::string& name, const std::string& value);
  // `query`: what the cursor must belong to, besides the parameters used.
  Result<Page> finish(std::string_view query, QueryParameters used) &&;

 private:
  Status once(const std::string& name);
  Page page_;
  std::optional<std::string> cursor_;
  std::vector<std::string> seen_;
};

// A URL of ours: base, path and parameters, encoded; `cursor` if there is a next page.
std::string link_to(std::string_view base_url, std::string_view path,
                    const QueryParameters& parameters,
                    const std::optional<std::string>& cursor = std::nullopt);
// application/x-www-form-urlencoded, of POST _search. invalid: a broken escape.
Result<QueryParameters> parse_form(std::string_view body);

}  // namespace query::fhir
