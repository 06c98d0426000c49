// Whether a drafted test was done lately: the same LOINC code or one of its analyte group.
#pragma once

#include <optional>

#include "query/checks/drafts.h"

namespace query::checks {

struct EarlierResult {
  std::size_t draft = 0;             // position in the basket's tests
  std::optional<std::size_t> twice;  // the other draft, where the basket has it two times
  Recorded result;                   // else the newest result
  std::string name;                  // of the analyte or test
  std::string shown;                 // "1.1 mg/dL on 2024-06-01"
  std::chrono::days window{};
  std::string source, section, read;  // of the window
};

// Results up to `window` old, else as old as the table says. Cancelled and erroneous ones are
// none; registered and preliminary ones are. One a draft: the newest.
events::Result<std::vector<EarlierResult>> earlier_results(const PatientRead& read,
                                                           const std::vector<TestDraft>& tests,
                                                           std::optional<std::chrono::days> window,
                                                           events::Micros at);

}  // namespace query::checks
