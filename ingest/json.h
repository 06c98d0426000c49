// A JSON text as a tree of places: every value is checked, numbers stay as the digits
// sent, each value knows where it lies in the text. simdjson stays in json.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace ingest::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

class Document;

// A value of a Document; a cheap copy, valid while the document lives. A missing value
// (operator[] on what is not there) is falsy, and everything of it is empty.
class Value {
 public:
  Value() = default;
  explicit operator bool() const { return document_ != nullptr; }
  Kind kind() const;                      // null for a missing value
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;

  Value operator[](std::string_view name) const;  // member of an object
  Value at(std::size_t index) const;
  std::size_t size() const;                // members or elements

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

  // FHIRPath-like place for messages: Bundle.entry[3].resource.birthDate.
  std::string path() const;

 private:
  friend class Document;
  Value(const Document* document, std::uint32_t node) : document_(document), node_(node) {}
  const Document* document_ = nullptr;
  std::uint32_t node_ = 0;
};

struct Limits {
  std::uint32_t depth_max = 128;
  std::uint32_t values_max = 64'000'000;
};

class Document {
 public:
  // Keeps a view: `text` outlives this. RFC 8259 in full: UTF-8, one value, no
  // trailing bytes. Errors: invalid, naming what and where (line and byte). Duplicate
  // names in one object are refused when `refuse_duplicates` (FHIR), else the last wins.
  static events::Result<Document> parse(std::string_view text, bool refuse_duplicates = true,
                                        const Limits& limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  Value root() const;
  std::string_view text() const;

 private:
  friend class Value;
  struct State;
  explicit Document(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ingest::json
