// An immunization schedule as data: CDC's supporting data (logic specification, chapters 2
// and 3), read by schedule_reader.h. Plain values, never changed once read; several
// schedules can stand side by side.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "projections/prevention/immunization/calendar.h"

namespace projections::immunization {

enum class Cvx : std::uint16_t {};              // CDC's code of a vaccine, as a number: 08 is 8
enum class ObservationCode : std::uint16_t {};  // the schedule's own code of an observation

enum class Sex { unknown, female, male };

// Rules that hold from a day and to a day, both included.
struct Validity {
  std::optional<Day> effective;
  std::optional<Day> cessation;

  bool covers(Day day) const {
    return !(effective && day < *effective) && !(cessation && day > *cessation);
  }
};

// An age range: from `begin`, before `end`.
struct Ages {
  std::optional<Span> begin;
  std::optional<Span> end;
};

struct AgeRule {
  std::optional<Span> absolute_minimum, minimum, earliest_recommended, latest_recommended, maximum;
  Validity validity;
};

enum class IntervalFrom { previous_dose, target_dose, most_recent_vaccine, observation };

struct Interval {
  IntervalFrom from = IntervalFrom::previous_dose;
  int target_dose = 0;            // of target_dose
  std::vector<Cvx> vaccines;      // of most_recent_vaccine, sorted
  ObservationCode observation{};  // of observation
  std::string observation_title;
  std::optional<Span> absolute_minimum, minimum, earliest_recommended, latest_recommended;
  bool overrides = false;  // interval priority
  Validity validity;
};

struct PreferableVaccine {
  Cvx cvx{};
  std::string name;
  Ages ages;
  std::string trade_name;    // empty: any
  std::string manufacturer;  // MVX code of the trade name's maker
  std::optional<double> volume_ml;
  bool forecast = false;  // to be named in a forecast
};

struct AllowableVaccine {
  Cvx cvx{};
  Ages ages;
};

enum class ConditionKind { age, completed_series, interval, vaccine_count };
enum class Comparison { greater, equal, less };

struct SkipCondition {
  ConditionKind kind = ConditionKind::age;
  Ages ages;
  std::optional<Day> start, end;  // vaccine_count: given on or after, before
  std::optional<Span> interval;
  std::vector<Cvx> vaccines;  // vaccine_count, sorted; empty: each of the antigen
  bool valid_only = false;
  int count = 0;
  Comparison comparison = Comparison::greater;
  std::vector<int> series_groups;  // completed_series
};

enum class Join { all, any };

struct SkipSet {
  std::vector<SkipCondition> conditions;
  Join join = Join::all;
  Validity validity;
};

struct ConditionalSkip {
  bool in_evaluation = false;
  bool in_forecast = false;
  std::vector<SkipSet> sets;
  Join join = Join::all;
};

struct Season {
  std::optional<Day> start;
  std::optional<Day> end;  // included
};

struct SeriesDose {
  int number = 0;
  std::vector<AgeRule> ages;
  std::vector<Interval> intervals;            // preferable
  std::vector<Interval> allowable_intervals;  // absolute minimum only
  std::vector<PreferableVaccine> preferable;
  std::vector<AllowableVaccine> allowable;
  std::vector<Cvx> inadvertent;
  std::vector<ConditionalSkip> skips;
  bool recurring = false;
  Season season;
};

struct Indication {
  ObservationCode observation{};
  std::string description;
  Ages ages;
  std::string guidance;
};

enum class SeriesType { standard, risk, evaluation_only };

struct Series {
  std::string name;
  SeriesType type = SeriesType::standard;
  // Only after a talk between patient and clinician. The data says so in the name alone.
  bool shared_decision = false;
  std::vector<std::string> guidance;
  std::vector<int> equivalent_groups;
  std::vector<Sex> required_sexes;  // empty: each
  bool is_default = false;
  bool product_path = false;
  int group = 0;
  std::string group_name;
  char priority = 'A';  // A before B
  int preference = 0;   // 1 before 2; 0: none given, after all others
  std::optional<Span> maximum_age_to_start;
  std::vector<Indication> indications;
  std::vector<SeriesDose> doses;
};

struct ContraindicatedVaccine {
  Cvx cvx{};
  Ages ages;
};

struct Contraindication {
  ObservationCode observation{};
  std::string text;
  std::string guidance;
  Ages ages;
  std::vector<ContraindicatedVaccine> vaccines;  // empty: the whole antigen
};

struct BirthDateImmunity {
  Day born_before;
  std::string country;  // empty: any
  std::vector<ObservationCode> exclusions;
};

struct Antigen {
  std::string name;
  std::vector<ObservationCode> immunity_history;
  std::vector<BirthDateImmunity> immunity_by_birth;
  std::vector<Contraindication> contraindications;
  std::vector<Series> series;
};

struct VaccineGroup {
  std::string name;
  bool administer_full_group = false;
  std::vector<std::size_t> antigens;  // places in Schedule::antigens
};

struct VaccineConflict {
  Cvx previous{};
  Cvx current{};
  Span begin, minimum_end, end;
};

struct Association {
  std::size_t antigen = 0;
  Ages ages;
};

struct VaccineType {
  Cvx cvx{};
  std::string name;
  std::vector<Association> associations;
};

enum class CodeSystem { other, schedule, snomed, cvx, phin_vs };

struct CodedObservation {
  ObservationCode code{};
  std::string title;
  std::vector<Cvx> vaccines;  // it is a reaction to one of these; sorted
};

struct CodedValue {
  CodeSystem system = CodeSystem::other;
  std::string code;
  ObservationCode observation{};
};

struct Schedule {
  std::string issuer;
  std::string version;
  std::vector<Antigen> antigens;
  std::vector<VaccineGroup> groups;
  std::vector<VaccineConflict> conflicts;      // by `current`, then `previous`
  std::vector<VaccineType> vaccines;           // by code
  std::vector<CodedObservation> observations;  // by code
  std::vector<CodedValue> coded_values;        // by system, then code; none of CVX

  // nullptr if the schedule does not have it.
  const VaccineType* vaccine(Cvx cvx) const;
  const CodedObservation* observation(ObservationCode code) const;
};

// Digits as CDC writes them: at least two for vaccines, three for observations.
std::string to_text(Cvx cvx);
std::string to_text(ObservationCode code);
// Nothing unless one to four digits.
std::optional<Cvx> parse_cvx(std::string_view text);

}  // namespace projections::immunization
