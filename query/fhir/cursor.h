// Where a page ends, as the opaque text of a `next` link: the sort key of its last entry,
// bound to the query. What is inserted meanwhile moves nothing: the next page begins after
// that key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/ids.h"
#include "events/result.h"

namespace query::fhir {

// Bytewise order is the order of the page. Parts are added from the first rule to the last.
class SortKey {
 public:
  // A missing date sorts last in both directions (R4 leaves it open).
  SortKey& date(std::optional<events::Micros> time, bool descending);
  SortKey& id(std::string_view id, bool descending = false);
  SortKey& text(std::string_view text) { return id(text); }  // ascending; holds no zero byte
  // Of several characters; a missing one sorts last in both directions.
  SortKey& word(const std::optional<std::string>& text, bool descending);
  SortKey& number(std::uint64_t value, bool descending = false);
  const std::string& bytes() const& { return bytes_; }
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// A key that is .date(time, true).id(id), read again; nothing for other bytes.
struct ChartPlace {
  std::optional<events::Micros> time;
  std::string id;
};
std::optional<ChartPlace> read_chart_key(std::string_view key);

// Of a query's meaning: FNV-1a, no secret; a forged cursor only begins elsewhere.
std::uint64_t fingerprint(std::string_view query);

std::string encode_cursor(std::uint64_t fingerprint, std::string_view key);
// The key. invalid: not a cursor, or of another query.
events::Result<std::string> decode_cursor(std::uint64_t fingerprint, std::string_view cursor);

}  // namespace query::fhir
