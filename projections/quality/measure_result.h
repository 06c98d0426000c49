// What one patient's evaluation gives, and what many add up to.
#pragma once

#include <string>
#include <vector>

#include "projections/quality/measure_definition.h"
#include "projections/quality/value.h"

namespace projections::quality {

struct PopulationCount {
  std::string id;    // of the population in the Measure
  std::string code;  // initial-population, denominator, numerator-exclusion …
  std::size_t count = 0;
};

// What a measure observation gave of each patient or episode that it was made of; null gives none.
struct ObservedValues {
  std::string id;
  std::string of;  // the code of the population that is observed
  Aggregate aggregate = Aggregate::count;
  std::vector<Decimal> values{};  // of a Quantity the number, in the unit the measure gave
};

struct StratumValue {
  std::string text;  // true, false, a code's display …
  std::string system{};
  std::string code{};

  friend bool operator==(const StratumValue&, const StratumValue&) = default;
};
struct StratumCount {
  std::vector<StratumValue> values;  // one of each of the stratifier's components
  std::vector<PopulationCount> populations;
  std::vector<ObservedValues> observations{};
};
struct StratifierCount {
  std::string id;
  std::vector<std::string> components;  // what they are called
  std::vector<StratumCount> strata{};   // those that anyone is in
};

struct GroupCount {
  std::string id;
  std::vector<PopulationCount> populations;    // in the Measure's order
  std::vector<ObservedValues> observations{};  // the same
  std::vector<StratifierCount> stratifiers{};  // the same
};

// Of supplementalData: what its definition gave. A FHIR element is the record's.
struct SupplementalValue {
  const SupplementalDefinition* definition;
  Value value;
};
// A resource that retrieves returned for the criteria named: `criteria` are ids of populations
// and stratifiers. Resources without id, to which nothing can refer, are left out.
struct EvaluatedResource {
  std::string reference;
  std::string version;  // meta.versionId; empty: not known
  std::vector<std::string> criteria;
};
struct DefinitionValue {
  std::string library;
  std::string name;
  Value value;
  std::string error{};  // why there is no value
};

struct MeasureCounts {
  std::vector<GroupCount> groups;
  std::vector<std::string> messages;  // of Message: values that could not be used
  // From Detail::report on.
  std::vector<SupplementalValue> supplemental_data{};
  std::vector<EvaluatedResource> evaluated_resources{};
  // Detail::explain only.
  std::vector<DefinitionValue> definitions{};
};

// What is worked out of a patient besides the counts, at more cost each.
enum class Detail { counts, report, explain };

// `group`'s counts on top of `total`, which has none yet or is of the same Measure.
void add_group(GroupCount& total, const GroupCount& group);

}  // namespace projections::quality
