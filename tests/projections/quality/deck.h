// The measures of the shared data (ecqm/): content, value sets, test patients.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

#include "projections/quality/measure.h"
#include "projections/quality/terminology.h"

namespace projections::quality::test {

struct Deck {
  std::vector<boost::json::object> measures;
  std::vector<boost::json::value> libraries;  // ELM documents
  Terminology terminology;

  static const Deck& shared();  // read once; the data must be there
  events::Result<Measure> load(const boost::json::object& measure) const;
};

// An Interval of the DateTimes from the first day's start to the last day's end, UTC.
Value period_of(std::string_view start, std::string_view end);

}  // namespace projections::quality::test
