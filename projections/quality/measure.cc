#include "projections/quality/measure.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/quality/compare.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/record.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using Kind = Value::Kind;

std::string first_code(const json::object& object, std::string_view field) {
  const auto* coded = object.if_contains(field);
  if (coded == nullptr || !coded->is_object()) return {};
  const auto codings = objects(coded->get_object(), "coding");
  return codings.empty() ? std::string() : std::string(text(*codings.front(), "code"));
}

std::string criteria_of(const json::object& population) {
  const auto* criteria = population.if_contains("criteria");
  if (criteria == nullptr || !criteria->is_object()) return {};
  return std::string(text(criteria->get_object(), "expression"));
}

bool is_by_episode(const json::object& group) {
  for (const auto* extension : objects(group, "extension")) {
    if (text(*extension, "url").ends_with("cqfm-populationBasis"))
      return text(*extension, "valueCode") != "boolean";
  }
  return false;
}

// The group's own scoring, else the measure's.
bool is_ratio(const json::object& measure, const json::object& group) {
  for (const auto* extension : objects(group, "extension")) {
    if (text(*extension, "url").ends_with("cqfm-scoring"))
      return first_code(*extension, "valueCodeableConcept") == "ratio";
  }
  return first_code(measure, "scoring") == "ratio";
}

// Whether the subject of one row (a patient, an encounter) is in each population by its criteria.
using Membership = std::vector<bool>;

bool meets(const Value& value, const Value* episode) {
  if (episode == nullptr) {
    // A list as the criterion of a patient: one that is not empty.
    return value.is(Kind::list) ? !value.list().empty() : value.is_true();
  }
  return value.is(Kind::list) &&
         std::any_of(value.list().begin(), value.list().end(),
                     [&](const Value& each) { return same(each, *episode); });
}

// All that any population has, once.
List episodes_of(std::span<const Value> values) {
  List episodes;
  for (const auto& value : values) {
    if (!value.is(Kind::list)) continue;
    for (const auto& each : value.list()) {
      const auto is_same = [&](const Value& other) { return same(other, each); };
      if (!each.is_null() && std::none_of(episodes.begin(), episodes.end(), is_same))
        episodes.push_back(each);
    }
  }
  return episodes;
}

// The populations of one row by code, as each is within another.
class Row {
 public:
  Row(std::span<const std::string_view> codes, const Membership& meets, bool is_ratio)
      : codes_(codes), meets_(meets), is_ratio_(is_ratio) {}

  bool is_in(std::string_view code) const {
    if (code == "initial-population") return has(code);
    if (code == "denominator" || code == "measure-population") return initial() && has(code);
    if (code == "denominator-exclusion") return is_in("denominator") && has(code);
    if (code == "measure-population-exclusion") return is_in("measure-population") && has(code);
    if (code == "numerator") return counts() && !is_in("denominator-exclusion") && has(code);
    if (code == "numerator-exclusion") return is_in("numerator") && has(code);
    if (code == "denominator-exception")
      return is_in("denominator") && !is_in("denominator-exclusion") && !is_in("numerator") &&
             has(code);
    return has(code);
  }

 private:
  bool initial() const { return !knows("initial-population") || has("initial-population"); }
  // A ratio's numerator need not be in its denominator.
  bool counts() const { return is_ratio_ ? initial() : is_in("denominator"); }
  bool knows(std::string_view code) const {
    return std::find(codes_.begin(), codes_.end(), code) != codes_.end();
  }
  bool has(std::string_view code) const {
    for (std::size_t i = 0; i < codes_.size(); ++i) {
      if (codes_[i] == code && meets_[i]) return true;
    }
    return false;
  }

  std::span<const std::string_view> codes_;
  const Membership& meets_;
  bool is_ratio_;
};

}  // namespace

events::Result<Measure::Group> Measure::read_group(const json::object& object,
                                                   const std::string& library,
                                                   std::vector<Program::Root>& roots) {
  Group group{std::string(text(object, "id")), is_by_episode(object), false, {}};
  for (const auto* each : objects(object, "population")) {
    const auto code = first_code(*each, "code");
    if (code == "measure-observation") continue;
    const auto expression = criteria_of(*each);
    if (code.empty() || expression.empty())
      return events::invalid(
          fmt::format("Measure.group.population \"{}\" has no code or no criteria.expression",
                      text(*each, "id")));
    group.populations.push_back({std::string(text(*each, "id")), code, roots.size()});
    roots.push_back({library, expression});
  }
  return group;
}

events::Result<Measure> Measure::load(const json::object& measure,
                                      std::span<const json::value> libraries,
                                      const std::string& library, const Terminology& terminology) {
  std::vector<Program::Root> roots;
  std::vector<Group> groups;
  for (const auto* each : objects(measure, "group")) {
    auto group = read_group(*each, library, roots);
    if (!group) return group.error();
    group->is_ratio = is_ratio(measure, *each);
    groups.push_back(std::move(*group));
  }
  if (groups.empty()) return events::invalid("Measure.group is missing: nothing to evaluate");
  auto program = Program::compile(libraries, roots, &terminology);
  if (!program) return program.error();
  return Measure(std::move(*program), std::move(groups));
}

GroupCount Measure::count(const Group& group, std::span<const Value> values) {
  GroupCount counts{group.id, {}};
  std::vector<std::string_view> codes;
  for (const auto& population : group.populations) {
    codes.push_back(population.code);
    counts.populations.push_back({population.id, population.code, 0});
  }
  const auto add_row = [&](const Value* episode) {
    Membership membership;
    for (const auto& value : values) membership.push_back(meets(value, episode));
    const Row row(codes, membership, group.is_ratio);
    for (auto& population : counts.populations) population.count += row.is_in(population.code);
  };
  if (!group.by_episode) {
    add_row(nullptr);
    return counts;
  }
  for (const auto& episode : episodes_of(values)) add_row(&episode);
  return counts;
}

events::Result<MeasureCounts> Measure::evaluate(const Record& record, const Value& period) const {
  Evaluation evaluation;
  evaluation.record = &record;
  evaluation.notes_errors = true;
  if (period.is(Kind::interval) && period.interval().low.is(Kind::moment))
    evaluation.now = period.interval().low.moment();
  program_.set_parameter(evaluation, "Measurement Period", period);
  MeasureCounts counts;
  for (const auto& group : groups_) {
    std::vector<Value> values;
    for (const auto& population : group.populations) {
      auto value = program_.evaluate(population.root, evaluation);
      if (!value) return value.error();
      values.push_back(std::move(*value));
    }
    counts.groups.push_back(count(group, values));
  }
  counts.messages = std::move(evaluation.messages);
  return counts;
}

}  // namespace projections::quality
