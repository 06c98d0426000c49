// A file of scenarios that a pharmacist can read: `scenario: <name>`, then a step a line; `#`
// begins a comment.
#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace tests {

struct ScenarioText {
  std::string name;
  std::vector<std::string> steps;
};

inline std::vector<ScenarioText> scenarios_in(const std::string& path) {
  std::vector<ScenarioText> all;
  std::ifstream text(path);
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("scenario: ")) {
      all.push_back({line.substr(10), {}});
    } else {
      all.back().steps.push_back(line);
    }
  }
  return all;
}

}  // namespace tests
