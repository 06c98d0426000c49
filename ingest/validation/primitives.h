// The values of FHIR's primitive types.
#pragma once

#include <optional>
#include <string_view>

#include "ingest/json.h"

namespace ingest::validation {

inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

enum class Primitive : std::uint8_t {
  none,  // not a primitive type
  base64,
  boolean,
  canonical,
  code,
  date,
  date_time,
  decimal,
  id,
  instant,
  integer,
  markdown,
  oid,
  positive_int,
  string,
  time,
  unsigned_int,
  uri,
  url,
  uuid,
  xhtml
};

// By R4's name of the type: `dateTime`.
Primitive primitive_of(std::string_view type);

// What a value of this type looks like, for messages: "a date; write YYYY, YYYY-MM or YYYY-MM-DD".
std::string_view remedy(Primitive type);
// Whether a value may be shown in a message: free text may name a person.
bool may_be_shown(Primitive type);

// The kind of JSON value and its text are as the type's page says. A date is one of the
// calendar; a value of type xhtml has the elements that txt-1 allows and some content (txt-2).
bool fits(Primitive type, const json::Value& value);
// The same of a text alone, for types that are strings in JSON.
bool fits(Primitive type, std::string_view text);

}  // namespace ingest::validation
