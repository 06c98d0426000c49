#include "projections/prevention/immunization/dose_reader.h"

#include <algorithm>

namespace projections::immunization {
namespace {

Validity read_validity(const Fields& fields) {
  return {fields.day("effectiveDate"), fields.day("cessationDate")};
}

AgeRule read_age(const Fields& fields) {
  return {fields.span("absMinAge"),    fields.span("minAge"), fields.span("earliestRecAge"),
          fields.span("latestRecAge"), fields.span("maxAge"), read_validity(fields)};
}

// What an interval is measured from: exactly one of four.
void read_reference(const Fields& fields, Interval& interval) {
  const auto observations = fields.children("fromRelevantObs");
  interval.target_dose = fields.number("fromTargetDose");
  interval.vaccines = fields.vaccines("fromMostRecent");
  if (fields.yes("fromPrevious")) {
    interval.from = IntervalFrom::previous_dose;
  } else if (interval.target_dose > 0) {
    interval.from = IntervalFrom::target_dose;
  } else if (!interval.vaccines.empty()) {
    interval.from = IntervalFrom::most_recent_vaccine;
  } else if (!observations.empty()) {
    interval.from = IntervalFrom::observation;
    interval.observation = observations.front().observation("code");
    interval.observation_title = observations.front().text("text");
  } else {
    fields.fault("fromPrevious", fields.text("fromPrevious"),
                 "and nothing else says from what the interval is measured");
  }
}

Interval read_interval(const Fields& fields) {
  Interval interval;
  read_reference(fields, interval);
  interval.absolute_minimum = fields.span("absMinInt");
  interval.minimum = fields.span("minInt");
  interval.earliest_recommended = fields.span("earliestRecInt");
  interval.latest_recommended = fields.span("latestRecInt");
  const auto priority = fields.text("intervalPriority");
  interval.overrides = priority == "override";
  if (!priority.empty() && !interval.overrides)
    fields.fault("intervalPriority", priority, "is neither empty nor override");
  interval.validity = read_validity(fields);
  return interval;
}

PreferableVaccine read_preferable(const Fields& fields) {
  return {fields.cvx("cvx"),
          fields.text("vaccineType"),
          fields.ages("beginAge", "endAge"),
          fields.text("tradeName"),
          fields.text("mvx"),
          fields.decimal("volume"),
          fields.yes("forecastVaccineType")};
}

}  // namespace

SeriesDose read_series_dose(const Fields& fields) {
  SeriesDose dose;
  dose.number = fields.number("doseNumber");
  if (dose.number == 0) fields.fault("doseNumber", fields.text("doseNumber"), "has no number");
  for (const auto& age : fields.children("age")) dose.ages.push_back(read_age(age));
  for (const auto& interval : fields.children("interval"))
    dose.intervals.push_back(read_interval(interval));
  for (const auto& interval : fields.children("allowableInterval"))
    dose.allowable_intervals.push_back(read_interval(interval));
  for (const auto& vaccine : fields.children("preferableVaccine"))
    dose.preferable.push_back(read_preferable(vaccine));
  for (const auto& vaccine : fields.children("allowableVaccine"))
    dose.allowable.push_back({vaccine.cvx("cvx"), vaccine.ages("beginAge", "endAge")});
  for (const auto& vaccine : fields.children("inadvertentVaccine"))
    dose.inadvertent.push_back(vaccine.cvx("cvx"));
  std::sort(dose.inadvertent.begin(), dose.inadvertent.end());
  for (const auto& skip : fields.children("conditionalSkip"))
    dose.skips.push_back(read_conditional_skip(skip));
  dose.recurring = fields.yes("recurringDose");
  const auto season = fields.child("seasonalRecommendation");
  dose.season = {season.day("startDate"), season.day("endDate")};
  return dose;
}

}  // namespace projections::immunization
