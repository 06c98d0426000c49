// One search parameter of a request, parsed once: `code=http://loinc.org|8480-6,8462-4`.
// All criteria of a search must hold; of one criterion any alternative may.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/decimal.h"
#include "events/ids.h"
#include "events/resource_type.h"
#include "events/result.h"
#include "projections/search/search_parameters.h"

namespace query::fhir {

// The tables of parameters, which projections read too.
using projections::search::common_parameters;
using projections::search::Composite;
using projections::search::find_parameter;
using projections::search::Home;
using projections::search::home_of;
using projections::search::is_patient_name;
using projections::search::Parameter;
using projections::search::ParameterKind;
using projections::search::search_table;
using projections::search::searched_types;
using projections::search::subject_parameter;
using projections::search::TypeParameters;

using events::Result;
using events::Status;

enum class Prefix { eq, ne, gt, lt, ge, le, sa, eb, ap };

// system absent: any (`code`); empty: none (`|code`). code absent: any (`system|`).
struct TokenPattern {
  std::optional<std::string> system;
  std::optional<std::string> code;
};
struct DatePattern {
  Prefix prefix = Prefix::eq;
  events::Micros low{}, high{};  // [low, high) of what was asked
};
// id without a type: any type. url: compared with references as sent.
struct ReferencePattern {
  std::optional<events::ResourceType> type;
  std::string id;
  std::string url;
};
struct StringPattern {
  std::string text;    // as asked
  std::string folded;  // without case and accents
};
struct QuantityPattern {
  Prefix prefix = Prefix::eq;
  events::Decimal value;
  events::Decimal low, high;          // eq, ne: implied precision; ap: ±10 %
  std::optional<std::string> system;  // as TokenPattern
  std::optional<std::string> code;    // unit or code
};
using SimplePattern =
    std::variant<TokenPattern, DatePattern, ReferencePattern, StringPattern, QuantityPattern>;
// `code$value`: both at one place.
struct CompositePattern {
  SimplePattern first, second;
};
using Pattern = std::variant<TokenPattern, DatePattern, ReferencePattern, StringPattern,
                             QuantityPattern, CompositePattern>;

// above, below: of a uri, by the parts of its path.
enum class Modifier { none, missing, not_in, text, exact, contains, identifier, above, below };

struct Criterion {
  const Parameter* parameter = nullptr;
  Modifier modifier = Modifier::none;
  bool missing = false;  // :missing=true
  std::vector<Pattern> any;
};

struct CriteriaContext {
  std::string_view base_url;  // "http://host:port": references to <base>/fhir/Type/id are our own
  events::KnownTime now;      // for `ap`, whose width grows with the distance from now
  bool earlier = false;       // what is read is an earlier moment
};

// `name` with its modifier ("code:not"), `value` decoded. invalid and unsupported name
// parameter, value and remedy.
Result<Criterion> parse_criterion(const Parameter& parameter, std::string_view modifier,
                                  std::string_view value, const CriteriaContext& context);

// R4, search, escaping: splits at `separator` unless `\` precedes it. Parts keep their
// escapes, because a part may be split again.
std::vector<std::string_view> split_escaped(std::string_view text, char separator);
std::string unescape(std::string_view text);

// `Patient/1`, `1`, `<base>/fhir/Patient/1`; another absolute URL stays as it is.
Result<ReferencePattern> parse_reference(std::string_view parameter, std::string_view value,
                                         std::optional<events::ResourceType> type,
                                         std::string_view base_url);
Result<TokenPattern> parse_token(std::string_view parameter, std::string_view value);
Result<DatePattern> parse_date(std::string_view parameter, std::string_view value,
                               events::KnownTime now);

}  // namespace query::fhir
