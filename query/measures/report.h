// A MeasureReport (R4, measurereport.html) of what is kept, which is counts: of all, of a list, of a
// gap. One patient who is evaluated when asked for has the whole of it: projections/quality/report.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "query/measures/context.h"

namespace query::measures {

struct Report {
  const kept::Package& package;
  const kept::Period& period;
  std::string type;                   // individual, subject-list, summary
  std::string status;                 // complete, pending, error
  std::string patient;                // id; of an individual one
  std::vector<kept::Figures> groups;  // as the package's
  // Of a subject-list: ids by group and population.
  std::map<std::pair<std::size_t, std::string>, std::vector<std::string>> subjects = {};
  std::string id = {};
};
void write_report(const Report& report, JsonWriter& json);

kept::Figures figures_of(const kept::Counts& counts);

}  // namespace query::measures
