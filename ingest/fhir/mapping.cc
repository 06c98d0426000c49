#include "ingest/fhir/mapping.h"

#include <fmt/format.h>

#include <array>

#include "events/check.h"
#include "events/ids.h"
#include "ingest/fhir/conditions.h"
#include "ingest/fhir/documents.h"
#include "ingest/fhir/elements.h"
#include "ingest/fhir/encounter.h"
#include "ingest/fhir/general.h"
#include "ingest/fhir/medications.h"
#include "ingest/fhir/money.h"
#include "ingest/fhir/more.h"
#include "ingest/fhir/observations.h"
#include "ingest/fhir/people.h"
#include "ingest/fhir/places.h"
#include "ingest/fhir/plans.h"
#include "ingest/fhir/procedures.h"
#include "ingest/fhir/safety.h"

namespace ingest::fhir {
namespace {

using events::ResourceType;

template <class Table>
void into(const Element& from, ResourceType, schema::FactsT& facts) {
  Table table;
  map(from, table);
  facts.of.Set(std::move(table));
}

void into_general(const Element& from, ResourceType type, schema::FactsT& facts) {
  schema::GeneralT table;
  map(from, type, table);
  facts.of.Set(std::move(table));
}

enum class Subject { none, optional, required, required_list };

// How a type is mapped, and the element of its R4 `patient` or `subject` search parameter.
struct Mapping {
  ResourceType type;
  void (*map)(const Element&, ResourceType, schema::FactsT&);
  Subject need = Subject::none;
  std::string_view subject = {};
};

constexpr Mapping mappings[] = {
    {ResourceType::Patient, into<schema::PatientT>},
    {ResourceType::Practitioner, into<schema::PractitionerT>},
    {ResourceType::PractitionerRole, into<schema::PractitionerRoleT>},
    {ResourceType::Organization, into<schema::OrganizationT>},
    {ResourceType::Location, into<schema::LocationT>},
    {ResourceType::Encounter, into<schema::EncounterT>, Subject::optional, "subject"},
    {ResourceType::Condition, into<schema::ConditionT>, Subject::required, "subject"},
    {ResourceType::AllergyIntolerance, into<schema::AllergyIntoleranceT>, Subject::required,
     "patient"},
    {ResourceType::Observation, into<schema::ObservationT>, Subject::optional, "subject"},
    {ResourceType::Procedure, into<schema::ProcedureT>, Subject::required, "subject"},
    {ResourceType::Immunization, into<schema::ImmunizationT>, Subject::required, "patient"},
    {ResourceType::Medication, into<schema::MedicationT>},
    {ResourceType::MedicationRequest, into<schema::MedicationRequestT>, Subject::required,
     "subject"},
    {ResourceType::MedicationStatement, into<schema::MedicationStatementT>, Subject::required,
     "subject"},
    {ResourceType::MedicationDispense, into<schema::MedicationDispenseT>, Subject::optional,
     "subject"},
    {ResourceType::MedicationAdministration, into<schema::MedicationAdministrationT>,
     Subject::required, "subject"},
    {ResourceType::DiagnosticReport, into<schema::DiagnosticReportT>, Subject::optional, "subject"},
    {ResourceType::DocumentReference, into<schema::DocumentReferenceT>, Subject::optional,
     "subject"},
    {ResourceType::CarePlan, into<schema::CarePlanT>, Subject::required, "subject"},
    {ResourceType::CareTeam, into<schema::CareTeamT>, Subject::optional, "subject"},
    {ResourceType::Goal, into<schema::GoalT>, Subject::required, "subject"},
    {ResourceType::Device, into<schema::DeviceT>, Subject::optional, "patient"},
    {ResourceType::ImagingStudy, into<schema::ImagingStudyT>, Subject::required, "subject"},
    {ResourceType::Claim, into<schema::ClaimT>, Subject::required, "patient"},
    {ResourceType::ExplanationOfBenefit, into<schema::ExplanationOfBenefitT>, Subject::required,
     "patient"},
    {ResourceType::Coverage, into<schema::CoverageT>, Subject::required, "beneficiary"},
    {ResourceType::SupplyDelivery, into<schema::SupplyDeliveryT>, Subject::optional, "patient"},
    {ResourceType::Provenance, into<schema::ProvenanceT>, Subject::required_list, "target"},
    {ResourceType::ServiceRequest, into<schema::ServiceRequestT>, Subject::required, "subject"},
    {ResourceType::Specimen, into<schema::SpecimenT>, Subject::optional, "subject"},
    {ResourceType::QuestionnaireResponse, into<schema::QuestionnaireResponseT>, Subject::optional,
     "subject"},
    {ResourceType::RelatedPerson, into<schema::RelatedPersonT>, Subject::required, "patient"},
    {ResourceType::DetectedIssue, into<schema::DetectedIssueT>, Subject::optional, "patient"},
    {ResourceType::List, into<schema::ListT>, Subject::optional, "subject"},
    {ResourceType::Endpoint, into_general},
    {ResourceType::HealthcareService, into_general},
    {ResourceType::Media, into_general, Subject::optional, "subject"},
    {ResourceType::DeviceRequest, into_general, Subject::required, "subject"},
    {ResourceType::Communication, into_general, Subject::optional, "subject"},
    {ResourceType::AdverseEvent, into_general, Subject::required, "subject"},
    {ResourceType::FamilyMemberHistory, into_general, Subject::required, "patient"},
    {ResourceType::Questionnaire, into_general},
    {ResourceType::Group, into_general},
    {ResourceType::Task, into_general, Subject::optional, "for"},
    {ResourceType::ValueSet, into_general},
    {ResourceType::Subscription, into_general},
};

const Mapping* mapping_of(ResourceType type) {
  for (const Mapping& mapping : mappings) {
    if (mapping.type == type) return &mapping;
  }
  return nullptr;
}

// Type and id of a reference after resolution, in the text that replaces it.
std::string local_text(const ResolvedReference& reference) {
  return fmt::format("{}/{}", events::type_name(reference.type), reference.id);
}

// Every `reference` string, also where no table looks. `#x` names a contained resource
// and is nobody else's business.
void resolve_references(const json::Value& holder, Reading& reading, MappedResource& mapped) {
  for (json::Value at = holder.first(); at; at = at.next()) {
    if (at.is_object() || at.is_array()) {
      resolve_references(at, reading, mapped);
    } else if (at.is_string() && at.name() == "reference") {
      if (at.string().starts_with('#')) continue;
      auto resolved = reading.context.resolve(at.string(), at);
      if (!resolved) {
        reading.errors.push_back(resolved.error());
        continue;
      }
      if (resolved->replaced) {
        mapped.replaced_references.push_back({at.begin() + 1, at.end() - 1, local_text(*resolved)});
      }
      reading.references.emplace_back(at.begin(), std::move(*resolved));
    }
  }
}

void read_subjects(const Element& from, const Mapping& mapping, schema::FactsT& facts,
                   MappedResource& mapped) {
  const auto needed = mapping.need == Subject::required ? Need::required : Need::optional;
  if (mapping.need == Subject::none) return;
  if (mapping.need == Subject::required_list) {
    from.get(mapping.subject, facts.subjects);
  } else {
    std::unique_ptr<schema::ReferenceT> subject;
    from.get(mapping.subject, subject, needed);
    if (subject) facts.subjects.push_back(std::move(subject));
  }
  for (const auto& subject : facts.subjects) {
    if (subject->type == ResourceType::Patient) mapped.subjects.push_back(subject->id);
  }
}

void read_meta(const Element& from, schema::FactsT& facts) {
  const Element meta = from.object("meta");
  if (!meta) return;
  meta.get("profile", facts.profiles);
  meta.get("tag", facts.tags);
  meta.get("security", facts.security);
}

// What If-None-Exist and search by identifier ask for: those that have a value.
void add_identifier(const json::Value& identifier, MappedResource& mapped) {
  const std::string_view value = identifier["value"].string();
  if (!value.empty())
    mapped.identifiers.push_back({std::string(identifier["system"].string()), std::string(value)});
}

void read_identifiers(const json::Value& resource, MappedResource& mapped) {
  if (const json::Value master = resource["masterIdentifier"]; master.is_object())
    add_identifier(master, mapped);
  const json::Value identifier = resource["identifier"];
  if (identifier.is_object()) add_identifier(identifier, mapped);
  if (!identifier.is_array()) return;
  for (json::Value at = identifier.first(); at; at = at.next()) add_identifier(at, mapped);
}

void check_id(const json::Value& resource, Reading& reading) {
  const json::Value id = resource["id"];
  if (!id || (id.is_string() && events::is_fhir_id(id.string()))) return;
  reading.refuse(id, fmt::format("\"{}\" is not an id; write 1 to 64 of A-Z a-z 0-9 - .",
                                 id.token().substr(0, 80)));
}

void keep_issues(std::span<const validation::Issue> issues, schema::FactsT& facts) {
  for (const validation::Issue& issue : issues) {
    auto& kept = *facts.issues.emplace_back(std::make_unique<schema::IssueT>());
    kept.severity = static_cast<std::uint8_t>(issue.severity);
    kept.type = issue.type;
    kept.message = issue.message;
    kept.expression = issue.expression;
  }
}

std::string packed(const schema::FactsT& facts) {
  thread_local flatbuffers::FlatBufferBuilder builder(4096);
  builder.Clear();
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

tl::expected<const Mapping*, events::Error> find_mapping(const json::Value& resource) {
  const json::Value name = resource["resourceType"];
  if (!resource.is_object() || !name.is_string()) {
    return tl::unexpected(events::unprocessable(
        "resourceType: missing; send a FHIR resource, a JSON object that says its type",
        resource.path()));
  }
  const auto type = events::type_of_name(name.string());
  const Mapping* mapping = type ? mapping_of(*type) : nullptr;
  if (mapping) return mapping;
  return tl::unexpected(events::Error{
      events::ErrorCode::unsupported,
      fmt::format(
          "resourceType: \"{}\" is not a type this server keeps; /fhir/metadata lists those",
          name.string().substr(0, 64)),
      name.path()});
}

}  // namespace

tl::expected<MappedResource, std::vector<events::Error>> map_resource(
    const json::Value& resource, std::string_view id, const MappingContext& context,
    std::span<const validation::Issue> issues) {
  const auto mapping = find_mapping(resource);
  if (!mapping) return tl::unexpected(std::vector<events::Error>{mapping.error()});

  Reading reading{resource, context, {}, {}};
  MappedResource mapped;
  mapped.type = (*mapping)->type;
  resolve_references(resource, reading, mapped);
  check_id(resource, reading);

  const Element from(resource, reading);
  schema::FactsT facts;
  facts.type = mapped.type;
  facts.id = id;
  read_meta(from, facts);
  read_subjects(from, **mapping, facts, mapped);
  (*mapping)->map(from, mapped.type, facts);
  map_more(from, mapped.type, facts.more);
  if (!reading.errors.empty()) return tl::unexpected(std::move(reading.errors));

  keep_issues(issues, facts);
  read_identifiers(resource, mapped);
  mapped.facts = packed(facts);
  return mapped;
}

std::string_view subject_element(events::ResourceType type) {
  const Mapping* mapping = mapping_of(type);
  return mapping ? mapping->subject : std::string_view();
}

}  // namespace ingest::fhir
