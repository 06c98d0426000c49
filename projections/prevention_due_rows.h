// The rows of family `prevention_due`, written by the projection and read by its page.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/prevention/prevention.h"
#include "projections/store.h"

namespace projections::due {

using immunization::Day;

inline constexpr std::uint8_t by_day = 0, facts_of = 1, rows_of = 2, touched = 3;

// One item of one patient: where it stands, and on which days that is known to hold.
struct Row {
  Day day;  // of the index
  std::string item;
  std::string state;
  Day assessed;                   // as of this day
  std::optional<Day> changes_on;  // until before this one
  std::string patient;

  bool is_known_on(Day on) const { return assessed <= on && (!changes_on || on < *changes_on); }
};

// Whether events of the type can bring a fact: most of them do not.
bool may_matter(events::ResourceType type);
bool is_open(std::string_view state);  // due soon, due, overdue
std::string index_key(Day day, const events::StreamKey& stream, std::string_view item);
std::optional<events::StreamKey> stream_in_index_key(std::string_view key);
std::string stream_key(std::uint8_t kind, const events::StreamKey& stream);
// Whether the key of a stream's facts, or its beginning.
bool is_of_patient(std::string_view key);
std::string encode(const Row& row);
struct Placed {
  Row row;
  events::StreamKey stream;
};
Result<Placed> decode(std::string_view key, std::string_view value);

// What is to be in the index for a patient, from the assessment as of `prevention.as_of`.
std::vector<Row> rows_for(const Prevention& prevention, std::string_view patient);

// The stream's own facts.
Result<PreventionFacts> read_facts(const RowView& rows, Family family,
                                   const events::StreamKey& stream, const PreventionRules& rules);

}  // namespace projections::due
