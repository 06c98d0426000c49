#include "projections/measures/referred_medication.h"

#include "events/schema/clinical_generated.h"

namespace projections::measures {
namespace {

namespace json = boost::json;
namespace schema = events::schema;
using events::ResourceType;

struct Referred {
  const schema::Reference* reference = nullptr;
  const schema::Concept* code = nullptr;
};

template <class Facts>
Referred referred_in(const Facts* facts) {
  if (facts == nullptr) return {};
  return {facts->medication_reference(), facts->medication()};
}

Referred referred_in(ResourceType type, const schema::Facts& facts) {
  switch (type) {
    case ResourceType::MedicationRequest:
      return referred_in(facts.of_as_MedicationRequest());
    case ResourceType::MedicationStatement:
      return referred_in(facts.of_as_MedicationStatement());
    case ResourceType::MedicationDispense:
      return referred_in(facts.of_as_MedicationDispense());
    case ResourceType::MedicationAdministration:
      return referred_in(facts.of_as_MedicationAdministration());
    default:
      return {};
  }
}

void set(json::object& object, const char* name, const flatbuffers::String* text) {
  if (text != nullptr && text->size() > 0) object[name] = text->str();
}

json::object concept_of(const schema::Concept& from) {
  json::object made;
  set(made, "text", from.text());
  if (from.codings() == nullptr) return made;
  auto& codings = made["coding"].emplace_array();
  for (const auto* coding : *from.codings()) {
    json::object one;
    set(one, "system", coding->system());
    set(one, "code", coding->code());
    set(one, "display", coding->display());
    codings.emplace_back(std::move(one));
  }
  return made;
}

}  // namespace

std::shared_ptr<const ReferredMedication> referred_medication(ResourceType type,
                                                              const VersionRow& row) {
  if (row.facts.empty()) return nullptr;
  const auto& facts = *flatbuffers::GetRoot<schema::Facts>(row.facts.data());
  const auto referred = referred_in(type, facts);
  const auto* reference = referred.reference;
  if (reference == nullptr || referred.code == nullptr || reference->id() == nullptr ||
      reference->id()->size() == 0 || reference->type() != ResourceType::Medication)
    return nullptr;
  auto id = reference->id()->str();
  json::object resource{
      {"resourceType", "Medication"}, {"id", id}, {"code", concept_of(*referred.code)}};
  return std::make_shared<const ReferredMedication>(
      ReferredMedication{std::move(id), json::value(std::move(resource))});
}

}  // namespace projections::measures
