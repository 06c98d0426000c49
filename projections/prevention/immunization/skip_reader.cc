#include "projections/prevention/immunization/dose_reader.h"

namespace projections::immunization {
namespace {

constexpr std::size_t age = 0, completed_series = 1, interval = 2;

SkipCondition read_condition(const Fields& fields) {
  SkipCondition condition;
  condition.ages = fields.ages("beginAge", "endAge");
  condition.start = fields.day("startDate");
  condition.end = fields.day("endDate");
  condition.interval = fields.span("interval");
  condition.vaccines = fields.vaccines("vaccineTypes");
  condition.series_groups = fields.numbers("seriesGroups");
  switch (
      fields.choice("conditionType", {"Age", "Completed Series", "Interval", "Vaccine Count by Age",
                                      "Vaccine Count by Date", "Vaccine Count by Date and Age"})) {
    case age:
      condition.kind = ConditionKind::age;
      return condition;
    case completed_series:
      condition.kind = ConditionKind::completed_series;
      return condition;
    case interval:
      condition.kind = ConditionKind::interval;
      if (!condition.interval) fields.fault("interval", "", "must not be empty");
      return condition;
    default:
      condition.kind = ConditionKind::vaccine_count;
  }
  fields.required("doseCount");
  condition.count = fields.number("doseCount");
  condition.valid_only = fields.choice("doseType", {"Total", "Valid"}) == 1;
  condition.comparison = static_cast<Comparison>(
      fields.choice("doseCountLogic", {"greater than", "equal to", "less than"}));
  return condition;
}

// One part alone has no logic; "n/a" and empty are then usual.
Join read_join(const Fields& fields, const char* name, std::size_t parts) {
  if (parts < 2) return Join::all;
  return fields.choice(name, {"AND", "OR"}) == 0 ? Join::all : Join::any;
}

SkipSet read_set(const Fields& fields) {
  SkipSet set;
  for (const auto& condition : fields.children("condition"))
    set.conditions.push_back(read_condition(condition));
  if (set.conditions.empty()) fields.fault("condition", "", "must be there");
  set.join = read_join(fields, "conditionLogic", set.conditions.size());
  set.validity = {fields.day("effectiveDate"), fields.day("cessationDate")};
  return set;
}

}  // namespace

ConditionalSkip read_conditional_skip(const Fields& fields) {
  ConditionalSkip skip;
  const auto context = fields.choice("context", {"Both", "Evaluation", "Forecast"});
  skip.in_evaluation = context != 2;
  skip.in_forecast = context != 1;
  for (const auto& set : fields.children("set")) skip.sets.push_back(read_set(set));
  if (skip.sets.empty()) fields.fault("set", "", "must be there");
  skip.join = read_join(fields, "setLogic", skip.sets.size());
  return skip;
}

}  // namespace projections::immunization
