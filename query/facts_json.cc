#include "query/facts_json.h"

#include "ops/auth/access.h"
#include "projections/dose_text.h"
#include "projections/facts_text.h"
#include "projections/main_time.h"

namespace query {
namespace {

namespace schema = events::schema;
using projections::coded_text;
using projections::text_of;
using Concepts = flatbuffers::Vector<flatbuffers::Offset<schema::Concept>>;
using References = flatbuffers::Vector<flatbuffers::Offset<schema::Reference>>;

const schema::Concept* first(const Concepts* all) {
  return all && all->size() > 0 ? all->Get(0) : nullptr;
}
const schema::Reference* first(const References* all) {
  return all && all->size() > 0 ? all->Get(0) : nullptr;
}
const schema::Reference* first(
    const flatbuffers::Vector<flatbuffers::Offset<schema::Participant>>* all) {
  return all && all->size() > 0 ? all->Get(0)->who() : nullptr;
}

class FactsWriter {
 public:
  FactsWriter(Names& names, JsonWriter& json) : names_(names), json_(json) {}

  void text(std::string_view name, const flatbuffers::String* value) {
    json_.optional(name, text_of(value));
  }
  void when(std::string_view name, const schema::When* value) {
    if (value) text(name, value->text());
  }
  void code(std::string_view name, const schema::Concept* value) {
    write_coded(name, coded_text(value), json_);
  }
  void refer(std::string_view name, const schema::Reference* reference) {
    if (reference == nullptr) return;
    json_.key(name).begin_object();
    const auto id = text_of(reference->id());
    std::string_view display;
    if (!id.empty()) {
      json_.key("reference").joined({events::type_name(reference->type()), "/", id});
      display = names_.of(reference->type(), id);
    } else {
      text("reference", reference->literal());
    }
    json_.optional("display", display.empty() ? text_of(reference->display()) : display);
    json_.end_object();
  }
  // Those that name a resource of ours, as "Type/id".
  void references(std::string_view name, const References* all) {
    if (all == nullptr || all->size() == 0) return;
    json_.key(name).begin_array();
    for (const auto* reference : *all) {
      const auto id = text_of(reference->id());
      if (!id.empty()) json_.joined({events::type_name(reference->type()), "/", id});
    }
    json_.end_array();
  }
  // "time", and "end" of a period: the main date. A Condition's period is that of its onset:
  // what ends it is its abatement.
  void date(const schema::Facts& facts) {
    const projections::MainDate main = projections::main_date(facts);
    when("time", main.at ? main.at : main.during ? main.during->start() : nullptr);
    if (main.during && facts.of_type() != schema::Clinical::Condition)
      when("end", main.during->end());
  }
  void quantity(std::string_view name, const schema::Quantity* value) {
    if (value == nullptr) return;
    json_.key(name).begin_object().key("value").number(text_of(value->value()));
    text("comparator", value->comparator());
    text("unit", value->unit());
    text("code", value->code());
    json_.end_object();
  }
  void value(const schema::Value* of) {
    if (of == nullptr) return;
    if (of->quantity()) quantity("value", of->quantity());
    if (of->concept_()) code("value", of->concept_());
    if (of->text()) text("value", of->text());
    if (of->boolean().has_value()) json_.member("value", *of->boolean());
    if (of->integer()) json_.key("value").number(text_of(of->integer()));
    if (of->when()) when("value", of->when());
    if (of->ratio_numerator()) quantity("numerator", of->ratio_numerator());
    if (of->ratio_denominator()) quantity("denominator", of->ratio_denominator());
    if (of->range() && of->range()->low()) quantity("low", of->range()->low());
    if (of->range() && of->range()->high()) quantity("high", of->range()->high());
  }

  void write(const schema::Encounter& r) {
    text("status", r.status());
    if (r.class_()) json_.optional("class", text_of(r.class_()->code()));
    code("code", first(r.types()));
    code("reason", first(r.reasons()));
    refer("by", first(r.participants()));
    refer("location", first(r.locations()));
    refer("organization", r.service_provider());
  }
  void write(const schema::Condition& r) {
    when("end", r.abatement());
    status(r.clinical_status(), r.verification_status());
    code("category", first(r.categories()));
    code("code", r.code());
    code("severity", r.severity());
    refer("by", r.asserter() ? r.asserter() : r.recorder());
  }
  void write(const schema::AllergyIntolerance& r) {
    status(r.clinical_status(), r.verification_status());
    text("kind", r.type());
    text("criticality", r.criticality());
    code("code", r.code());
    if (r.reactions() && r.reactions()->size() > 0) {
      json_.key("reactions").begin_array();
      for (const auto* reaction : *r.reactions()) {
        json_.begin_object();
        code("manifestation", first(reaction->manifestation()));
        text("severity", reaction->severity());
        json_.end_object();
      }
      json_.end_array();
    }
    refer("by", r.asserter() ? r.asserter() : r.recorder());
  }
  void write(const schema::Observation& r) {
    text("status", r.status());
    code("category", first(r.categories()));
    code("code", r.code());
    value(r.value());
    code("absent", r.absent());
    code("interpretation", first(r.interpretation()));
    if (r.reference_ranges() && r.reference_ranges()->size() > 0) {
      const auto* range = r.reference_ranges()->Get(0);
      json_.key("range").begin_object();
      quantity("low", range->low());
      quantity("high", range->high());
      text("text", range->text());
      json_.end_object();
    }
    if (r.components() && r.components()->size() > 0) {
      json_.key("components").begin_array();
      for (const auto* component : *r.components()) {
        json_.begin_object();
        code("code", component->code());
        value(component->value());
        code("absent", component->absent());
        json_.end_object();
      }
      json_.end_array();
    }
  }
  void write(const schema::Procedure& r) {
    text("status", r.status());
    code("code", r.code());
    code("reason", first(r.reasons()));
    code("outcome", r.outcome());
    refer("by", first(r.performers()));
    refer("location", r.location());
  }
  void write(const schema::Immunization& r) {
    text("time_text", r.occurrence_text());
    text("status", r.status());
    code("status_reason", r.status_reason());
    code("code", r.vaccine());
    quantity("dose", r.dose());
    text("dose_number", r.dose_number());
    text("lot", r.lot_number());
    refer("by", first(r.performers()));
    refer("location", r.location());
  }
  void write(const schema::MedicationRequest& r) {
    text("status", r.status());
    text("intent", r.intent());
    if (r.do_not_perform()) json_.member("do_not_perform", true);
    code("code", r.medication());
    doses(r.dosages());
    refer("by", r.requester());
  }
  void write(const schema::MedicationStatement& r) {
    text("status", r.status());
    code("code", r.medication());
    doses(r.dosages());
    refer("by", r.source());
  }
  void write(const schema::MedicationDispense& r) {
    text("status", r.status());
    code("code", r.medication());
    quantity("quantity", r.quantity());
    refer("by", first(r.performers()));
  }
  void write(const schema::MedicationAdministration& r) {
    text("status", r.status());
    code("code", r.medication());
    quantity("dose", r.dose());
    refer("by", first(r.performers()));
  }
  void write(const schema::DiagnosticReport& r) {
    text("status", r.status());
    code("category", first(r.categories()));
    code("code", r.code());
    text("conclusion", r.conclusion());
    references("results", r.results());
    refer("by", first(r.performers()));
  }
  void write(const schema::DocumentReference& r) {
    text("status", r.status());
    text("document_status", r.doc_status());
    code("code", r.type());
    code("category", first(r.categories()));
    text("description", r.description());
    if (r.titles() && r.titles()->size() > 0) text("title", r.titles()->Get(0));
    if (r.content_types() && r.content_types()->size() > 0) {
      text("content_type", r.content_types()->Get(0));
    }
    refer("by", first(r.authors()));
  }
  void write(const schema::CarePlan& r) {
    text("status", r.status());
    text("intent", r.intent());
    code("code", first(r.categories()));
    text("title", r.title());
    text("description", r.description());
    refer("by", r.author());
  }
  void write(const schema::CareTeam& r) {
    text("status", r.status());
    text("name", r.name());
    code("code", first(r.categories()));
    if (r.participants() && r.participants()->size() > 0) {
      json_.key("members").begin_array();
      for (const auto* participant : *r.participants()) {
        json_.begin_object();
        code("role", first(participant->role()));
        refer("who", participant->who());
        json_.end_object();
      }
      json_.end_array();
    }
    refer("organization", first(r.managing_organizations()));
  }
  void write(const schema::Goal& r) {
    text("status", r.lifecycle_status());
    code("achievement", r.achievement_status());
    code("code", r.description());
    when("due", r.target_due());
  }
  void write(const schema::Device& r) {
    text("status", r.status());
    code("code", r.type());
    text("name", r.name());
    text("udi", r.udi_carrier() ? r.udi_carrier() : r.udi());
    text("lot", r.lot_number());
    text("serial_number", r.serial_number());
    when("expires", r.expires());
  }
  void write(const schema::ImagingStudy& r) {
    text("status", r.status());
    code("code", first(r.procedure_codes()));
    text("description", r.description());
    refer("location", r.location());
  }
  void write(const schema::Coverage& r) {
    text("status", r.status());
    code("code", r.type());
    text("subscriber_id", r.subscriber_id());
    refer("payor", first(r.payors()));
  }
  void write(const schema::Claim& r) {
    text("status", r.status());
    code("code", r.type());
    quantity("total", r.total());
    refer("by", r.provider());
  }
  void write(const schema::ExplanationOfBenefit& r) {
    text("status", r.status());
    code("code", r.type());
    text("outcome", r.outcome());
    quantity("payment", r.payment());
    refer("by", r.provider());
  }
  void write(const schema::SupplyDelivery& r) {
    text("status", r.status());
    code("code", r.item());
    quantity("quantity", r.quantity());
    refer("by", r.supplier());
  }
  void write(const schema::Provenance& r) {
    code("code", r.activity());
    refer("of", first(r.targets()));
  }
  void write(const schema::ServiceRequest& r) {
    text("status", r.status());
    text("intent", r.intent());
    if (r.do_not_perform()) json_.member("do_not_perform", true);
    code("code", r.code());
    refer("by", r.requester());
  }
  void write(const schema::Specimen& r) {
    text("status", r.status());
    code("code", r.type());
  }
  void write(const schema::QuestionnaireResponse& r) {
    text("status", r.status());
    text("questionnaire", r.questionnaire());
    refer("by", r.author());
  }
  void write(const schema::RelatedPerson& r) { code("code", first(r.relationships())); }
  void write(const schema::DetectedIssue& r) {
    text("status", r.status());
    code("code", r.code());
    text("severity", r.severity());
    text("detail", r.detail());
    refer("by", r.author());
    if (r.mitigations() != nullptr && r.mitigations()->size() > 0)
      code("mitigation", r.mitigations()->Get(0)->action());
  }
  void write(const schema::List& r) {
    text("status", r.status());
    code("code", r.code());
    text("name", r.title());
    refer("by", r.source());
  }
  void write(const schema::Medication& r) {
    text("status", r.status());
    code("code", r.code());
  }
  void write(const schema::General& r) {
    text("status", r.status());
    code("code", r.code());
    text("name", r.name());
  }

 private:
  void status(const schema::Concept* clinical, const schema::Concept* verification) {
    json_.optional("status", coded_text(clinical).code);
    json_.optional("verification", coded_text(verification).code);
  }
  template <class Dosages>
  void doses(const Dosages* dosages) {
    std::string all;
    if (dosages == nullptr) return;
    for (const auto* dosage : *dosages) {
      const std::string one = projections::dose_text(*dosage);
      if (!one.empty()) all += (all.empty() ? "" : "; ") + one;
    }
    json_.optional("dose", all);
  }

  Names& names_;
  JsonWriter& json_;
};

}  // namespace

void write_coded(std::string_view name, const projections::CodedText& coded, JsonWriter& json) {
  if (coded.empty()) return;
  json.key(name).begin_object();
  json.optional("system", coded.system).optional("code", coded.code);
  json.optional("display", coded.display).end_object();
}

void write_facts(const schema::Facts& facts, std::string_view id, events::Version version,
                 Names& names, JsonWriter& json) {
  json.begin_object().member("type", events::type_name(facts.type())).member("id", id);
  json.member("version", version.value);
  ops::auth::note_returned(facts.type(), id, version);
  FactsWriter writer(names, json);
  writer.date(facts);
  using Of = schema::Clinical;
  switch (facts.of_type()) {
#define OF(type)                         \
  case Of::type:                         \
    writer.write(*facts.of_as_##type()); \
    break
    OF(Encounter);
    OF(Condition);
    OF(AllergyIntolerance);
    OF(Observation);
    OF(Procedure);
    OF(Immunization);
    OF(Medication);
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
      break;
  }
  json.end_object();
}

namespace {
template <class Table>
bool has_error_status(const schema::Facts& facts) {
  return text_of(facts.of_as<Table>()->status()) == "entered-in-error";
}
template <class Table>
bool is_refuted_as_error(const schema::Facts& facts) {
  return coded_text(facts.of_as<Table>()->verification_status()).code == "entered-in-error";
}
}  // namespace

bool is_entered_in_error(const schema::Facts& facts) {
  using Of = schema::Clinical;
  switch (facts.of_type()) {
    case Of::Condition:
      return is_refuted_as_error<schema::Condition>(facts);
    case Of::AllergyIntolerance:
      return is_refuted_as_error<schema::AllergyIntolerance>(facts);
    case Of::Goal:
      return text_of(facts.of_as_Goal()->lifecycle_status()) == "entered-in-error";
#define OF(type) \
  case Of::type: \
    return has_error_status<schema::type>(facts)
      OF(Encounter);
      OF(Observation);
      OF(Procedure);
      OF(Immunization);
      OF(Medication);
      OF(MedicationRequest);
      OF(MedicationStatement);
      OF(MedicationDispense);
      OF(MedicationAdministration);
      OF(DiagnosticReport);
      OF(DocumentReference);
      OF(CarePlan);
      OF(CareTeam);
      OF(Device);
      OF(ImagingStudy);
      OF(Claim);
      OF(ExplanationOfBenefit);
      OF(Coverage);
      OF(SupplyDelivery);
      OF(ServiceRequest);
      OF(Specimen);
      OF(QuestionnaireResponse);
      OF(General);
#undef OF
    default:
      return false;
  }
}

}  // namespace query
