#include "projections/trends/patient_facts.h"

#include <algorithm>
#include <cstdlib>

#include "projections/chart.h"
#include "projections/coded.h"
#include "projections/facts_text.h"
#include "projections/trends/table.h"

namespace projections::trends {
namespace {

namespace schema = events::schema;
using events::Micros;
using std::chrono::days;

struct Row {
  std::string_view name, type, system, code;
  bool prefix = false;
  std::optional<days> lasts;
};

const std::vector<Row>& rows() {
  static const auto all = [] {
    const auto table = built_in_table("states");
    std::vector<Row> made;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const std::string lasts(table.at(i, "days"));
      Row row{table.at(i, "state"),
              table.at(i, "type"),
              table.at(i, "system"),
              table.at(i, "code"),
              table.at(i, "match") == "prefix",
              std::nullopt};
      if (!lasts.empty()) row.lasts = days(std::atoi(lasts.c_str()));
      made.push_back(row);
    }
    return made;
  }();
  return all;
}

const Row* row_of(std::string_view type, const schema::Concept* codes) {
  if (codes == nullptr || codes->codings() == nullptr) return nullptr;
  for (const auto* coding : *codes->codings()) {
    const auto system = text_of(coding->system()), code = text_of(coding->code());
    for (const auto& row : rows()) {
      const bool same = row.prefix ? code.starts_with(row.code) : code == row.code;
      if (row.type == type && row.system == system && same) return &row;
    }
  }
  return nullptr;
}

std::optional<Micros> start_of(const schema::When* at, const schema::Period* during) {
  if (at != nullptr) return Micros(at->low());
  if (during != nullptr && during->start() != nullptr) return Micros(during->start()->low());
  return std::nullopt;
}
std::optional<Micros> end_of(const schema::When* at, const schema::Period* during) {
  if (at != nullptr) return Micros(at->high());
  if (during != nullptr && during->end() != nullptr) return Micros(during->end()->high());
  return std::nullopt;
}

std::optional<State> state_of(const Row& row, std::optional<Micros> start,
                              std::optional<Micros> end) {
  if (!start) return std::nullopt;
  State state;
  state.name = row.name;
  state.low = *start;
  state.high = end ? *end : row.lasts ? *start + *row.lasts : Micros::max();
  return state;
}

std::optional<State> state_of(const schema::Condition& condition) {
  const auto verification = coded_text(condition.verification_status()).code;
  if (verification == "entered-in-error" || verification == "refuted") return std::nullopt;
  const auto* row = row_of("Condition", condition.code());
  if (row == nullptr) return std::nullopt;
  auto start = start_of(condition.onset(), condition.onset_period());
  if (!start) start = start_of(condition.recorded(), nullptr);
  return state_of(*row, start, end_of(condition.abatement(), condition.abatement_period()));
}

// What was done has its effect for a time: the days count from its end.
std::optional<State> state_of(const schema::Procedure& procedure) {
  const auto status = text_of(procedure.status());
  if (status != "completed" && status != "in-progress") return std::nullopt;
  const auto* row = row_of("Procedure", procedure.code());
  if (row == nullptr) return std::nullopt;
  auto end = end_of(procedure.performed(), procedure.performed_period());
  if (end && row->lasts) *end += *row->lasts;
  return state_of(*row, start_of(procedure.performed(), procedure.performed_period()), end);
}

std::optional<Sex> sex_of(const schema::Patient& patient) {
  const auto birth_sex = text_of(patient.birth_sex()), gender = text_of(patient.gender());
  if (birth_sex == "M") return Sex::male;
  if (birth_sex == "F") return Sex::female;
  if (!birth_sex.empty()) return std::nullopt;  // said to be neither, or unknown
  if (gender == "male") return Sex::male;
  if (gender == "female") return Sex::female;
  return std::nullopt;
}

void add_patient(const schema::Patient& patient, std::string_view id, events::Version version,
                 PatientFacts& to) {
  to.patient = Input{"Patient", std::string(id), version};
  to.sex = sex_of(patient);
  if (patient.birth_date() == nullptr) return;
  auto birth = events::parse_clinical_time(text_of(patient.birth_date()->text()));
  if (birth) to.birth = std::move(*birth);
}

// The calendar day of a time as written, at its own offset.
std::optional<std::chrono::sys_days> day_of(const events::ClinicalTime& time) {
  if (time.precision < events::TimePrecision::day) return std::nullopt;
  const auto local = time.low + time.zone.value_or(std::chrono::minutes(0));
  return std::chrono::floor<days>(std::chrono::sys_time<Micros>(local));
}

struct Days {
  std::chrono::sys_days birth, at;
};
std::optional<Days> days_of(const events::ClinicalTime& birth, std::string_view when) {
  const auto time = events::parse_clinical_time(when);
  if (!time) return std::nullopt;
  const auto born = day_of(birth), at = day_of(*time);
  if (!born || !at || *at < *born) return std::nullopt;
  return Days{*born, *at};
}

}  // namespace

const State* PatientFacts::state_at(std::string_view name, Micros time) const {
  const auto found = std::find_if(states.begin(), states.end(), [&](const State& state) {
    return state.name == name && state.low <= time && time < state.high;
  });
  return found == states.end() ? nullptr : &*found;
}

void add_patient_fact(const schema::Facts& facts, std::string_view id, events::Version version,
                      PatientFacts& to) {
  if (facts.of_type() == schema::Clinical::Patient) {
    if (!to.patient) add_patient(*facts.of_as_Patient(), id, version, to);
    return;
  }
  std::optional<State> state;
  if (const auto* condition = facts.of_as_Condition()) state = state_of(*condition);
  const auto* procedure = facts.of_as_Procedure();
  if (procedure != nullptr) state = state_of(*procedure);
  if (!state) return;
  state->because = {procedure == nullptr ? "Condition" : "Procedure", std::string(id), version};
  to.states.push_back(std::move(*state));
}

Result<PatientFacts> patient_facts(const ShardView& view, const events::StreamKey& stream) {
  PatientFacts facts;
  for (const auto type : {events::ResourceType::Patient, events::ResourceType::Condition,
                          events::ResourceType::Procedure}) {
    ChartCursor cursor(view, stream, type);
    for (; cursor.valid(); cursor.next())
      add_patient_fact(cursor.facts(), cursor.id(), cursor.version(), facts);
    if (auto read = cursor.status(); !read) return read.error();
  }
  return facts;
}

std::optional<int> age_in_years(const events::ClinicalTime& birth, std::string_view when) {
  const auto both = days_of(birth, when);
  if (!both) return std::nullopt;
  const std::chrono::year_month_day born(both->birth), at(both->at);
  const bool birthday_to_come =
      at.month() < born.month() || (at.month() == born.month() && at.day() < born.day());
  return int(at.year()) - int(born.year()) - (birthday_to_come ? 1 : 0);
}

std::optional<long double> age_in_months(const events::ClinicalTime& birth, std::string_view when) {
  const auto both = days_of(birth, when);
  if (!both) return std::nullopt;
  return static_cast<long double>((both->at - both->birth).count()) / 30.4375L;
}

}  // namespace projections::trends
