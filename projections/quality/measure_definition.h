// A FHIR Measure (R4 4.0.1) as its author wrote it, with the extensions of CQFMeasures 4.0: what
// is counted, how it is scored, by what it is stratified, which data goes along.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace projections::quality {

enum class Scoring { proportion, ratio, continuous_variable, cohort };
// How the observations of many become one number (cqfm-aggregateMethod).
enum class Aggregate { count, sum, average, median, minimum, maximum };
// Which way is better. `unclear`: code and display say opposite things, as in 44 of the deck's 65
// groups; then neither way may be shown as better.
enum class Direction { not_given, increase, decrease, unclear };

// `expression` is the name of a definition in the measure's own library.
struct PopulationDefinition {
  std::string id;
  std::string code;  // initial-population, denominator, numerator-exclusion …
  std::string expression;
  // cqfm-criteriaReference: the population that an observation is of, or which of two initial
  // populations a ratio's numerator or denominator is in. Empty: not given.
  std::string of;
  // Of an observation: the population's place in the group, and what becomes of many.
  std::size_t observed = 0;
  Aggregate aggregate = Aggregate::count;
};

struct StratifierDefinition {
  struct Component {
    std::string text;  // what it is called
    std::string expression;
  };
  std::string id;
  std::vector<Component> components;    // one, unless the Measure has several
  std::vector<std::string> applies_to;  // codes of populations (cqfm-appliesTo); empty: all
};

struct GroupDefinition {
  std::string id;
  Scoring scoring = Scoring::proportion;
  Direction direction = Direction::not_given;
  std::string basis = "boolean";  // or the type of the episodes that are counted
  std::vector<PopulationDefinition> populations;
  std::vector<PopulationDefinition> observations;
  std::vector<StratifierDefinition> stratifiers;

  bool by_episode() const { return basis != "boolean"; }
};

struct SupplementalDefinition {
  std::string id;
  std::string text;
  std::string usage;  // supplemental-data, risk-adjustment-factor
  std::string expression;
};

struct MeasureDefinition {
  std::string url;
  std::string version;
  std::string name;
  std::string title;
  std::vector<GroupDefinition> groups;
  std::vector<SupplementalDefinition> supplemental_data;
  // Parts that were left out, and why: a stratifier without expression, say.
  std::vector<std::string> warnings;

  std::string canonical() const { return version.empty() ? url : url + "|" + version; }
};

// invalid: no group, a population without code or criteria, an observation of no population or
// of an unknown aggregate method. All of it is said.
events::Result<MeasureDefinition> read_measure(const boost::json::object& measure);

// Its code in http://terminology.hl7.org/CodeSystem/measure-improvement-notation; empty: none.
std::string_view code_of(Direction direction);

}  // namespace projections::quality
