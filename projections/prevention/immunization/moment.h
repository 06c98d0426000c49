// The day for which is asked. The logic may ask it one thing only: whether a day has come.
// What it answered "no" to is what can change the answer later, so the earliest such day is
// the first one on which the same facts can give another answer.
#pragma once

#include <algorithm>
#include <optional>

#include "projections/prevention/immunization/schedule.h"

namespace projections::immunization {

// Belongs to one question and one thread: asking is remembered.
class Moment {
 public:
  explicit Moment(Day day) : day_(day) {}
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

  bool reached(Day day) const {
    if (day <= day_) return true;
    changes_on_ = changes_on_ ? std::min(*changes_on_, day) : day;
    return false;
  }
  // From its first to before its end; absent ends are open.
  bool within(std::optional<Day> first, std::optional<Day> end) const {
    return (!first || reached(*first)) && !(end && reached(*end));
  }
  bool within(const Ages& ages, Day birth) const {
    return (!ages.begin || reached(birth + *ages.begin)) &&
           !(ages.end && reached(birth + *ages.end));
  }
  std::optional<Day> changes_on() const { return changes_on_; }

 private:
  const Day day_;
  mutable std::optional<Day> changes_on_;
};

}  // namespace projections::immunization
