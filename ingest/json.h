// A JSON text as a tree of places: every value is checked, numbers stay as the digits
// sent, each value knows where it lies in the text. The reader is our own, over simdjson's
// UTF-8 check: simdjson's parsers neither report duplicate names nor check values they skip,
// need a padded copy of the text and an index of four bytes for each of its bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/result.h"

namespace ingest::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

struct Tree;

// A value of a Document; a cheap copy, valid while the document lives (moved or not), read
// from any thread. A missing value (operator[] on what is not there) is falsy, and
// everything of it is empty.
class Value {
 public:
  Value() = default;
  explicit operator bool() const { return tree_ != nullptr; }
  Kind kind() const;  // null for a missing value
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;

  Value operator[](std::string_view name) const;  // member of an object: a scan over its members
  Value at(std::size_t index) const;              // a scan: walk with first() and next() instead
  std::size_t size() const;                       // members or elements

  // String unescaped; empty for other kinds.
  std::string_view string() const;
  // Digits as sent, or "true", "false"; a string's text too: what a FHIR primitive says.
  std::string_view token() const;
  std::optional<bool> boolean() const;

  // Where it lies in Document::text(), braces and quotes included.
  std::uint32_t begin() const;
  std::uint32_t end() const;
  std::string_view raw() const;
  // Name of this member in its object (unescaped); empty elsewhere.
  std::string_view name() const;
  // Where the member's name begins (its quote); begin() for elements.
  std::uint32_t name_begin() const;

  // First child and next sibling, for walking: for (auto v = a.first(); v; v = v.next()).
  Value first() const;
  Value next() const;

  // FHIRPath-like place for messages: Bundle.entry[3].resource.birthDate. The root is named
  // by its resourceType, or `$`. Searches from the root: for errors, not for every value.
  std::string path() const;
  // The same seen from `resource`, which holds this value: Patient.birthDate.
  std::string path_in(const Value& resource) const;

  friend bool operator==(const Value&, const Value&) = default;  // the same place

 private:
  friend class Document;
  Value(const Tree* tree, std::uint32_t node) : tree_(tree), node_(node) {}
  const Tree* tree_ = nullptr;
  std::uint32_t node_ = 0;
};

// A value costs 28 bytes; sixteen million keep any body below the default limit of
// 128 MiB under a half GiB, and Synthea's largest bundle has a tenth of them.
struct Limits {
  std::uint32_t depth_max = 128;
  std::uint32_t values_max = 16'000'000;
};

class Document {
 public:
  // Keeps a view: `text` outlives this. RFC 8259 in full: UTF-8, one value, no
  // trailing bytes, no byte order mark, no lone surrogates in escapes. Errors: invalid,
  // naming what and where (line and byte); too_large beyond 4 GiB or `values_max`. Duplicate
  // names in one object are refused when `refuse_duplicates` (FHIR), else the last wins.
  static events::Result<Document> parse(std::string_view text, bool refuse_duplicates = true,
                                        const Limits& limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  Value root() const;
  std::string_view text() const;

 private:
  explicit Document(std::unique_ptr<Tree> tree);
  std::unique_ptr<Tree> tree_;
};

}  // namespace ingest::json
