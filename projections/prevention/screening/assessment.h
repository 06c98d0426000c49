// The answer: for each screening rule where a patient stands, from which facts, and until when
// that holds.
//
//   const auto& rules = shipped_rules();            // read once
//   const auto answer = assess(*rules, patient, on); // pure, from any thread
//
// Nothing here is clinically reviewed.
#pragma once

#include "projections/prevention/screening/patient.h"

namespace projections::screening {

enum class State {
  overdue,  // due for longer than the rule's overdue_after
  due,
  due_soon,         // due within Options::due_soon
  satisfied,        // done, and that holds
  declined,         // `declined_on`; asked again after Options::asked_again
  contraindicated,  // not done for a medical reason, as long as a refusal holds
  not_applicable,
  cannot_decide,  // `missing` names the facts
};

struct Answer {
  const Rule* rule = nullptr;  // lives as long as the rules
  State state = State::not_applicable;
  std::vector<std::string> reasons;
  std::vector<std::string> missing;
  std::vector<std::string> rests_on;  // ids of the facts that made it so
  std::optional<Day> due;             // was or will be due; nothing: not again
  std::optional<Day> overdue;         // from this day on
  std::optional<Day> last_done;
  std::optional<RecordedDate> declined_on;
  // Before this day time alone gives no other answer; on it, it may. Nothing: it never will.
  std::optional<Day> changes_on;
};

struct Assessment {
  std::string issuer, version;
  Day as_of;
  std::vector<Answer> answers;    // one a rule, in the table's order
  std::optional<Day> changes_on;  // the earliest of theirs
};

struct Options {
  std::chrono::days due_soon{30};
  Span asked_again{1, 0, 0};  // ours: a refusal stands for a year
};

// Facts of days after `as_of` are not looked at yet.
Assessment assess(const Rules& rules, const Patient& patient, Day as_of,
                  const Options& options = {});

const char* to_string(State state);

}  // namespace projections::screening
