// What is known of a patient, as far as the rules ask: filled by the caller from the chart.
#pragma once

#include "projections/prevention/screening/rules.h"

namespace projections::screening {

enum class FactKind {
  done,             // a test, an operation, a value, a status
  diagnosed,        // from `on`, until `until` if it ended
  refused,          // not done: the patient declined
  contraindicated,  // not done: a medical reason
};

struct Fact {
  std::string id;             // the caller's; names the fact in answers
  std::vector<ListId> lists;  // of its codes and of its coded value (Rules::lists_of)
  FactKind kind = FactKind::done;
  std::optional<RecordedDate> on;
  std::optional<RecordedDate> until;
  bool ended = false;  // a diagnosis that is over, on a day that may not be known
  std::optional<double> number;
  std::optional<RecordedDate> day;  // a value that is a day: when smoking stopped
};

struct Patient {
  std::string id;  // names the person in answers
  std::optional<RecordedDate> birth;
  Sex sex = Sex::unknown;  // at birth, as recorded: it stands for the organs
  bool deceased = false;
  std::optional<RecordedDate> died;
  std::vector<Fact> facts;
};

}  // namespace projections::screening
