// A FHIR Measure: its groups' populations, compiled, and one patient's counts in each.
//
// Criteria that are null count as not met. Proportion: a member of the exclusion keeps its
// denominator and leaves the numerator; an exception is one only outside the numerator; a
// numerator exclusion leaves the numerator as it is. Basis Encounter or Observation: the same for
// each of them, counted. (FHIR R4 Clinical Quality Framework, CQFMeasures 4.0, chapter on scoring.)
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "projections/quality/program.h"

namespace projections::quality {

class Record;

struct PopulationCount {
  std::string id;    // of the population in the Measure
  std::string code;  // initial-population, denominator, numerator-exclusion …
  std::size_t count = 0;
};
struct GroupCount {
  std::string id;
  std::vector<PopulationCount> populations;  // in the Measure's order
};
struct MeasureCounts {
  std::vector<GroupCount> groups;
  std::vector<std::string> messages;  // of Message: values that could not be used
};

// Constant once loaded: used from any thread.
class Measure {
 public:
  // `measure` is the resource, `libraries` ELM documents, `library` the identifier of the measure's
  // own. unsupported: names what is reachable from a population and is not supported, or which
  // value set is not at hand. Observations, stratifiers and supplemental data are left out.
  static events::Result<Measure> load(const boost::json::object& measure,
                                      std::span<const boost::json::value> libraries,
                                      const std::string& library, const Terminology& terminology);

  // `period`: an Interval of DateTimes; its start's offset is that of DateTimes without one.
  events::Result<MeasureCounts> evaluate(const Record& record, const Value& period) const;

 private:
  struct Population {
    std::string id;
    std::string code;
    std::size_t root = 0;
  };
  struct Group {
    std::string id;
    bool by_episode = false;  // basis not boolean
    bool is_ratio = false;
    std::vector<Population> populations;
  };

  static events::Result<Group> read_group(const boost::json::object& json,
                                          const std::string& library,
                                          std::vector<Program::Root>& roots);
  static GroupCount count(const Group& group, std::span<const Value> values);

  Measure(Program program, std::vector<Group> groups)
      : program_(std::move(program)), groups_(std::move(groups)) {}

  Program program_;
  std::vector<Group> groups_;
};

}  // namespace projections::quality
