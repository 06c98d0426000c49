#include "query/checks/measured_facts.h"

#include <algorithm>
#include <array>

#include "projections/series.h"
#include "projections/trends/derived.h"

namespace query::checks {
namespace {

namespace trends = projections::trends;
using events::Micros;
using events::Result;
using events::Status;
using knowledge::Day;
using knowledge::Measured;
using projections::SeriesValue;

constexpr std::size_t values_max = 500;  // of one code, newest first

Day day_of(Micros time) {
  return std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Micros>(time));
}

Recorded recorded(const trends::Input& input) { return {input.type, input.id, input.version}; }

Result<std::vector<SeriesValue>> values_of(const PatientRead& read, std::string code) {
  return projections::series_of(*read.view, read.stream,
                                {std::string(projections::loinc), std::move(code)}, values_max);
}

Result<trends::Trend> trend_of(const PatientRead& read, std::string_view group) {
  const auto* analyte = trends::Analytes::built_in().of_group(group);
  std::vector<SeriesValue> values;
  for (const auto& code : analyte->codes) {
    auto of_code = values_of(read, code);
    if (!of_code) return of_code.error();
    std::move(of_code->begin(), of_code->end(), std::back_inserter(values));
  }
  return trends::make_trend(analyte, std::string(group), std::move(values), std::nullopt);
}

const trends::Point* newest(const trends::Trend& trend, Micros at) {
  const auto found =
      std::find_if(trend.points.begin(), trend.points.end(), [&](const trends::Point& point) {
        return point.counts() && point.shown && point.time && *point.time <= at;
      });
  return found == trend.points.end() ? nullptr : &*found;
}

Status read_weight(const PatientRead& read, Micros at, ChartFacts& to) {
  const auto weight = trend_of(read, "weight");
  if (!weight) return weight.error();
  const auto* point = newest(*weight, at);
  if (point == nullptr) return {};
  to.patient.weight_kg = Measured{static_cast<double>(point->shown->value), day_of(*point->time)};
  to.weight = {recorded(trends::input_of(point->sent))};
  return {};
}

// As a laboratory sent it: MDRD (33914-3), CKD-EPI 2021 (98979-8), CKD-EPI 2009 (62238-1).
Status read_sent_egfr(const PatientRead& read, Micros at, ChartFacts& to) {
  std::vector<SeriesValue> values;
  for (const char* code : {"98979-8", "62238-1", "33914-3"}) {
    auto of_code = values_of(read, code);
    if (!of_code) return of_code.error();
    std::move(of_code->begin(), of_code->end(), std::back_inserter(values));
  }
  const auto* analyte = trends::Analytes::built_in().of_group("egfr_mdrd");
  const auto trend = trends::make_trend(analyte, "egfr", std::move(values), std::nullopt);
  for (const auto& point : trend.points) {
    if (!point.counts() || !point.shown || !point.time || *point.time > at) continue;
    if (to.patient.egfr && to.patient.egfr->day >= day_of(*point.time)) continue;
    to.patient.egfr = Measured{static_cast<double>(point.shown->value), day_of(*point.time)};
    to.egfr = {recorded(trends::input_of(point.sent))};
  }
  return {};
}

Status read_egfr(const PatientRead& read, const trends::PatientFacts& person, Micros at,
                 ChartFacts& to) {
  if (auto sent = read_sent_egfr(read, at, to); !sent) return sent;
  const auto creatinine = trend_of(read, "creatinine");
  if (!creatinine) return creatinine.error();
  const auto* point = newest(*creatinine, at);
  if (point == nullptr) return {};
  const Day day = day_of(*point->time);
  if (to.patient.egfr && to.patient.egfr->day > day) return {};
  const auto egfr = trends::egfr_of(*creatinine, person);
  const bool is_derived = !egfr.values.empty() && egfr.values.front().time >= *point->time;
  if (is_derived) {
    to.patient.egfr = Measured{static_cast<double>(egfr.values.front().value), day};
    to.egfr.clear();
    for (const auto& input : egfr.values.front().inputs) to.egfr.push_back(recorded(input));
  } else {
    to.patient.egfr.reset();
    to.egfr.clear();
    const auto why =
        egfr.not_derived.empty() ? "it does not count" : egfr.not_derived.front().reason;
    to.not_checked.push_back("eGFR: none from the newest creatinine: " + why);
  }
  return {};
}

struct KnownPregnancy {
  knowledge::Pregnancy pregnancy;
  Recorded because;
};

void take_newer(std::optional<KnownPregnancy>& known, KnownPregnancy other) {
  if (!known || known->pregnancy.known < other.pregnancy.known) known = std::move(other);
}

// Pregnant from a condition's onset; not pregnant from its end.
void read_conditions(const trends::PatientFacts& person, Micros at,
                     std::optional<KnownPregnancy>& known) {
  for (const auto& state : person.states) {
    if (state.name != "pregnancy" || state.low > at) continue;
    const bool now = at < state.high;
    take_newer(known, {{now, day_of(now ? state.low : state.high)}, recorded(state.because)});
  }
}

// LOINC 82810-3, Pregnancy status: SNOMED CT or LOINC answers; others say nothing.
Status read_status(const PatientRead& read, Micros at, std::optional<KnownPregnancy>& known) {
  const auto values = values_of(read, "82810-3");
  if (!values) return values.error();
  for (const auto& value : *values) {
    const bool yes = value.coded.code == "77386006" || value.coded.code == "LA15173-0";
    const bool no = value.coded.code == "60001007" || value.coded.code == "LA26683-5";
    const bool counts = value.status == "final" || value.status == "amended" ||
                        value.status == "corrected" || value.status == "preliminary";
    if ((!yes && !no) || !counts || !value.time || *value.time > at) continue;
    take_newer(known, {{yes, day_of(*value.time)}, recorded(trends::input_of(value))});
    return {};  // the newest
  }
  return {};
}

}  // namespace

Status read_measured(const PatientRead& read, Micros at, ChartFacts& to) {
  const auto person = trends::patient_facts(*read.view, read.stream);
  if (!person) return person.error();
  if (person->patient) to.person = {recorded(*person->patient)};
  if (person->birth && person->birth->precision >= events::TimePrecision::day)
    to.patient.birth = day_of(person->birth->low);
  if (person->sex)
    to.patient.sex =
        *person->sex == trends::Sex::male ? knowledge::Sex::male : knowledge::Sex::female;
  if (auto done = read_weight(read, at, to); !done) return done;
  if (auto done = read_egfr(read, *person, at, to); !done) return done;
  std::optional<KnownPregnancy> known;
  read_conditions(*person, at, known);
  if (auto done = read_status(read, at, known); !done) return done;
  if (!known) return {};
  to.patient.pregnancy = known->pregnancy;
  to.pregnancy = {std::move(known->because)};
  return {};
}

}  // namespace query::checks
