#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

using schema::Component;

constexpr Take component_code = take_each<&schema::Observation::components, &Component::code>;
constexpr Take component_absent = take_each<&schema::Observation::components, &Component::absent>;

template <Take First, Take Second>
void take_both(const schema::Facts& facts, Values& values) {
  First(facts, values);
  Second(facts, values);
}
template <Take First, Take Second>
constexpr Take both = &take_both<First, Second>;

const schema::Value* value_of(const schema::Facts& facts) {
  const auto* observation = facts.of_as_Observation();
  return observation == nullptr ? nullptr : observation->value();
}

template <auto Field>
void take_components(const schema::Facts& facts, Values& values) {
  const auto* observation = facts.of_as_Observation();
  if (observation == nullptr || observation->components() == nullptr) return;
  for (const Component* component : *observation->components()) {
    if (component->value() != nullptr) values.add((component->value()->*Field)());
  }
}
constexpr Take take_component_concept = &take_components<&schema::Value::concept_>;
constexpr Take take_component_quantity = &take_components<&schema::Value::quantity>;

void take_value_concept(const schema::Facts& facts, Values& values) {
  if (const auto* value = value_of(facts)) values.add(value->concept_());
}

void take_value_quantity(const schema::Facts& facts, Values& values) {
  if (const auto* value = value_of(facts)) values.add(value->quantity());
}

void take_value_date(const schema::Facts& facts, Values& values) {
  const auto* value = value_of(facts);
  if (value == nullptr) return;
  values.add(value->when());
  values.add(value->period());
}

// R4: the string, or the text of the concept.
void take_value_string(const schema::Facts& facts, Values& values) {
  const auto* value = value_of(facts);
  if (value == nullptr) return;
  values.add(value->text());
  if (value->concept_() != nullptr) values.add(value->concept_()->text());
}

using schema::Observation;
constexpr std::array observation{
    Parameter{"identifier", token, take<&Observation::identifiers>},
    Parameter{"based-on", reference, take<&Observation::based_on>},
    Parameter{"category", token, take<&Observation::categories>},
    Parameter{"code", token, take<&Observation::code>},
    Parameter{"combo-code", token, both<take<&Observation::code>, component_code>},
    Parameter{"combo-data-absent-reason", token,
              both<take<&Observation::absent>, component_absent>},
    Parameter{"combo-value-concept", token, both<take_value_concept, take_component_concept>},
    Parameter{"combo-value-quantity", quantity, both<take_value_quantity, take_component_quantity>},
    Parameter{"component-code", token, component_code},
    Parameter{"component-data-absent-reason", token, component_absent},
    Parameter{"component-value-concept", token, take_component_concept},
    Parameter{"component-value-quantity", quantity, take_component_quantity},
    Parameter{"data-absent-reason", token, take<&Observation::absent>},
    Parameter{"date", date, take<&Observation::effective, &Observation::effective_period>},
    Parameter{"derived-from", reference, take<&Observation::derived_from>},
    Parameter{"device", reference, take<&Observation::device>},
    Parameter{"encounter", reference, take<&Observation::encounter>},
    Parameter{"has-member", reference, take<&Observation::members>},
    Parameter{"method", token, take<&Observation::method>},
    Parameter{"performer", reference, take<&Observation::performers>},
    Parameter{"specimen", reference, take<&Observation::specimen>},
    Parameter{"status", token, take<&Observation::status>,
              "http://hl7.org/fhir/observation-status"},
    Parameter{"value-concept", token, take_value_concept},
    Parameter{"value-date", date, take_value_date},
    Parameter{"value-quantity", quantity, take_value_quantity},
    Parameter{"value-string", string, take_value_string},
};

}  // namespace

TypeTables observation_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::Observation, observation, patient_and_subject},
  };
  return tables;
}

}  // namespace projections::search
