// One drug and the patient: age, pregnancy, kidneys, dose.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "projections/knowledge/check_parts.h"

namespace projections::knowledge::checking {
namespace {

constexpr int adult_months = 18 * 12;

int months_between(Day from, Day to) {
  const std::chrono::year_month_day birth(from), now(to);
  int months = (static_cast<int>(now.year()) - static_cast<int>(birth.year())) * 12 +
               static_cast<int>(static_cast<unsigned>(now.month())) -
               static_cast<int>(static_cast<unsigned>(birth.month()));
  return now.day() < birth.day() ? months - 1 : months;
}

bool is_of_total(const Rule& rule) {
  return std::any_of(rule.conditions.begin(), rule.conditions.end(),
                     [](const Condition& one) { return one.measure == Measure::total_daily_mg; });
}

std::string text_of(Day day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

std::optional<int> Check::age_months() const {
  if (!patient_.birth) return std::nullopt;
  return months_between(*patient_.birth, at_);
}

std::optional<bool> Check::pregnant() const {
  if (patient_.sex == Sex::male) return false;
  if (!patient_.pregnancy || at_ - patient_.pregnancy->known > pregnancy_holds) {
    const auto months = age_months();
    if (months && (*months < 10 * 12 || *months > 55 * 12)) return false;
    return std::nullopt;
  }
  return patient_.pregnancy->pregnant;
}

// Over all lines that are taken. Nothing if a line has no dose, unless what is known is too
// much already.
std::optional<double> Check::total_daily_mg(IngredientKey base, const Condition& condition) const {
  bool complete = true;
  double known = 0;
  for (const Drug& drug : drugs_) {
    if (drug.fact->ended || is_local(drug.route)) continue;
    for (const Part& part : drug.parts) {
      if (part.base != base) continue;
      known += part.daily_mg.value_or(0);
      complete = complete && part.daily_mg.has_value();
    }
  }
  const bool over = condition.compare == Compare::more && condition.holds(known);
  return complete || over ? std::optional(known) : std::nullopt;
}

std::vector<Basis> Check::lines_with(IngredientKey base) const {
  std::vector<Basis> lines;
  for (const Drug& drug : drugs_) {
    const bool has = std::any_of(drug.parts.begin(), drug.parts.end(),
                                 [&](const Part& part) { return part.base == base; });
    if (has && !drug.fact->ended && !is_local(drug.route)) lines.push_back(drug.basis);
  }
  return lines;
}

void Check::judge_patient(const Condition& condition, Verdict& verdict,
                          std::vector<Basis>& bases) const {
  const auto decide = [&](Basis::What what, std::optional<double> value, const char* name) {
    bases.push_back({what, 0});
    if (!value) return verdict.want(name);
    verdict.unless(condition.holds(*value));
  };
  const auto age = age_months();
  switch (condition.measure) {
    case Measure::age_months:
      return decide(Basis::What::age, age, "the birth date");
    case Measure::weight_kg:
      return decide(Basis::What::weight,
                    patient_.weight_kg ? std::optional(patient_.weight_kg->value) : std::nullopt,
                    "the weight");
    case Measure::egfr:
      if (age && *age < adult_months) return verdict.no();  // the equation is for adults
      return decide(Basis::What::egfr,
                    patient_.egfr ? std::optional(patient_.egfr->value) : std::nullopt, "the eGFR");
    case Measure::pregnant: {
      bases.push_back({Basis::What::pregnancy, 0});
      const auto state = pregnant();
      return state ? verdict.unless(*state) : verdict.want("whether she is pregnant");
    }
    case Measure::sex:
      bases.push_back({Basis::What::sex, 0});
      return patient_.sex == Sex::unknown ? verdict.want("the sex")
                                          : verdict.unless(patient_.sex == condition.sex);
    default:
      return;
  }
}

Verdict Check::judge(const Rule& rule, const Drug& drug, const Part& part,
                     std::vector<Basis>& bases) const {
  Verdict verdict;
  judge_route(rule, false, drug, verdict);
  for (const Condition& condition : rule.conditions) {
    const auto decide = [&](const std::optional<double>& value, const char* name) {
      return value ? verdict.unless(condition.holds(*value)) : verdict.want(name);
    };
    switch (condition.measure) {
      case Measure::daily_mg:
        decide(part.daily_mg, "the daily dose");
        break;
      case Measure::single_mg:
        decide(part.single_mg, "the single dose");
        break;
      case Measure::times_a_day:
        decide(drug.fact->times_a_day, "how often it is taken");
        break;
      case Measure::total_daily_mg:
        decide(total_daily_mg(part.base, condition), "the daily dose of each line");
        break;
      default:
        judge_patient(condition, verdict, bases);
    }
  }
  return verdict;
}

void Check::cautions() {
  const auto age = age_months();
  for (const Drug& drug : drugs_) {
    if (!drug.ordered) continue;
    if (age && *age < adult_months && !patient_.weight_kg) {
      result_.not_checked.push_back(
          fmt::format("{}: dose not checkable, a child without weight", drug.fact->shown));
    }
    std::set<std::string> missing;
    for (const Part& part : drug.parts) {
      for (const Rule* rule : knowledge_.cautions(part.base)) caution(*rule, drug, part, missing);
    }
    if (missing.empty()) continue;
    result_.not_checked.push_back(fmt::format("{}: cautions not decided, for want of {}",
                                              drug.fact->shown, fmt::join(missing, ", ")));
  }
}

void Check::caution(const Rule& rule, const Drug& drug, const Part& part,
                    std::set<std::string>& missing) {
  std::vector<Basis> bases{drug.basis};
  const Verdict verdict = judge(rule, drug, part, bases);
  if (verdict.answer == Answer::undecided)
    missing.insert(verdict.missing.begin(), verdict.missing.end());
  if (verdict.answer != Answer::yes) return;
  if (is_of_total(rule)) {
    const auto lines = lines_with(part.base);
    if (!seen_.emplace(rule.id, lines).second) return;
    bases.front() = lines.front();
    bases.insert(bases.end(), lines.begin() + 1, lines.end());
  }
  Card made = card(rule, CardKind::caution, drug.fact->shown);
  for (const Basis& basis : bases) {
    if (basis.what == Basis::What::egfr)
      made.detail +=
          fmt::format(" eGFR {:g} on {}.", patient_.egfr->value, text_of(patient_.egfr->day));
    if (basis.what == Basis::What::weight)
      made.detail += fmt::format(" Weight {:g} kg on {}.", patient_.weight_kg->value,
                                 text_of(patient_.weight_kg->day));
  }
  made.rests_on = std::move(bases);
  result_.cards.push_back(std::move(made));
}

}  // namespace projections::knowledge::checking
