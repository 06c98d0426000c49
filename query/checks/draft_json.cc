#include "query/checks/draft_json.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "events/clinical_time.h"
#include "events/schema/clinical_generated.h"

namespace query::checks {
namespace {

namespace json = boost::json;
namespace schema = events::schema;

std::string digits_of(const json::value* value) {
  if (value == nullptr) return {};
  if (value->is_double()) return fmt::format("{}", value->get_double());
  if (value->is_int64()) return std::to_string(value->get_int64());
  if (value->is_uint64()) return std::to_string(value->get_uint64());
  return {};
}

std::unique_ptr<schema::ConceptT> concept_of(const json::value* value) {
  if (value == nullptr || !value->is_object()) return nullptr;
  auto made = std::make_unique<schema::ConceptT>();
  made->text = text_in(*value, "text");
  if (const auto* codings = list_in(*value, "coding")) {
    for (const auto& one : *codings) {
      auto coding = std::make_unique<schema::CodingT>();
      coding->system = text_in(one, "system");
      coding->code = text_in(one, "code");
      coding->display = text_in(one, "display");
      made->codings.push_back(std::move(coding));
    }
  }
  return made;
}

std::unique_ptr<schema::QuantityT> quantity_of(const json::value* value) {
  if (value == nullptr || !value->is_object()) return nullptr;
  auto made = std::make_unique<schema::QuantityT>();
  made->value = digits_of(member_of(*value, "value"));
  made->unit = text_in(*value, "unit");
  made->code = text_in(*value, "code");
  return made;
}

void read_timing(const json::value& timing, schema::DosageT& to) {
  to.timing_code = concept_of(member_of(timing, "code"));
  const auto* repeat = member_of(timing, "repeat");
  if (repeat == nullptr) return;
  to.frequency = digits_of(member_of(*repeat, "frequencyMax"));
  if (to.frequency.empty()) to.frequency = digits_of(member_of(*repeat, "frequency"));
  to.period = digits_of(member_of(*repeat, "period"));
  to.period_unit = text_in(*repeat, "periodUnit");
}

std::unique_ptr<schema::DosageT> dosage_of(const json::value& value) {
  auto made = std::make_unique<schema::DosageT>();
  made->text = text_in(value, "text");
  made->route = concept_of(member_of(value, "route"));
  if (const auto* timing = member_of(value, "timing")) read_timing(*timing, *made);
  const auto* rates = list_in(value, "doseAndRate");
  if (rates == nullptr || rates->empty()) return made;
  made->dose = quantity_of(member_of(rates->front(), "doseQuantity"));
  if (const auto* range = member_of(rates->front(), "doseRange")) {
    made->dose = quantity_of(member_of(*range, "low"));
    made->dose_high = quantity_of(member_of(*range, "high"));
  }
  return made;
}

template <class Table>
std::string finished(schema::ResourceType type, const json::value& resource, Table of) {
  schema::FactsT facts;
  facts.type = type;
  facts.id = text_in(resource, "id");
  facts.of.Set(std::move(of));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace

const json::value* member_of(const json::value& object, std::string_view name) {
  return object.is_object() ? object.get_object().if_contains(name) : nullptr;
}
std::string_view text_in(const json::value& object, std::string_view name) {
  const auto* value = member_of(object, name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}
const json::array* list_in(const json::value& object, std::string_view name) {
  const auto* value = member_of(object, name);
  return value == nullptr ? nullptr : value->if_array();
}

std::string request_facts(const json::value& request) {
  schema::MedicationRequestT of;
  of.medication = concept_of(member_of(request, "medicationCodeableConcept"));
  if (auto at = events::parse_clinical_time(text_in(request, "authoredOn"))) {
    of.authored = std::make_unique<schema::WhenT>();
    of.authored->text = at->text;
    of.authored->low = at->low.count();
    of.authored->high = at->high.count();
  }
  if (const auto* dosages = list_in(request, "dosageInstruction")) {
    for (const auto& one : *dosages) of.dosages.push_back(dosage_of(one));
  }
  return finished(schema::ResourceType::MedicationRequest, request, std::move(of));
}

std::string medication_facts(const json::value& medication) {
  schema::MedicationT of;
  of.code = concept_of(member_of(medication, "code"));
  if (const auto* ingredients = list_in(medication, "ingredient")) {
    for (const auto& one : *ingredients) {
      if (auto item = concept_of(member_of(one, "itemCodeableConcept")))
        of.ingredients.push_back(std::move(item));
    }
  }
  return finished(schema::ResourceType::Medication, medication, std::move(of));
}

}  // namespace query::checks
