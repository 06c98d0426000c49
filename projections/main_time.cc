#include "projections/main_time.h"

#include "events/schema/clinical_generated.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::Micros;

MainDate of(const schema::When* when) { return {when, nullptr}; }

MainDate of(const schema::Period* period) {
  if (period == nullptr || (period->start() == nullptr && period->end() == nullptr)) return {};
  return {nullptr, period};
}

template <class... Dates>
MainDate first(Dates... dates) {
  MainDate date;
  ((date = date ? date : of(dates)), ...);
  return date;
}

// One overload a type: the dates in order of preference. Types without a date of their
// own (Patient, Organization, Medication …) have none.
MainDate main_of(const schema::Encounter& r) { return of(r.period()); }
MainDate main_of(const schema::Condition& r) {
  return first(r.onset(), r.onset_period(), r.recorded());
}
MainDate main_of(const schema::AllergyIntolerance& r) { return first(r.onset(), r.recorded()); }
MainDate main_of(const schema::Observation& r) {
  return first(r.effective(), r.effective_period(), r.issued());
}
MainDate main_of(const schema::Procedure& r) { return first(r.performed(), r.performed_period()); }
MainDate main_of(const schema::Immunization& r) { return first(r.occurrence(), r.recorded()); }
MainDate main_of(const schema::MedicationRequest& r) { return of(r.authored()); }
MainDate main_of(const schema::MedicationStatement& r) {
  return first(r.effective(), r.effective_period(), r.asserted());
}
MainDate main_of(const schema::MedicationDispense& r) {
  return first(r.handed_over(), r.prepared());
}
MainDate main_of(const schema::MedicationAdministration& r) {
  return first(r.effective(), r.effective_period());
}
MainDate main_of(const schema::DiagnosticReport& r) {
  return first(r.effective(), r.effective_period(), r.issued());
}
MainDate main_of(const schema::DocumentReference& r) { return first(r.date(), r.period()); }
MainDate main_of(const schema::CarePlan& r) { return first(r.period(), r.created()); }
MainDate main_of(const schema::CareTeam& r) { return of(r.period()); }
MainDate main_of(const schema::Goal& r) {
  return first(r.start(), r.status_date(), r.target_due());
}
MainDate main_of(const schema::Device& r) { return of(r.manufactured()); }
MainDate main_of(const schema::ImagingStudy& r) { return of(r.started()); }
MainDate main_of(const schema::Claim& r) { return first(r.created(), r.billable()); }
MainDate main_of(const schema::ExplanationOfBenefit& r) { return first(r.created(), r.billable()); }
MainDate main_of(const schema::Coverage& r) { return of(r.period()); }
MainDate main_of(const schema::SupplyDelivery& r) {
  return first(r.occurrence(), r.occurrence_period());
}
MainDate main_of(const schema::Provenance& r) {
  return first(r.recorded(), r.occurred(), r.occurred_period());
}
MainDate main_of(const schema::ServiceRequest& r) {
  return first(r.authored(), r.occurrence(), r.occurrence_period());
}
MainDate main_of(const schema::Specimen& r) {
  return first(r.collected(), r.collected_period(), r.received());
}
MainDate main_of(const schema::QuestionnaireResponse& r) { return of(r.authored()); }
MainDate main_of(const schema::RelatedPerson& r) { return of(r.period()); }
MainDate main_of(const schema::DetectedIssue& r) {
  return first(r.identified(), r.identified_period());
}
MainDate main_of(const schema::List& r) { return of(r.date()); }
MainDate main_of(const schema::General& r) { return first(r.when(), r.period()); }

template <class Table>
MainDate main_of(const schema::Facts& facts) {
  const auto* table = facts.of_as<Table>();
  return table == nullptr ? MainDate{} : main_of(*table);
}

}  // namespace

MainDate main_date(const schema::Facts& facts) {
  using Of = schema::Clinical;
  switch (facts.of_type()) {
#define OF(type) \
  case Of::type: \
    return main_of<schema::type>(facts)
    OF(Encounter);
    OF(Condition);
    OF(AllergyIntolerance);
    OF(Observation);
    OF(Procedure);
    OF(Immunization);
    OF(MedicationRequest);
    OF(MedicationStatement);
    OF(MedicationDispense);
    OF(MedicationAdministration);
    OF(DiagnosticReport);
    OF(DocumentReference);
    OF(CarePlan);
    OF(CareTeam);
    OF(Goal);
    OF(Device);
    OF(ImagingStudy);
    OF(Claim);
    OF(ExplanationOfBenefit);
    OF(Coverage);
    OF(SupplyDelivery);
    OF(Provenance);
    OF(ServiceRequest);
    OF(Specimen);
    OF(QuestionnaireResponse);
    OF(RelatedPerson);
    OF(DetectedIssue);
    OF(List);
    OF(General);
#undef OF
    default:
      return {};
  }
}

std::optional<ClinicalSpan> main_time(const schema::Facts& facts) {
  const MainDate date = main_date(facts);
  if (date.at) return ClinicalSpan{Micros(date.at->low()), Micros(date.at->high())};
  if (date.during == nullptr) return std::nullopt;
  const auto* start = date.during->start();
  const auto* end = date.during->end();
  return ClinicalSpan{start ? Micros(start->low()) : Micros::min(),
                      end ? Micros(end->high()) : Micros::max()};
}

}  // namespace projections
