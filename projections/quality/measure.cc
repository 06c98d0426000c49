#include "projections/quality/measure.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/fhir/definitions.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/group_count.h"
#include "projections/quality/record.h"
#include "projections/quality/value_json.h"

namespace projections::quality {
namespace {

namespace json = boost::json;

// Criteria that a resource was retrieved for.
using CriteriaOf = std::unordered_map<const json::value*, std::vector<std::string>>;

std::string version_of(const json::object& resource) {
  const auto* meta = resource.if_contains("meta");
  return meta && meta->is_object() ? std::string(text(meta->get_object(), "versionId"))
                                   : std::string();
}

// By type, each in the record's order: not in that of addresses.
std::vector<EvaluatedResource> in_order(const Record& record, const CriteriaOf& criteria) {
  std::map<std::string_view, const events::fhir::Type*> types;
  for (const auto& [resource, ids] : criteria) {
    const auto name = text(resource->get_object(), "resourceType");
    types.emplace(name, events::fhir::definition(name));
  }
  std::vector<EvaluatedResource> resources;
  for (const auto& [name, type] : types) {
    for (const auto& value : record.of(type)) {
      const auto found = criteria.find(value.element().json);
      const auto reference = resource_reference(value.element());
      if (found == criteria.end() || reference.empty()) continue;
      resources.push_back({reference, version_of(found->first->get_object()), found->second});
    }
  }
  return resources;
}

}  // namespace

Measure::Measure(MeasureDefinition definition, Roots roots, Program program)
    : definition_(std::make_unique<const MeasureDefinition>(std::move(definition))),
      roots_(std::move(roots)),
      program_(std::move(program)) {}

Measure::Roots Measure::roots_of(const MeasureDefinition& definition, const std::string& library) {
  Roots roots;
  const auto add = [&](const std::string& name, std::optional<std::size_t> operands = {}) {
    roots.wanted.push_back({library, name, operands});
    return roots.wanted.size() - 1;
  };
  for (const auto& group : definition.groups) {
    auto& added = roots.groups.emplace_back();
    for (const auto& population : group.populations)
      added.populations.push_back(add(population.expression));
    for (const auto& observation : group.observations)
      added.observations.push_back(add(observation.expression, group.by_episode() ? 1 : 0));
    for (const auto& stratifier : group.stratifiers) {
      auto& components = added.stratifiers.emplace_back();
      for (const auto& component : stratifier.components)
        components.push_back(add(component.expression));
    }
  }
  for (const auto& datum : definition.supplemental_data)
    roots.supplemental_data.push_back(add(datum.expression));
  return roots;
}

namespace {

// Leaves out the stratifiers and supplemental data that cannot be compiled, and says which.
class Pruning {
 public:
  Pruning(std::span<const json::value> libraries, const std::string& library,
          const Terminology& terminology)
      : libraries_(libraries), library_(library), terminology_(terminology) {}

  void prune(MeasureDefinition& definition) const {
    for (auto& group : definition.groups) {
      std::erase_if(group.stratifiers, [&](const StratifierDefinition& stratifier) {
        return std::any_of(stratifier.components.begin(), stratifier.components.end(),
                           [&](const auto& component) {
                             return fails(component.expression, "stratifier " + stratifier.id,
                                          definition.warnings);
                           });
      });
    }
    std::erase_if(definition.supplemental_data, [&](const SupplementalDefinition& datum) {
      return fails(datum.expression, "supplemental data " + datum.id, definition.warnings);
    });
  }

 private:
  bool fails(const std::string& expression, const std::string& what,
             std::vector<std::string>& warnings) const {
    const std::vector<Program::Root> root{{library_, expression}};
    const auto compiled = Program::compile(libraries_, root, &terminology_);
    if (!compiled)
      warnings.push_back(fmt::format("{} is left out: {}", what, compiled.error().message));
    return !compiled;
  }

  std::span<const json::value> libraries_;
  const std::string& library_;
  const Terminology& terminology_;
};

}  // namespace

events::Result<Measure> Measure::load(const json::object& measure,
                                      std::span<const json::value> libraries,
                                      const std::string& library, const Terminology& terminology) {
  auto definition = read_measure(measure);
  if (!definition) return definition.error();
  auto roots = roots_of(*definition, library);
  auto program = Program::compile(libraries, roots.wanted, &terminology);
  if (!program) {
    Pruning(libraries, library, terminology).prune(*definition);
    roots = roots_of(*definition, library);
    program = Program::compile(libraries, roots.wanted, &terminology);
  }
  if (!program) return program.error();
  return Measure(std::move(*definition), std::move(roots), std::move(*program));
}

class Measure::Patient {
 public:
  Patient(const Measure& measure, const Record& record, const Value& period, Detail detail)
      : measure_(measure), record_(record), detail_(detail) {
    evaluation_.record = &record;
    evaluation_.notes_errors = true;
    if (period.is(Value::Kind::interval) && period.interval().low.is(Value::Kind::moment))
      evaluation_.now = period.interval().low.moment();
    program().set_parameter(evaluation_, "Measurement Period", period);
    if (detail == Detail::counts) return;
    program().begin(trace_);
    evaluation_.trace = &trace_;
  }

  events::Result<MeasureCounts> evaluate() {
    for (std::size_t i = 0; i < definition().groups.size(); ++i) {
      auto group = count(i);
      if (!group) return group.error();
      counts_.groups.push_back(std::move(*group));
    }
    if (detail_ != Detail::counts) {
      counts_.evaluated_resources = in_order(record_, criteria_);
      evaluation_.trace = nullptr;
      add_supplemental_data();
    }
    if (detail_ == Detail::explain) add_definitions();
    std::move(evaluation_.messages.begin(), evaluation_.messages.end(),
              std::back_inserter(counts_.messages));
    return std::move(counts_);
  }

 private:
  const MeasureDefinition& definition() const { return *measure_.definition_; }
  const Program& program() const { return measure_.program_; }

  events::Result<GroupCount> count(std::size_t number) {
    const auto& group = definition().groups[number];
    const auto& roots = measure_.roots_.groups[number];
    GroupValues values;
    for (std::size_t i = 0; i < roots.populations.size(); ++i) {
      auto value = program().evaluate(roots.populations[i], evaluation_);
      if (!value) return value.error();
      values.populations.push_back(std::move(*value));
      note_retrieved(roots.populations[i], group.populations[i].id);
    }
    for (std::size_t i = 0; i < roots.stratifiers.size(); ++i) {
      auto& components = values.stratifiers.emplace_back();
      for (const auto root : roots.stratifiers[i]) {
        components.push_back(value_or_message(root, "stratifier " + group.stratifiers[i].id));
        note_retrieved(root, group.stratifiers[i].id);
      }
    }
    return count_group(group, values, [&](std::size_t observation, const Value* episode) {
      return observe(roots.observations[observation], group.observations[observation], episode);
    });
  }

  events::Result<std::optional<Decimal>> observe(std::size_t root,
                                                 const PopulationDefinition& observation,
                                                 const Value* episode) {
    const auto operands = episode ? std::span<const Value>(episode, 1) : std::span<const Value>();
    if (evaluation_.trace) trace_.by_definition[trace_.current] = {};
    const auto value = program().call(root, operands, evaluation_);
    if (!value) return value.error();
    if (evaluation_.trace) {
      for (const auto* resource : trace_.resources_of(trace_.current))
        note(resource, observation.id);
    }
    return observed_number(*value);
  }

  // Null with a message where the evaluation fails: not what the patient counts by.
  Value value_or_message(std::size_t root, const std::string& what) {
    auto value = program().evaluate(root, evaluation_);
    if (value) return std::move(*value);
    evaluation_.error.reset();
    if (evaluation_.trace) trace_.current = trace_.by_definition.size() - 1;
    counts_.messages.push_back(fmt::format("{}: {}", what, value.error().message));
    return {};
  }

  void note(const json::value* resource, const std::string& id) {
    auto& ids = criteria_[resource];
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  void note_retrieved(std::size_t root, const std::string& id) {
    if (evaluation_.trace == nullptr) return;
    for (const auto* resource : program().retrieved_for(root, trace_)) note(resource, id);
  }

  void add_supplemental_data() {
    const auto& roots = measure_.roots_.supplemental_data;
    for (std::size_t i = 0; i < roots.size(); ++i) {
      const auto& datum = definition().supplemental_data[i];
      counts_.supplemental_data.push_back(
          {&datum, value_or_message(roots[i], "supplemental data " + datum.id)});
    }
  }

  void add_definitions() {
    for (auto& each : program().named_values(evaluation_)) {
      DefinitionValue definition{std::string(each.library), std::string(each.name), {}};
      if (each.value)
        definition.value = std::move(*each.value);
      else
        definition.error = each.value.error().message;
      counts_.definitions.push_back(std::move(definition));
    }
  }

  const Measure& measure_;
  const Record& record_;
  const Detail detail_;
  Evaluation evaluation_;
  Trace trace_;
  CriteriaOf criteria_;
  MeasureCounts counts_;
};

events::Result<MeasureCounts> Measure::evaluate(const Record& record, const Value& period,
                                                Detail detail) const {
  return Patient(*this, record, period, detail).evaluate();
}

std::vector<GroupCount> Measure::no_counts() const {
  std::vector<GroupCount> counts;
  for (const auto& group : definition_->groups) counts.push_back(empty_group(group));
  return counts;
}

}  // namespace projections::quality
