#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

using schema::Component;

constexpr Take component_code = take_each<&schema::Observation::components, &Component::code>;
constexpr Take component_absent = take_each<&schema::Observation::components, &Component::absent>;

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

// The places of a composite: the observation itself, then each of its components.
enum class Places { own, components, both };

template <auto... Fields>
void add_value(const schema::Value* value, Values& values) {
  if (value != nullptr) (values.add((value->*Fields)()), ...);
}

template <Places Where, auto... Fields>
bool take_code_and_value(const schema::Facts& facts, std::size_t place, Values& code,
                         Values& value) {
  const auto* observation = facts.of_as_Observation();
  if (observation == nullptr) return false;
  if (Where != Places::components && place == 0) {
    code.add(observation->code());
    add_value<Fields...>(observation->value(), value);
    return true;
  }
  const std::size_t at = Where == Places::both ? place - 1 : place;
  const auto* components = observation->components();
  if (Where == Places::own || components == nullptr || at >= components->size()) return false;
  const Component* component = components->Get(static_cast<flatbuffers::uoffset_t>(at));
  code.add(component->code());
  add_value<Fields...>(component->value(), value);
  return true;
}
template <Places Where, ParameterKind Kind, auto... Fields>
constexpr Composite code_and{{token}, {Kind}, &take_code_and_value<Where, Fields...>};

using schema::Value;
constexpr auto& code_concept = code_and<Places::own, token, &Value::concept_>;
constexpr auto& code_quantity = code_and<Places::own, quantity, &Value::quantity>;
constexpr auto& code_string = code_and<Places::own, string, &Value::text>;
constexpr auto& code_date = code_and<Places::own, date, &Value::when, &Value::period>;
constexpr auto& combo_concept = code_and<Places::both, token, &Value::concept_>;
constexpr auto& combo_quantity = code_and<Places::both, quantity, &Value::quantity>;
constexpr auto& component_concept = code_and<Places::components, token, &Value::concept_>;
constexpr auto& component_quantity = code_and<Places::components, quantity, &Value::quantity>;

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
    Parameter{"code-value-concept", composite, take_value_concept, {}, &code_concept},
    Parameter{"code-value-date", composite, take_value_date, {}, &code_date},
    Parameter{"code-value-quantity", composite, take_value_quantity, {}, &code_quantity},
    Parameter{"code-value-string", composite, take_value_string, {}, &code_string},
    Parameter{"combo-code-value-concept",
              composite,
              both<take_value_concept, take_component_concept>,
              {},
              &combo_concept},
    Parameter{"combo-code-value-quantity",
              composite,
              both<take_value_quantity, take_component_quantity>,
              {},
              &combo_quantity},
    Parameter{
        "component-code-value-concept", composite, take_component_concept, {}, &component_concept},
    Parameter{"component-code-value-quantity",
              composite,
              take_component_quantity,
              {},
              &component_quantity},
    Parameter{"focus", reference, more<"focus">},
    Parameter{"part-of", reference, more<"part-of">},
};

}  // namespace

TypeTables observation_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::Observation, observation, patient_and_subject},
  };
  return tables;
}

}  // namespace projections::search
