// Typed fields in a line or two: observation("o1", "2024-03-01", {"8480-6", "120", "mm[Hg]"}).
// What matters to a test is said, the rest has a value that does not matter.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "events/clinical_time.h"
#include "events/schema/clinical_generated.h"

namespace tests {

namespace schema = events::schema;

inline std::unique_ptr<schema::WhenT> when(const std::string& text) {
  auto parsed = events::parse_clinical_time(text);
  auto made = std::make_unique<schema::WhenT>();
  made->text = text;
  made->low = parsed.value().low.count();
  made->high = parsed.value().high.count();
  return made;
}
inline std::unique_ptr<schema::ConceptT> code_of(const std::string& system, const std::string& code,
                                                 const std::string& display = {}) {
  auto made = std::make_unique<schema::ConceptT>();
  auto coding = std::make_unique<schema::CodingT>();
  coding->system = system;
  coding->code = code;
  coding->display = display.empty() ? code : display;
  made->codings.push_back(std::move(coding));
  return made;
}
inline std::unique_ptr<schema::ConceptT> text_only(const std::string& text) {
  auto made = std::make_unique<schema::ConceptT>();
  made->text = text;
  return made;
}
inline std::unique_ptr<schema::QuantityT> quantity(const std::string& value,
                                                   const std::string& unit) {
  auto made = std::make_unique<schema::QuantityT>();
  made->value = value;
  made->unit = made->code = unit;
  return made;
}
inline std::unique_ptr<schema::ReferenceT> refer_to(schema::ResourceType type,
                                                    const std::string& id,
                                                    const std::string& display = {}) {
  auto made = std::make_unique<schema::ReferenceT>();
  made->type = type;
  made->id = id;
  made->display = display;
  return made;
}

// Finished schema::Facts of one resource; `of` is its table of the object API.
template <class Table>
std::string facts_of(schema::ResourceType type, const std::string& id, Table of) {
  schema::FactsT facts;
  facts.type = type;
  facts.id = id;
  facts.of.Set(std::move(of));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

// ---- resources ----
inline std::string condition(const std::string& id, const std::string& name,
                             const std::string& onset) {
  schema::ConditionT of;
  of.code = text_only(name);
  of.clinical_status = code_of("clinical", "active");
  if (!onset.empty()) of.onset = when(onset);
  return facts_of(schema::ResourceType::Condition, id, std::move(of));
}

struct Person {
  std::string family, given, birth_date, gender, identifier;
};
inline std::string patient(const std::string& id, const Person& person,
                           const std::string& died = {}) {
  schema::PatientT of;
  auto name = std::make_unique<schema::HumanNameT>();
  name->family = person.family;
  if (!person.given.empty()) name->given.push_back(person.given);
  of.names.push_back(std::move(name));
  of.gender = person.gender;
  if (!person.birth_date.empty()) of.birth_date = when(person.birth_date);
  if (!person.identifier.empty()) {
    auto identifier = std::make_unique<schema::IdentifierT>();
    identifier->system = "urn:mrn";
    identifier->value = person.identifier;
    of.identifiers.push_back(std::move(identifier));
  }
  if (died == "dead") {
    of.deceased = true;  // nobody said since when
  } else if (!died.empty()) {
    of.deceased_at = when(died);
  }
  return facts_of(schema::ResourceType::Patient, id, std::move(of));
}

struct Reading {
  std::string code, value, unit;
};
inline std::string observation(const std::string& id, const std::string& effective,
                               const Reading& own, const std::vector<Reading>& components = {},
                               const std::string& status = "final") {
  schema::ObservationT of;
  of.status = status;
  of.effective = when(effective);
  of.code = code_of("http://loinc.org", own.code);
  const auto value_of = [](const Reading& reading) {
    auto value = std::make_unique<schema::ValueT>();
    value->quantity = quantity(reading.value, reading.unit);
    return value;
  };
  if (!own.value.empty()) of.value = value_of(own);
  for (const auto& reading : components) {
    auto component = std::make_unique<schema::ComponentT>();
    component->code = code_of("http://loinc.org", reading.code);
    component->value = value_of(reading);
    of.components.push_back(std::move(component));
  }
  return facts_of(schema::ResourceType::Observation, id, std::move(of));
}

inline std::string organization(const std::string& id, const std::string& name,
                                const std::string& identifier) {
  schema::OrganizationT of;
  of.name = name;
  auto made = std::make_unique<schema::IdentifierT>();
  made->system = "urn:npi";
  made->value = identifier;
  of.identifiers.push_back(std::move(made));
  return facts_of(schema::ResourceType::Organization, id, std::move(of));
}

}  // namespace tests
