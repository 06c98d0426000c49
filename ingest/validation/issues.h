// What validation finds: as issues of an OperationOutcome, bounded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace ingest::validation {

enum class Severity { error, warning, information };

struct Issue {
  Severity severity = Severity::error;
  std::string_view type;  // IssueType of R4: structure, required, value, code-invalid, invariant …
  std::string message;  // element, value and remedy: "Patient.birthDate: \"x\" is not a date; …"
  std::string expression;  // the element: Patient.name[0].given
};

// The first `kept_max` are kept, all are counted.
class Issues {
 public:
  static constexpr std::size_t kept_max = 50;

  // message: `expression`: `what`
  void add(Severity severity, std::string_view type, std::string expression, std::string_view what);
  void add(const Issue& issue);  // unless an equal message is there
  bool full() const { return kept_.size() >= kept_max; }
  const std::vector<Issue>& kept() const { return kept_; }
  std::size_t count() const { return count_; }
  bool has_errors() const { return errors_ > 0; }
  bool empty() const { return count_ == 0; }

 private:
  std::vector<Issue> kept_;
  std::size_t count_ = 0;
  std::size_t errors_ = 0;
};

// The OperationOutcome. Without an issue: one of severity information, which says `all_well`.
std::string outcome_json(const Issues& issues, std::string_view all_well);
// The errors, as a refusal has them.
std::vector<events::Error> errors_of(const Issues& issues);

}  // namespace ingest::validation
