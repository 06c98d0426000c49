// A FHIR Measure, compiled: one patient's counts in its groups' populations, and what they rest on.
//
// Criteria that are null count as not met (membership.h has the rest). Basis Encounter or
// Observation: each of them is in the populations or not, counted. A runtime error is the
// patient's; a stratifier or supplemental data that fails is left out with a message.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "projections/quality/measure_result.h"
#include "projections/quality/program.h"

namespace projections::quality {

class Record;

// Constant once loaded: used from any thread.
class Measure {
 public:
  // `measure` is the resource, `libraries` ELM documents, `library` the identifier of the measure's
  // own. unsupported: names what is reachable from a population or an observation and is not
  // supported, or which value set is not at hand: all of it. Stratifiers and supplemental data
  // that cannot be compiled are left out with a warning in the definition.
  static events::Result<Measure> load(const boost::json::object& measure,
                                      std::span<const boost::json::value> libraries,
                                      const std::string& library, const Terminology& terminology);

  // `period`: an Interval of DateTimes; its start's offset is that of DateTimes without one.
  events::Result<MeasureCounts> evaluate(const Record& record, const Value& period,
                                         Detail detail = Detail::counts) const;

  const MeasureDefinition& definition() const { return *definition_; }
  // Nobody counted yet: what totals of no patients are.
  std::vector<GroupCount> no_counts() const;

 private:
  // Where the program has what the definition asks for.
  struct GroupRoots {
    std::vector<std::size_t> populations;
    std::vector<std::size_t> observations;
    std::vector<std::vector<std::size_t>> stratifiers;  // of each its components
  };
  struct Roots {
    std::vector<Program::Root> wanted;
    std::vector<GroupRoots> groups;
    std::vector<std::size_t> supplemental_data;
  };
  class Patient;  // an evaluation

  static Roots roots_of(const MeasureDefinition& definition, const std::string& library);

  Measure(MeasureDefinition definition, Roots roots, Program program);

  std::unique_ptr<const MeasureDefinition> definition_;  // what results point to
  Roots roots_;
  Program program_;
};

}  // namespace projections::quality
