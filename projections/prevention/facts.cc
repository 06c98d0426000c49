#include "projections/prevention/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "events/resource_type.h"
#include "projections/chart.h"
#include "projections/coded.h"
#include "projections/facts_text.h"

namespace projections {
namespace {

namespace schema = events::schema;
using immunization::RecordedDate;
using screening::FactKind;
using screening::ListId;

constexpr std::chrono::days pregnancy{304};  // older than ten months it is none

std::optional<RecordedDate> day_of(const schema::When* when) {
  if (when == nullptr) return std::nullopt;
  const auto time = events::parse_clinical_time(text_of(when->text()));
  if (!time) return std::nullopt;
  return immunization::recorded_date(*time);
}
std::optional<RecordedDate> start_of(const schema::When* at, const schema::Period* during) {
  return day_of(at || !during ? at : during->start());
}
std::optional<RecordedDate> end_of(const schema::When* at, const schema::Period* during) {
  return day_of(at || !during ? at : during->end());
}

std::optional<double> number_of(const schema::Quantity* quantity) {
  if (quantity == nullptr || !text_of(quantity->comparator()).empty()) return std::nullopt;
  const auto digits = text_of(quantity->value());
  double number = 0;
  const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || failed != std::errc() || stop != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return number;
}

template <class Each>
void for_codings(const schema::Concept* concept_, const Each& each) {
  if (concept_ == nullptr || concept_->codings() == nullptr) return;
  for (const auto* coding : *concept_->codings()) {
    each(text_of(coding->system()), text_of(coding->code()));
  }
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// One resource's part of the facts.
class Reading {
 public:
  Reading(const PreventionRules& rules, std::string id, PreventionFacts& into)
      : rules_(rules), id_(std::move(id)), into_(into) {}

  void read(const schema::Facts& facts) {
    if (const auto* patient = facts.of_as_Patient()) return read(*patient);
    if (const auto* condition = facts.of_as_Condition()) return read(*condition);
    if (const auto* procedure = facts.of_as_Procedure()) return read(*procedure);
    if (const auto* observation = facts.of_as_Observation()) return read(*observation);
    if (const auto* report = facts.of_as_DiagnosticReport()) return read(*report);
    if (const auto* dose = facts.of_as_Immunization()) return read(*dose);
    if (const auto* allergy = facts.of_as_AllergyIntolerance()) return read(*allergy);
  }

 private:
  void read(const schema::Patient& patient) {
    into_.screenings.id = id_;
    into_.screenings.birth = into_.immunizations.birth = day_of(patient.birth_date());
    const auto sex = text_of(patient.birth_sex());
    into_.screenings.sex = sex == "F"   ? immunization::Sex::female
                           : sex == "M" ? immunization::Sex::male
                                        : immunization::Sex::unknown;
    into_.immunizations.sex = into_.screenings.sex;
    into_.screenings.died = day_of(patient.deceased_at());
    into_.screenings.deceased =
        patient.deceased_at() != nullptr || patient.deceased().value_or(false);
  }

  void read(const schema::Condition& condition) {
    const auto verification = coded_text(condition.verification_status()).code;
    if (!verification.empty() && verification != "confirmed") return;
    auto fact = fact_of(condition.code());
    fact.kind = FactKind::diagnosed;
    fact.on = start_of(condition.onset(), condition.onset_period());
    if (!fact.on) fact.on = day_of(condition.recorded());
    fact.until = end_of(condition.abatement(), condition.abatement_period());
    fact.ended = fact.until || is_one_of(coded_text(condition.clinical_status()).code,
                                         {"inactive", "remission", "resolved"});
    // A diagnosis that is over, nobody says since when, is over since it was recorded.
    auto ended = fact.until;
    if (fact.ended && !ended) ended = fact.on;
    observe(condition.code(), fact.on, ended);
    keep(std::move(fact));
  }

  void read(const schema::AllergyIntolerance& allergy) {
    const auto verification = coded_text(allergy.verification_status()).code;
    if (!verification.empty() && verification != "confirmed") return;
    const auto status = coded_text(allergy.clinical_status()).code;
    if (is_one_of(status, {"inactive", "resolved"})) return;
    auto began = day_of(allergy.onset());
    if (!began) began = day_of(allergy.recorded());
    observe(allergy.code(), began, std::nullopt);
  }

  void read(const schema::Procedure& procedure) {
    const auto status = text_of(procedure.status());
    auto fact = fact_of(procedure.code());
    fact.on = start_of(procedure.performed(), procedure.performed_period());
    fact.until =
        procedure.performed() ? std::nullopt : end_of(nullptr, procedure.performed_period());
    if (status == "not-done") {
      if (const auto why = refusal_of(procedure.status_reason())) keep_as(*why, std::move(fact));
      return;
    }
    if (!is_one_of(status, {"completed", "in-progress"})) return;
    observe(procedure.code(), fact.on, std::nullopt);
    keep(std::move(fact));
  }

  void read(const schema::Observation& observation) {
    if (!is_one_of(text_of(observation.status()), {"final", "amended", "corrected"})) return;
    auto fact = fact_of(observation.code());
    fact.on = start_of(observation.effective(), observation.effective_period());
    if (!fact.on) fact.on = day_of(observation.issued());
    if (observation.absent() != nullptr) {
      if (const auto why = refusal_of(observation.absent())) keep_as(*why, std::move(fact));
      return;
    }
    if (const auto* value = observation.value()) {
      add_lists(value->concept_(), fact);
      fact.number = number_of(value->quantity());
      fact.day = day_of(value->when());
      observe(value->concept_(), fact.on, std::nullopt);
    }
    if (const auto* components = observation.components()) {
      for (const auto* component : *components) add_lists(component->code(), fact);
    }
    keep(std::move(fact));
  }

  void read(const schema::DiagnosticReport& report) {
    if (!is_one_of(text_of(report.status()), {"final", "amended", "corrected", "appended"})) return;
    auto fact = fact_of(report.code());
    fact.on = start_of(report.effective(), report.effective_period());
    if (!fact.on) fact.on = day_of(report.issued());
    keep(std::move(fact));
  }

  void read(const schema::Immunization& dose) {
    const auto status = text_of(dose.status());
    std::string cvx;
    for_codings(dose.vaccine(), [&](std::string_view system, std::string_view code) {
      if (immunization::code_system_of(system) == immunization::CodeSystem::cvx) cvx = code;
    });
    const auto given = day_of(dose.occurrence());
    if (status == "not-done") {
      const auto why = refusal_of(dose.status_reason());
      const auto vaccine = immunization::parse_cvx(cvx);
      if (!why || !vaccine || !given) return;
      into_.refusals.push_back({id_, *vaccine, *given, *why == FactKind::contraindicated});
      return;
    }
    if (status != "completed") return;
    immunization::Dose made;
    made.id = id_;
    made.cvx = cvx;
    made.given = given;
    const auto* maker = dose.manufacturer() ? dose.manufacturer()->identifier() : nullptr;
    if (maker && text_of(maker->system()).ends_with("mvx")) {
      made.manufacturer = text_of(maker->value());
    }
    if (dose.dose() && text_of(dose.dose()->code()) == "mL")
      made.volume_ml = number_of(dose.dose());
    into_.immunizations.doses.push_back(std::move(made));
  }

  screening::Fact fact_of(const schema::Concept* code) const {
    screening::Fact fact;
    fact.id = id_;
    add_lists(code, fact);
    return fact;
  }
  void add_lists(const schema::Concept* code, screening::Fact& fact) const {
    for_codings(code, [&](std::string_view system, std::string_view text) {
      for (const auto list : rules_.screenings.lists_of(system, text)) {
        if (std::find(fact.lists.begin(), fact.lists.end(), list) == fact.lists.end()) {
          fact.lists.push_back(list);
        }
      }
    });
  }

  // refused or contraindicated; nothing for any other reason.
  std::optional<FactKind> refusal_of(const schema::Concept* reason) const {
    std::optional<FactKind> why;
    for_codings(reason, [&](std::string_view system, std::string_view code) {
      for (const auto list : rules_.screenings.lists_of(system, code)) {
        if (list == rules_.screenings.refusal_reason) why = FactKind::refused;
        if (list == rules_.screenings.medical_reason && !why) why = FactKind::contraindicated;
      }
    });
    return why;
  }

  void keep(screening::Fact fact) {
    if (!fact.lists.empty()) into_.screenings.facts.push_back(std::move(fact));
  }
  void keep_as(FactKind kind, screening::Fact fact) {
    fact.kind = kind;
    keep(std::move(fact));
  }

  // What the schedule may ask for: an indication, a contraindication, a sign of immunity.
  void observe(const schema::Concept* code, const std::optional<RecordedDate>& began,
               std::optional<RecordedDate> ended) {
    for_codings(code, [&](std::string_view system, std::string_view text) {
      const auto* coded = coded_value(system, text);
      if (coded == nullptr) return;
      const auto* observation = rules_.schedule.observation(coded->observation);
      if (observation && observation->title == "Pregnant" && began) {
        const RecordedDate over(began->first + pregnancy, began->last + pregnancy);
        if (!ended || over.first < ended->first) ended = over;
      }
      immunization::Observation made;
      made.id = id_;
      made.system = coded->system;
      made.code = text;
      made.began = began;
      made.ended = ended;
      into_.immunizations.observations.push_back(std::move(made));
    });
  }

  // Rows are by system, then code; one is enough: the schedule looks for all of them itself.
  const immunization::CodedValue* coded_value(std::string_view system,
                                              std::string_view code) const {
    const auto kind = immunization::code_system_of(system);
    if (kind == immunization::CodeSystem::other || kind == immunization::CodeSystem::cvx) {
      return nullptr;
    }
    const auto& rows = rules_.schedule.coded_values;
    const auto at = std::lower_bound(
        rows.begin(), rows.end(), std::pair(kind, code), [](const auto& row, const auto& wanted) {
          return std::pair(row.system, std::string_view(row.code)) < wanted;
        });
    return at != rows.end() && at->system == kind && at->code == code ? &*at : nullptr;
  }

  const PreventionRules& rules_;
  const std::string id_;
  PreventionFacts& into_;
};

}  // namespace

void add_prevention_facts(const PreventionRules& rules, const schema::Facts& facts,
                          std::string_view id, events::Version version, PreventionFacts& into) {
  Reading(rules, fmt::format("{}/{}/{}", events::type_name(facts.type()), id, version.value), into)
      .read(facts);
}

Result<PreventionFacts> prevention_facts(const ShardView& view, const events::StreamKey& stream,
                                         const PreventionRules& rules) {
  using events::ResourceType;
  PreventionFacts facts;
  for (const auto type : {ResourceType::Patient, ResourceType::Condition, ResourceType::Procedure,
                          ResourceType::Observation, ResourceType::DiagnosticReport,
                          ResourceType::Immunization, ResourceType::AllergyIntolerance}) {
    ChartCursor cursor(view, stream, type);
    for (; cursor.valid(); cursor.next()) {
      add_prevention_facts(rules, cursor.facts(), cursor.id(), cursor.version(), facts);
    }
    if (auto read = cursor.status(); !read) return read.error();
  }
  return facts;
}

}  // namespace projections
