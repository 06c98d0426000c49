// Whether orders fit a patient: a pure function of facts, orders, knowledge and a day. Same
// input, same cards in the same order. Nothing here is clinically reviewed.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "projections/knowledge/knowledge.h"

namespace projections::knowledge {

using Day = std::chrono::sys_days;

// A line of the list, or an order. What is not known stays empty and is not guessed.
struct DrugFact {
  std::string shown;               // as the record writes it; read as text where no code is known
  std::vector<std::string> codes;  // RxNorm; the first that is known counts
  Route route = Route::unknown;    // unknown: the product's
  std::optional<double> units_per_dose;  // tablets, capsules …
  std::optional<double> mg_per_dose;     // a dose written in mg, of a drug with one ingredient
  std::optional<double> times_a_day;     // once a week is 1/7
  std::optional<Day> start;
  bool ended = false;      // no longer taken
  std::optional<Day> end;  // of ended drugs: when, else unknown; of others: planned
};

enum class Criticality : std::uint8_t { unknown, low, high };

struct AllergyFact {
  std::string shown;
  std::vector<std::string> codes;
  bool counts = true;               // false: refuted, entered in error, inactive, resolved
  bool intolerance = false;         // AllergyIntolerance.type
  Criticality criticality{};        // unable-to-assess is unknown
  std::vector<Reaction> reactions;  // empty: not recorded
};
// The kind of a reaction from its words: "Urticaria (disorder)". `other` if none is known.
Reaction reaction_in(std::string_view words);

struct Measured {
  double value = 0;
  Day day;
};
constexpr auto pregnancy_holds = std::chrono::days{304};  // ten months
struct Pregnancy {
  bool pregnant = false;
  Day known;  // longer ago than pregnancy_holds: unknown
};

struct PatientFacts {
  std::optional<Day> birth;
  Sex sex{};
  std::optional<Pregnancy> pregnancy;
  std::optional<Measured> egfr;  // mL/min/1.73 m2
  std::optional<Measured> weight_kg;
  std::vector<DrugFact> drugs;
  std::vector<AllergyFact> allergies;
  enum class Allergies : std::uint8_t { listed, none_known, not_asked } asked{};
};

// What a card rests on: an order, a line, an allergy by its index; or a fact.
struct Basis {
  enum class What : std::uint8_t { order, drug, allergy, age, sex, weight, egfr, pregnancy };
  What what{};
  std::size_t index = 0;

  friend auto operator<=>(const Basis&, const Basis&) = default;
};

enum class CardKind : std::uint8_t { interaction, allergy, duplicate, caution, not_checkable };
const char* to_string(CardKind kind);

struct Card {
  std::string rule;  // id; not_checkable: "not-checkable"
  Tier tier{};
  CardKind kind{};
  std::string summary;               // whom it is about, in the record's words
  std::string detail;                // the claim, and what of it could not be decided
  std::string source;                // title, issuer, section, age: ready to be shown
  std::vector<Basis> rests_on;       // ascending
  std::vector<std::string> also;     // other rules that say no more about the same
  std::vector<std::string> missing;  // facts without which it could not be decided
};

struct CheckResult {
  std::vector<Card> cards;  // stop first, then by kind, rule and basis
  std::vector<std::string>
      not_checked;        // sentences: what could not be checked, and for want of what
  std::string knowledge;  // label and digest
};

// Orders are checked against the list, the allergies, the patient and each other. Without
// orders the list is checked as if all of it were ordered (patient view). Parts of one
// product are never paired. A drug or allergy that is not known gives a card
// `not_checkable`, never silence.
CheckResult check(const Knowledge& knowledge, const PatientFacts& patient,
                  std::span<const DrugFact> orders, Day at);

}  // namespace projections::knowledge
