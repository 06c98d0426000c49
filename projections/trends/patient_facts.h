// What a computation needs to know of the patient beside the values: birth, sex, and when
// creatinine does not show kidney function. Read from the chart; each names what it rests on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/clinical_time.h"
#include "projections/shard.h"

namespace events::schema {
struct Facts;
}  // namespace events::schema

namespace projections::trends {

enum class Sex { male, female };

// A resource that a computed value rests on.
struct Input {
  std::string type, id;
  events::Version version;
  friend bool operator==(const Input&, const Input&) = default;
};

// Something that lasts: [low, high).
struct State {
  std::string name;  // dialysis, pregnancy, acute_kidney_injury
  events::Micros low{}, high{};
  Input because;
};

struct PatientFacts {
  std::optional<Input> patient;
  std::optional<events::ClinicalTime> birth;
  std::optional<Sex> sex;  // at birth, else the administrative gender if it is male or female
  std::vector<State> states;

  // nullptr: the record does not say so.
  const State* state_at(std::string_view name, events::Micros time) const;
};

// Of the Patient, and of Conditions and Procedures that tables/states.tsv names; entered in
// error, refuted and not done are nothing.
Result<PatientFacts> patient_facts(const ShardView& view, const events::StreamKey& stream);
// The same, one resource after the other: the Patient (the first counts), Conditions and
// Procedures; others say nothing.
void add_patient_fact(const events::schema::Facts& facts, std::string_view id,
                      events::Version version, PatientFacts& to);

// On the calendar day of `when` at its own offset: completed years, and months of 30.4375
// days. Nothing unless both are known to the day, or before birth.
std::optional<int> age_in_years(const events::ClinicalTime& birth, std::string_view when);
std::optional<long double> age_in_months(const events::ClinicalTime& birth, std::string_view when);

}  // namespace projections::trends
