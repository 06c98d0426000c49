// The measures of the shared data (ecqm/): content, value sets, test patients.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "projections/quality/content.h"

namespace projections::quality::test {

// Read once; the data must be there.
const Content& deck();

// Each measure's test patients, a JSON document a line.
std::map<std::string, std::string> deck_cases();

// An Interval of the DateTimes from the first day's start to the last day's end, UTC.
Value period_of(std::string_view start, std::string_view end);
// Of a test patient's `expected.period`.
Value period_of(const boost::json::object& test_case);

// A list of what is known to differ: a name and why, a tab between; # begins a comment.
std::map<std::string, std::string> read_known(const std::string& file);
// A failure where `wrong` is not empty and `name` not known, or the other way round.
void expect_as_known(const std::map<std::string, std::string>& known, const std::string& name,
                     const std::string& wrong);

}  // namespace projections::quality::test
