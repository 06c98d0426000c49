#include "projections/safety/measured_facts.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "projections/facts_text.h"
#include "projections/trends/derived.h"

namespace projections::safety {
namespace {

using events::Micros;
using knowledge::Day;
using knowledge::Measured;

// eGFR as a laboratory sends it: CKD-EPI 2021, CKD-EPI 2009, MDRD.
constexpr const char* egfr_codes[] = {"98979-8", "62238-1", "33914-3"};
constexpr const char* pregnancy_status = "82810-3";

// As laboratories report an eGFR; and rows must not depend on a machine's last digit of pow().
double whole(long double value) { return static_cast<double>(std::round(value)); }

Recorded recorded(const trends::Input& input) { return {input.type, input.id, input.version}; }

Result<trends::Trend> trend_of(const ChartSource& source, std::string_view group) {
  const auto* analyte = trends::Analytes::built_in().of_group(group);
  std::vector<SeriesValue> values;
  for (const auto& code : analyte->codes) {
    auto of_code = source.values(code);
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

Status read_weight(const ChartSource& source, Micros at, ChartFacts& to) {
  const auto weight = trend_of(source, "weight");
  if (!weight) return weight.error();
  const auto* point = newest(*weight, at);
  if (point == nullptr) return {};
  to.patient.weight_kg = Measured{static_cast<double>(point->shown->value), day_of(*point->time)};
  to.weight = {recorded(trends::input_of(point->sent))};
  return {};
}

Status read_sent_egfr(const ChartSource& source, Micros at, ChartFacts& to) {
  std::vector<SeriesValue> values;
  for (const char* code : egfr_codes) {
    auto of_code = source.values(code);
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

Status read_egfr(const ChartSource& source, const trends::PatientFacts& person, Micros at,
                 ChartFacts& to) {
  if (auto sent = read_sent_egfr(source, at, to); !sent) return sent;
  const auto creatinine = trend_of(source, "creatinine");
  if (!creatinine) return creatinine.error();
  const auto* point = newest(*creatinine, at);
  if (point == nullptr) return {};
  const Day day = day_of(*point->time);
  if (to.patient.egfr && to.patient.egfr->day > day) return {};
  const auto egfr = trends::egfr_of(*creatinine, person);
  const bool is_derived = !egfr.values.empty() && egfr.values.front().time >= *point->time;
  if (is_derived) {
    to.patient.egfr = Measured{whole(egfr.values.front().value), day};
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
Status read_status(const ChartSource& source, Micros at, std::optional<KnownPregnancy>& known) {
  const auto values = source.values(pregnancy_status);
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

Result<trends::PatientFacts> person_of(const ChartSource& source) {
  trends::PatientFacts person;
  for (const auto type : {events::ResourceType::Patient, events::ResourceType::Condition,
                          events::ResourceType::Procedure}) {
    const auto add = [&](std::string_view id, events::Version version, const auto& facts) {
      trends::add_patient_fact(facts, id, version, person);
    };
    if (auto read = source.each(type, add); !read) return read.error();
  }
  return person;
}

const std::set<std::string_view>& asked_for() {
  static const auto codes = [] {
    std::set<std::string_view> all(std::begin(egfr_codes), std::end(egfr_codes));
    all.insert(pregnancy_status);
    for (const char* group : {"weight", "creatinine"}) {
      const auto& of_group = trends::Analytes::built_in().of_group(group)->codes;
      all.insert(of_group.begin(), of_group.end());
    }
    return all;
  }();
  return codes;
}

bool asks_for(const events::schema::Concept* code) {
  return asked_for().contains(coded_text(code, loinc).code);
}

}  // namespace

bool is_measured(const events::schema::Facts& facts) {
  const auto* observation = facts.of_as_Observation();
  if (observation == nullptr) return false;
  if (asks_for(observation->code())) return true;
  const auto* components = observation->components();
  return components != nullptr &&
         std::any_of(components->begin(), components->end(),
                     [](const auto* component) { return asks_for(component->code()); });
}

Result<std::optional<KnownPregnancy>> pregnancy_at(const ChartSource& source, Micros at) {
  const auto person = person_of(source);
  if (!person) return person.error();
  std::optional<KnownPregnancy> known;
  read_conditions(*person, at, known);
  if (auto done = read_status(source, at, known); !done) return done.error();
  const bool holds = known && known->pregnancy.pregnant &&
                     day_of(at) - known->pregnancy.known <= knowledge::pregnancy_holds;
  return holds ? std::move(known) : std::nullopt;
}

Status read_measured(const ChartSource& source, Micros at, ChartFacts& to) {
  const auto person = person_of(source);
  if (!person) return person.error();
  if (person->patient) to.person = {recorded(*person->patient)};
  if (person->birth && person->birth->precision >= events::TimePrecision::day)
    to.patient.birth = day_of(person->birth->low);
  if (person->sex)
    to.patient.sex =
        *person->sex == trends::Sex::male ? knowledge::Sex::male : knowledge::Sex::female;
  if (auto done = read_weight(source, at, to); !done) return done;
  if (auto done = read_egfr(source, *person, at, to); !done) return done;
  std::optional<KnownPregnancy> known;
  read_conditions(*person, at, known);
  if (auto done = read_status(source, at, known); !done) return done;
  if (!known) return {};
  to.patient.pregnancy = known->pregnancy;
  to.pregnancy = {std::move(known->because)};
  return {};
}

}  // namespace projections::safety
