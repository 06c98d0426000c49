#include "projections/quality/measure_definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "projections/quality/elm_json.h"
#include "projections/quality/problems.h"

namespace projections::quality {
namespace {

namespace json = boost::json;

const json::object* object_of(const json::object& parent, std::string_view field) {
  const auto* value = parent.if_contains(field);
  return value ? value->if_object() : nullptr;
}

const json::object* first_coding(const json::object& object, std::string_view field) {
  const auto* coded = object_of(object, field);
  if (coded == nullptr) return nullptr;
  const auto codings = objects(*coded, "coding");
  return codings.empty() ? nullptr : codings.front();
}
std::string first_code(const json::object& object, std::string_view field) {
  const auto* coding = first_coding(object, field);
  return coding ? std::string(text(*coding, "code")) : std::string();
}

std::string expression_of(const json::object& object) {
  const auto* criteria = object_of(object, "criteria");
  return criteria ? std::string(text(*criteria, "expression")) : std::string();
}

// The first whose URL ends so: CQFMeasures' own, or the same under a later guide's address.
const json::object* extension_of(const json::object& object, std::string_view name) {
  for (const auto* extension : objects(object, "extension")) {
    if (text(*extension, "url").ends_with(name)) return extension;
  }
  return nullptr;
}

std::string first_of(std::initializer_list<std::string_view> texts) {
  for (const auto each : texts) {
    if (!each.empty()) return std::string(each);
  }
  return {};
}

struct Method {
  std::string_view name;
  Aggregate aggregate;
};
constexpr std::array methods{
    Method{"count", Aggregate::count},     Method{"sum", Aggregate::sum},
    Method{"average", Aggregate::average}, Method{"median", Aggregate::median},
    Method{"minimum", Aggregate::minimum}, Method{"maximum", Aggregate::maximum},
};
std::optional<Aggregate> aggregate_of(std::string_view name) {
  const auto is_named = [&](const Method& method) {
    return std::equal(
        method.name.begin(), method.name.end(), name.begin(), name.end(),
        [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
  };
  const auto found = std::find_if(methods.begin(), methods.end(), is_named);
  return found == methods.end() ? std::nullopt : std::optional(found->aggregate);
}

// The group's own, else the measure's.
Scoring scoring_of(const json::object& measure, const json::object& group) {
  const auto* own = extension_of(group, "cqfm-scoring");
  const auto code = own ? first_code(*own, "valueCodeableConcept") : first_code(measure, "scoring");
  if (code == "ratio") return Scoring::ratio;
  if (code == "continuous-variable") return Scoring::continuous_variable;
  return code == "cohort" ? Scoring::cohort : Scoring::proportion;
}

Direction direction_of(const json::object& measure, const json::object& group) {
  const auto* own = extension_of(group, "cqfm-improvementNotation");
  const auto* coding = own ? first_coding(*own, "valueCodeableConcept")
                           : first_coding(measure, "improvementNotation");
  if (coding == nullptr) return Direction::not_given;
  const auto code = text(*coding, "code");
  const auto display = text(*coding, "display");
  const bool says_more = display.starts_with("increase") || display.starts_with("Increase");
  const bool says_less = display.starts_with("decrease") || display.starts_with("Decrease");
  if (code == "increase") return says_less ? Direction::unclear : Direction::increase;
  if (code == "decrease") return says_more ? Direction::unclear : Direction::decrease;
  return Direction::not_given;
}

PopulationDefinition read_population(const json::object& object, Problems& problems) {
  PopulationDefinition population;
  population.id = text(object, "id");
  population.code = first_code(object, "code");
  population.expression = expression_of(object);
  if (const auto* of = extension_of(object, "cqfm-criteriaReference"))
    population.of = text(*of, "valueString");
  if (population.code.empty() || population.expression.empty())
    problems.add(events::invalid(fmt::format(
        "Measure.group.population \"{}\" has no code or no criteria.expression", population.id)));
  return population;
}

// Of one population that is observed there is no doubt which.
void find_observed(PopulationDefinition& observation, const GroupDefinition& group,
                   Problems& problems) {
  const auto is_observed = [&](const PopulationDefinition& each) {
    return observation.of.empty() ? each.code == "measure-population" : each.id == observation.of;
  };
  const auto found = std::find_if(group.populations.begin(), group.populations.end(), is_observed);
  if (found != group.populations.end())
    observation.observed = static_cast<std::size_t>(found - group.populations.begin());
  else
    problems.add(events::invalid(fmt::format(
        "Measure.group.population \"{}\": it observes \"{}\", which the group does not have",
        observation.id, observation.of)));
}

void read_observation(const json::object& object, PopulationDefinition observation,
                      GroupDefinition& group, Problems& problems) {
  const auto* method = extension_of(object, "cqfm-aggregateMethod");
  const auto name =
      method ? first_of({text(*method, "valueString"), text(*method, "valueCode")}) : std::string();
  if (const auto aggregate = aggregate_of(name))
    observation.aggregate = *aggregate;
  else
    problems.add(events::invalid(
        fmt::format("Measure.group.population \"{}\": \"{}\" is no aggregate method; give Count, "
                    "Sum, Average, Median, Minimum or Maximum",
                    observation.id, name)));
  group.observations.push_back(std::move(observation));
}

// What it is called: its code, else what it says of itself.
StratifierDefinition::Component read_component(const json::object& object) {
  const auto* code = object_of(object, "code");
  return {first_of({code ? text(*code, "text") : std::string_view(), first_code(object, "code"),
                    text(object, "description"), expression_of(object)}),
          expression_of(object)};
}

void read_stratifier(const json::object& object, GroupDefinition& group,
                     std::vector<std::string>& warnings) {
  StratifierDefinition stratifier;
  stratifier.id = text(object, "id");
  for (const auto* component : objects(object, "component"))
    stratifier.components.push_back(read_component(*component));
  if (stratifier.components.empty()) stratifier.components.push_back(read_component(object));
  for (const auto* extension : objects(object, "extension")) {
    if (text(*extension, "url").ends_with("cqfm-appliesTo"))
      stratifier.applies_to.push_back(first_code(*extension, "valueCodeableConcept"));
  }
  const bool is_complete =
      std::none_of(stratifier.components.begin(), stratifier.components.end(),
                   [](const auto& component) { return component.expression.empty(); });
  if (is_complete)
    group.stratifiers.push_back(std::move(stratifier));
  else
    warnings.push_back(fmt::format("stratifier \"{}\" has no criteria.expression", stratifier.id));
}

GroupDefinition read_group(const json::object& measure, const json::object& object,
                           std::vector<std::string>& warnings, Problems& problems) {
  GroupDefinition group;
  group.id = text(object, "id");
  group.scoring = scoring_of(measure, object);
  group.direction = direction_of(measure, object);
  if (const auto* basis = extension_of(object, "cqfm-populationBasis"))
    group.basis = text(*basis, "valueCode");
  for (const auto* each : objects(object, "population")) {
    auto population = read_population(*each, problems);
    if (population.code == "measure-observation")
      read_observation(*each, std::move(population), group, problems);
    else
      group.populations.push_back(std::move(population));
  }
  for (auto& observation : group.observations) find_observed(observation, group, problems);
  for (const auto* each : objects(object, "stratifier")) read_stratifier(*each, group, warnings);
  return group;
}

void read_supplemental(const json::object& object, MeasureDefinition& definition) {
  SupplementalDefinition datum{
      std::string(text(object, "id")), {}, "supplemental-data", expression_of(object)};
  datum.text = first_of({text(object, "description"), datum.expression});
  for (const auto* usage : objects(object, "usage")) {
    const auto codings = objects(*usage, "coding");
    if (!codings.empty()) datum.usage = text(*codings.front(), "code");
  }
  if (datum.expression.empty())
    definition.warnings.push_back(
        fmt::format("supplemental data \"{}\" has no criteria.expression", datum.id));
  else
    definition.supplemental_data.push_back(std::move(datum));
}

}  // namespace

events::Result<MeasureDefinition> read_measure(const json::object& measure) {
  MeasureDefinition definition;
  definition.url = text(measure, "url");
  definition.version = text(measure, "version");
  definition.name = text(measure, "name");
  definition.title = text(measure, "title");
  Problems problems;
  for (const auto* group : objects(measure, "group"))
    definition.groups.push_back(read_group(measure, *group, definition.warnings, problems));
  if (definition.groups.empty())
    problems.add(events::invalid("Measure.group is missing: nothing to evaluate"));
  for (const auto* datum : objects(measure, "supplementalData"))
    read_supplemental(*datum, definition);
  if (auto problem = problems.as_error()) return *problem;
  return definition;
}

std::string_view code_of(Direction direction) {
  if (direction == Direction::increase) return "increase";
  return direction == Direction::decrease ? "decrease" : "";
}

}  // namespace projections::quality
