#include "projections/prevention/screening/assessment.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/prevention/screening/population.h"

namespace projections::screening {
namespace {

using immunization::Moment;

// "2 years": spans of the tables have one part.
std::string text_of(const Span& span) {
  const auto part = [](int number, const char* unit) {
    return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
  };
  if (span.years != 0) return part(span.years, "year");
  if (span.months != 0) return part(span.months, "month");
  return part(span.days, "day");
}

// What of the record satisfies the rule.
struct Done {
  const Fact* fact = nullptr;        // the one that holds longest
  bool for_good = false;             // it never has to be done again
  std::optional<Day> until;          // else until before this day
  std::optional<Day> last;           // the last time that any was done
  std::vector<std::string> undated;  // names of those whose day would decide
};

// One rule for one patient on one day. Each step answers or leaves it to the next.
class Question {
 public:
  Question(const View& view, const Options& options)
      : view_(view), rule_(view.rule), moment_(view.moment), options_(options) {
    answer_.rule = &rule_;
  }

  Answer answer() {
    if (!beyond_population()) within_population();
    answer_.changes_on = moment_.changes_on();
    return std::move(answer_);
  }

 private:
  bool give(State state, std::string reason) {
    answer_.state = state;
    if (!reason.empty()) answer_.reasons.push_back(std::move(reason));
    return true;
  }
  bool cannot_decide(std::string missing) {
    answer_.missing.push_back(std::move(missing));
    return give(State::cannot_decide, {});
  }
  void rest_on(const std::vector<std::string>& ids) {
    answer_.rests_on.insert(answer_.rests_on.end(), ids.begin(), ids.end());
  }

  bool beyond_population() {
    const auto& patient = view_.patient;
    if (patient.deceased && (!patient.died || moment_.reached(patient.died->first))) {
      rest_on({patient.id});
      return give(State::not_applicable, "deceased");
    }
    if (!moment_.within(rule_.effective, rule_.ceased)) {
      return give(State::not_applicable, "the recommendation is not in force on that day");
    }
    return beyond_age() || beyond_sex() || is_excluded();
  }

  // Of a birth date known to the month or year each day counts: where they differ nothing is
  // decided.
  bool beyond_age() {
    const auto& birth = view_.patient.birth;
    if (!birth) return cannot_decide("day of birth");
    if (moment_.reached(birth->last + rule_.to)) {
      return give(State::not_applicable, fmt::format("to {} years", rule_.to.years - 1));
    }
    const Day soonest = soon(birth->first + rule_.from);
    if (!moment_.reached(soonest)) {
      return give(State::not_applicable, fmt::format("from {} years", rule_.from.years));
    }
    const bool surely = birth->exact() || (!moment_.reached(birth->first + rule_.to) &&
                                           moment_.reached(birth->last + rule_.from));
    if (!surely) return cannot_decide("day of birth");
    start_ = birth->last + rule_.from;
    end_ = birth->first + rule_.to;
    return false;
  }

  bool beyond_sex() {
    if (!rule_.sex) return false;
    if (view_.patient.sex == Sex::unknown) return cannot_decide("sex at birth");
    if (view_.patient.sex == *rule_.sex) return false;
    rest_on({view_.patient.id});
    return give(State::not_applicable, "not for this sex at birth");
  }

  bool is_excluded() {
    const auto found = excluded(view_);
    if (!found) return false;
    rest_on(found->rests_on);
    return give(State::not_applicable, found->reason);
  }

  void within_population() {
    const auto needs = needs_of(view_);
    rest_on(needs.rests_on);
    answer_.reasons.insert(answer_.reasons.end(), needs.reasons.begin(), needs.reasons.end());
    if (needs.decision == Decision::no) {
      answer_.state = State::not_applicable;
      return;
    }
    const auto done = what_was_done();
    answer_.last_done = done.last;
    if (is_satisfied(done)) return;
    if (needs.decision == Decision::not_known || (!done.undated.empty() && !done.until)) {
      answer_.missing = needs.missing;
      for (const auto& name : done.undated) answer_.missing.push_back("day of " + name);
      answer_.state = State::cannot_decide;
      return;
    }
    const Day due = done.until ? *done.until : first_due(needs.since);
    if (!was_refused(done)) judge(due);
    answer_.due = due;
    answer_.overdue = due + rule_.overdue_after;
  }

  // Never done: since the patient became one of those for whom the rule is.
  Day first_due(std::optional<Day> since) const {
    Day due = start_;
    if (rule_.effective) due = std::max(due, *rule_.effective);
    if (since) due = std::max(due, *since);
    return due;
  }

  Done what_was_done() const {
    Done done;
    for (const auto& fact : view_.patient.facts) {
      for (const auto& evidence : rule_.satisfied_by) {
        if (fact.kind == FactKind::done && view_.is_in(fact, evidence.list))
          add(fact, evidence, done);
      }
    }
    return done;
  }

  void add(const Fact& fact, const Evidence& evidence, Done& done) const {
    if (!view_.has_come(fact)) return;
    if (!fact.on && (evidence.holds || evidence.from_age)) {
      done.undated.push_back(view_.rules.name_of(evidence.list));
      return;
    }
    const auto& birth = *view_.patient.birth;
    if (evidence.from_age && fact.on->first < birth.last + *evidence.from_age) return;
    if (fact.on) done.last = done.last ? std::max(*done.last, fact.on->first) : fact.on->first;
    if (done.for_good) return;
    if (!evidence.holds) {
      done.for_good = true;
      done.fact = &fact;
      return;
    }
    // A day known to the month or year only: the earliest, so that nothing is overdue unseen.
    const Day until = fact.on->first + *evidence.holds;
    if (done.until && *done.until >= until) return;
    done.until = until;
    done.fact = &fact;
  }

  bool is_satisfied(const Done& done) {
    if (done.fact == nullptr) return false;
    rest_on({done.fact->id});
    const bool to_the_end = done.for_good || *done.until >= end_;
    if (!to_the_end && moment_.reached(soon(*done.until))) return false;
    if (!to_the_end) answer_.due = done.until;
    return give(State::satisfied, done.fact->on
                                      ? fmt::format("done {}", to_text(done.fact->on->first))
                                      : std::string("done, day not known"));
  }

  // The newest refusal since it was last done, as long as it stands.
  bool was_refused(const Done& done) {
    const Fact* newest = nullptr;
    for (const auto& fact : view_.patient.facts) {
      if (!is_refusal(fact) || !view_.has_come(fact)) continue;
      if (done.last && fact.on->first <= *done.last) continue;
      if (newest == nullptr || newest->on->first < fact.on->first) newest = &fact;
    }
    if (newest == nullptr) return false;
    if (moment_.reached(newest->on->first + options_.asked_again)) {
      answer_.reasons.push_back(fmt::format("not wanted on {}, to be asked again after {}",
                                            to_text(newest->on->first),
                                            text_of(options_.asked_again)));
      rest_on({newest->id});
      return false;
    }
    rest_on({newest->id});
    if (newest->kind == FactKind::contraindicated) {
      return give(State::contraindicated,
                  fmt::format("medical reason against it on {}", to_text(newest->on->first)));
    }
    answer_.declined_on = newest->on;
    return give(State::declined, fmt::format("declined {}", to_text(newest->on->first)));
  }

  // A refusal without a day says nothing of whether it still stands.
  bool is_refusal(const Fact& fact) const {
    if (fact.kind != FactKind::refused && fact.kind != FactKind::contraindicated) return false;
    return fact.on && std::any_of(rule_.satisfied_by.begin(), rule_.satisfied_by.end(),
                                  [&](const Evidence& one) { return view_.is_in(fact, one.list); });
  }

  void judge(Day due) {
    if (!moment_.reached(due)) {
      give(State::due_soon, {});
    } else {
      const bool late = moment_.reached(due + rule_.overdue_after);
      give(late ? State::overdue : State::due, {});
    }
    const auto& last = answer_.last_done;
    answer_.reasons.push_back(last ? "last done " + to_text(*last) : "not done yet");
  }

  Day soon(Day due) const { return due - options_.due_soon; }

  const View& view_;
  const Rule& rule_;
  const Moment& moment_;
  const Options& options_;
  Answer answer_;
  Day start_{}, end_{};  // the ages of the rule, as days
};

}  // namespace

Assessment assess(const Rules& rules, const Patient& patient, Day as_of, const Options& options) {
  Assessment all{rules.issuer, rules.version, as_of, {}, {}};
  for (const auto& rule : rules.rules) {
    const Moment moment(as_of);
    const View view{rules, rule, patient, moment};
    all.answers.push_back(Question(view, options).answer());
    const auto changes = all.answers.back().changes_on;
    if (changes) all.changes_on = all.changes_on ? std::min(*all.changes_on, *changes) : *changes;
  }
  return all;
}

const char* to_string(State state) {
  switch (state) {
    case State::overdue:
      return "overdue";
    case State::due:
      return "due";
    case State::due_soon:
      return "due soon";
    case State::satisfied:
      return "satisfied";
    case State::declined:
      return "declined";
    case State::contraindicated:
      return "contraindicated";
    case State::not_applicable:
      return "not applicable";
    case State::cannot_decide:
      return "cannot decide";
  }
  return "cannot decide";
}

}  // namespace projections::screening
