// Two drugs: which rules name them, and whether their conditions hold.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "projections/knowledge/check_parts.h"

namespace projections::knowledge::checking {
namespace {

bool is_of_dose(const Rule& rule) {
  return std::any_of(rule.conditions.begin(), rule.conditions.end(), [](const Condition& one) {
    return one.measure == Measure::daily_mg || one.measure == Measure::total_daily_mg ||
           one.measure == Measure::single_mg;
  });
}

// A rule that looked at the dose knows more than a list that did not; then the higher tier,
// then our own rule, then the id.
struct Candidate {
  const Rule* rule;
  Verdict verdict;
  Tier tier;

  auto rank() const {
    return std::tuple(!is_of_dose(*rule), -static_cast<int>(tier),
                      rule->kind == RuleKind::listed_pair, std::string_view(rule->id));
  }
};

bool holds(const Drug& drug, IngredientKey base) {
  return std::any_of(drug.parts.begin(), drug.parts.end(),
                     [&](const Part& part) { return part.base == base; });
}

}  // namespace

void Check::interactions() {
  for (std::size_t i = 0; i < drugs_.size(); ++i) {
    for (std::size_t j = i + 1; j < drugs_.size(); ++j) {
      if (drugs_[i].ordered || drugs_[j].ordered) pair(drugs_[i], drugs_[j]);
    }
  }
}

// Two lines of one combination are a duplicate, not an interaction of its parts.
void Check::pair(const Drug& one, const Drug& other) {
  if (one.fact->ended && other.fact->ended) return;
  for (const Part& one_part : one.parts) {
    for (const Part& other_part : other.parts) {
      if (holds(one, other_part.base) && holds(other, one_part.base)) continue;
      pair_of_parts(one, one_part, other, other_part);
    }
  }
}

void Check::pair_of_parts(const Drug& one, const Part& one_part, const Drug& other,
                          const Part& other_part) {
  std::vector<Candidate> candidates;
  const bool ordered = one_part.base < other_part.base;  // as the index has them
  for (const auto& [rule, swapped] : knowledge_.interactions(one_part.base, other_part.base)) {
    const bool one_is_first = ordered != swapped;
    Verdict verdict = one_is_first ? judge(*rule, one, one_part, other, other_part)
                                   : judge(*rule, other, other_part, one, one_part);
    if (verdict.answer == Answer::no) continue;
    if (verdict.missing.contains("the day it was stopped")) {
      result_.not_checked.push_back(fmt::format("{} with {}: {} not decided, for want of {}",
                                                one.fact->shown, other.fact->shown, rule->id,
                                                fmt::join(verdict.missing, ", ")));
      continue;
    }
    const Tier tier =
        verdict.answer == Answer::undecided ? std::min(rule->tier, Tier::warn) : rule->tier;
    candidates.push_back({rule, std::move(verdict), tier});
  }
  if (candidates.empty()) return;
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.rank() < b.rank(); });
  const Candidate& best = candidates.front();
  Card made = card(*best.rule, CardKind::interaction,
                   fmt::format("{} with {}", one.fact->shown, other.fact->shown));
  made.tier = best.tier;
  made.rests_on = {one.basis, other.basis};
  made.missing.assign(best.verdict.missing.begin(), best.verdict.missing.end());
  if (!made.missing.empty())
    made.detail += fmt::format(" Not decided, for want of {}.", fmt::join(made.missing, ", "));
  for (const Candidate& rest : std::span(candidates).subspan(1)) {
    if (rest.rule != best.rule) made.also.push_back(rest.rule->id);
  }
  made.also.erase(std::unique(made.also.begin(), made.also.end()), made.also.end());
  result_.cards.push_back(std::move(made));
}

Verdict Check::judge(const Rule& rule, const Drug& first, const Part& first_part,
                     const Drug& second, const Part& second_part) const {
  Verdict verdict;
  for (const bool is_second : {false, true}) {
    judge_end(rule, is_second, is_second ? second : first, verdict);
    judge_route(rule, is_second, is_second ? second : first, verdict);
  }
  for (const Condition& condition : rule.conditions) {
    const Drug& drug = condition.second ? second : first;
    const Part& part = condition.second ? second_part : first_part;
    const auto decide = [&](const std::optional<double>& value, const char* what) {
      if (value) return verdict.unless(condition.holds(*value));
      verdict.want(fmt::format("the {} of {}", what, drug.fact->shown));
    };
    switch (condition.measure) {
      case Measure::daily_mg:
        decide(part.daily_mg, "daily dose");
        break;
      case Measure::total_daily_mg:
        decide(total_daily_mg(part.base, condition), "daily dose");
        break;
      case Measure::single_mg:
        decide(part.single_mg, "single dose");
        break;
      case Measure::times_a_day:
        decide(drug.fact->times_a_day, "times a day");
        break;
      case Measure::together_days: {
        const auto days = days_together(first, second);  // nothing: no end is planned
        if (days) verdict.unless(condition.holds(*days));
        break;
      }
      default:
        break;  // end and route are judged above
    }
  }
  return verdict;
}

// A rule reaches a drug that is taken, and one that was stopped if it says for how long.
void Check::judge_end(const Rule& rule, bool second, const Drug& drug, Verdict& verdict) const {
  if (!drug.fact->ended) return;
  const auto reach =
      std::find_if(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& condition) {
        return condition.measure == Measure::stopped_days && condition.second == second;
      });
  if (reach == rule.conditions.end()) return verdict.no();
  if (!drug.fact->end) return verdict.want("the day it was stopped");
  verdict.unless(reach->holds(static_cast<double>((at_ - *drug.fact->end).count())));
}

// Without a condition on its route a drug must reach the circulation.
void Check::judge_route(const Rule& rule, bool second, const Drug& drug, Verdict& verdict) const {
  bool said = false;
  for (const Condition& condition : rule.conditions) {
    const bool of_route =
        condition.measure == Measure::route || condition.measure == Measure::local;
    if (!of_route || condition.second != second) continue;
    said = true;
    const bool matches =
        condition.measure == Measure::local ? is_local(drug.route) : drug.route == condition.route;
    if (drug.route == Route::unknown && !condition.negated) {
      verdict.want(fmt::format("the route of {}", drug.fact->shown));
    } else {
      verdict.unless(matches != condition.negated);
    }
  }
  if (!said) verdict.unless(!is_local(drug.route));
}

std::optional<double> Check::days_together(const Drug& one, const Drug& other) const {
  std::optional<Day> end;
  for (const Drug* drug : {&one, &other}) {
    if (drug->fact->end && (!end || *drug->fact->end < *end)) end = drug->fact->end;
  }
  if (!end) return std::nullopt;
  const Day start = std::max(one.fact->start.value_or(at_), other.fact->start.value_or(at_));
  return static_cast<double>((*end - start).count());
}

}  // namespace projections::knowledge::checking
