// Screening rules as data: who is to be screened for what, what satisfies it and for how long,
// each with its source. Plain values, never changed once read (rule_reader.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projections/prevention/immunization/schedule.h"

namespace projections::screening {

using immunization::Day;
using immunization::RecordedDate;
using immunization::Sex;
using immunization::Span;
using immunization::to_text;

enum class ListId : std::uint16_t {};  // of a code list, its place in Rules::lists

// It satisfies the screening: from its day for `holds`, or for ever.
struct Evidence {
  ListId list{};
  std::optional<Span> holds;
  std::optional<Span> from_age;  // done before that age it does not count
};

// It takes the patient out of the population, once each of `all_of` is in the record.
struct Exclusion {
  std::vector<ListId> all_of;
  std::optional<Span> holds;  // from its day; nothing: for ever
  bool while_active = false;  // a diagnosis only until it ended
};

enum class NeedKind { number_at_least, ever_smoked, smoked_within, any_of, unknown };

// What else makes someone one of the population: yes, no, or not known.
struct Need {
  NeedKind kind = NeedKind::unknown;
  std::vector<ListId> lists;  // number_at_least: one; any_of: diagnoses or statuses
  double least = 0;           // number_at_least
  Span within;                // smoked_within
  std::string fact;           // unknown: what no record of ours can say
};

struct Source {
  std::string title, url;
  std::string dated;    // of the recommendation
  std::string read;     // the day on which the row was compared with it, or "not compared"
  std::string checked;  // with which text, and what is ours
};

struct Rule {
  std::string id, name, grade, version;
  std::optional<Sex> sex;  // nothing: each
  Span from, to;           // ages: from this birthday, before that one
  std::vector<Need> needs;
  std::vector<Exclusion> excludes;
  std::vector<Evidence> satisfied_by;
  Span overdue_after;                    // after it became due
  std::optional<Day> effective, ceased;  // in force from, before
  Source source;
};

struct CodeList {
  std::string id, name;
};

struct Rules {
  std::string issuer, version;  // the latest of the rows' versions
  std::vector<Rule> rules;
  std::vector<CodeList> lists;
  std::unordered_map<std::string, std::vector<ListId>> by_code;  // "system|code"
  // What the engine asks for by name.
  ListId smokes_now{}, smoked_before{}, never_smoked{}, smoking_stopped{};
  ListId refusal_reason{}, medical_reason{};

  // Lists that have the code; most codes are in none.
  std::span<const ListId> lists_of(std::string_view system, std::string_view code) const;
  std::optional<ListId> list(std::string_view id) const;
  const std::string& name_of(ListId list) const;
};

}  // namespace projections::screening
