// What a CodeableConcept means, as one code.
#pragma once

#include <string>
#include <string_view>

namespace events::schema {
struct Concept;
struct Quantity;
}  // namespace events::schema

namespace projections {

// Looks into the facts it was read from.
struct CodedText {
  std::string_view system, code;  // both empty for a concept of text alone
  std::string_view display;       // of the coding, else the concept's text
  bool empty() const { return code.empty() && display.empty(); }
};

// The same, kept.
struct Coded {
  std::string system, code, display;
  bool empty() const { return code.empty() && display.empty(); }
  operator CodedText() const { return {system, code, display}; }
  friend bool operator==(const Coded&, const Coded&) = default;
};

inline constexpr std::string_view loinc = "http://loinc.org";
inline constexpr std::string_view rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm";

// The coding of `preferred` system if there is one, else the first with a code. Nothing
// for null.
CodedText coded_text(const events::schema::Concept* codes, std::string_view preferred = {});
Coded coded(const events::schema::Concept* codes, std::string_view preferred = {});

// "system|code", or the folded text of a concept without codes: equal for equal things.
std::string identity_of(const Coded& coded);

}  // namespace projections
