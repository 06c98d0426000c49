// Quality measures of a running log, from outside: which are kept over which periods, as settings.
// A setting is put as a whole, so it is read, changed and put on condition that it is still what
// was read, else again: of two who load the same measure at once both periods are kept. What is
// kept is said.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace ops::node {

using Say = std::function<void(std::string_view line)>;

struct MeasuresToLoad {
  std::vector<std::filesystem::path> content;
  std::vector<std::string> names;    // empty: all that are there
  std::vector<std::string> periods;  // beside those that are kept already
  bool only_these_periods = false;   // others are kept no longer
};
// Refused whole with all that is wrong: then nothing is written.
events::Status load_measures(const MeasuresToLoad& wanted, const std::string& url, const Say& say);

struct MeasuresToUnload {
  std::vector<std::string> measures;  // <name>-<version>, or a name that has one version
  std::vector<std::string> periods;   // empty: the measure goes
};
// Refused whole: a measure that is not there, a name with several versions, a period that is not
// kept.
events::Status unload_measures(const MeasuresToUnload& wanted, const std::string& url,
                               const Say& say);

}  // namespace ops::node
