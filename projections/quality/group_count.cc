#include "projections/quality/group_count.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "events/fhir/definitions.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/fhir_model.h"
#include "projections/quality/literal_text.h"
#include "projections/quality/membership.h"

namespace projections::quality {
namespace {

using Kind = Value::Kind;

// One for each episode: a resource is itself however often a record brings it.
std::string episode_key(const Value& episode) {
  if (!episode.is(Kind::element)) return literal_text(episode);
  const auto& element = episode.element();
  const auto* object = element.json->if_object();
  const auto id = object ? text(*object, "id") : std::string_view();
  if (id.empty() || element.type == nullptr) return fmt::format("{}", fmt::ptr(element.json));
  return fmt::format("{}/{}", element.type->name, id);
}

// What is counted, and which criteria it meets.
struct CountedRow {
  std::optional<Value> episode{};  // nothing: the patient
  std::vector<bool> meets;
};

// A list as the criterion of a patient: one that is not empty.
bool is_met(const Value& value) {
  return value.is(Kind::list) ? !value.list().empty() : value.is_true();
}

std::vector<CountedRow> rows_of(const GroupDefinition& group, std::span<const Value> values) {
  std::vector<CountedRow> rows;
  if (!group.by_episode()) {
    rows.push_back({std::nullopt, {}});
    for (const auto& value : values) rows.front().meets.push_back(is_met(value));
    return rows;
  }
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is(Kind::list)) continue;
    for (const auto& episode : values[i].list()) {
      if (episode.is_null()) continue;
      const auto [place, is_new] = places.emplace(episode_key(episode), rows.size());
      if (is_new) rows.push_back({episode, std::vector<bool>(values.size())});
      rows[place->second].meets[i] = true;
    }
  }
  return rows;
}

StratumValue truth_stratum(bool truth) { return {truth ? "true" : "false"}; }

StratumValue coded_stratum(const Code& code) {
  return {code.display.empty() ? code.code : code.display, code.system, code.code};
}

std::optional<StratumValue> element_stratum(const Value& value) {
  std::optional<StratumValue> stratum;
  any_coding(value, [&](std::string_view system, std::string_view code) {
    stratum = {std::string(code), std::string(system), std::string(code)};
    return !code.empty();
  });
  return stratum;
}

// Nothing: null, which is in no stratum.
std::optional<StratumValue> stratum_of(const Value& given) {
  const auto value = system_value(given);
  switch (value.kind()) {
    case Kind::null:
      return std::nullopt;
    case Kind::boolean:
      return truth_stratum(value.boolean());
    case Kind::string:
      return StratumValue{value.string()};
    case Kind::code:
      return coded_stratum(value.code());
    case Kind::code_concept:
      if (value.code_concept().codes.empty()) return std::nullopt;
      return coded_stratum(value.code_concept().codes.front());
    case Kind::element:
      return element_stratum(value);
    default:
      return StratumValue{literal_text(value)};
  }
}

// A stratifier's component: a list is of the rows that are in it.
class Strata {
 public:
  explicit Strata(const Value& value) : value_(value) {
    if (!value.is(Kind::list)) return;
    for (const auto& each : value.list()) members_.insert(episode_key(each));
  }
  std::optional<StratumValue> of(const CountedRow& row) const {
    if (!value_.is(Kind::list)) return stratum_of(value_);
    if (!row.episode) return truth_stratum(!value_.list().empty());
    return truth_stratum(members_.contains(episode_key(*row.episode)));
  }

 private:
  const Value& value_;
  std::unordered_set<std::string> members_;
};

void add_row(std::vector<PopulationCount>& populations, const Membership& membership) {
  for (std::size_t i = 0; i < populations.size(); ++i)
    populations[i].count += membership.is_in(i) ? 1 : 0;
}

using RowValues = std::vector<std::optional<Decimal>>;  // by observation
void add_values(std::vector<ObservedValues>& observations, const RowValues& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i]) observations[i].values.push_back(*values[i]);
  }
}

StratumCount& stratum_at(StratifierCount& stratifier, const std::vector<StratumValue>& values,
                         const GroupCount& empty) {
  const auto is_before = [](const StratumCount& stratum, const std::vector<StratumValue>& wanted) {
    return std::lexicographical_compare(
        stratum.values.begin(), stratum.values.end(), wanted.begin(), wanted.end(),
        [](const StratumValue& a, const StratumValue& b) {
          return std::tie(a.text, a.system, a.code) < std::tie(b.text, b.system, b.code);
        });
  };
  auto& strata = stratifier.strata;
  auto place = std::lower_bound(strata.begin(), strata.end(), values, is_before);
  if (place == strata.end() || place->values != values)
    place = strata.insert(place, {values, empty.populations, empty.observations});
  return *place;
}

class GroupCounter {
 public:
  GroupCounter(const GroupDefinition& group, const GroupValues& values)
      : group_(group), empty_(empty_group(group)), counts_(empty_) {
    for (const auto& stratifier : values.stratifiers) {
      auto& components = strata_.emplace_back();
      for (const auto& value : stratifier) components.emplace_back(value);
    }
  }

  void add(const CountedRow& row, const Membership& membership, const RowValues& observed) {
    add_row(counts_.populations, membership);
    add_values(counts_.observations, observed);
    for (std::size_t i = 0; i < strata_.size(); ++i) {
      if (!is_stratified(group_.stratifiers[i], membership)) continue;
      std::vector<StratumValue> values;
      for (const auto& component : strata_[i]) {
        if (auto value = component.of(row)) values.push_back(std::move(*value));
      }
      if (values.size() != strata_[i].size()) continue;
      auto& stratum = stratum_at(counts_.stratifiers[i], values, empty_);
      add_row(stratum.populations, membership);
      add_values(stratum.observations, observed);
    }
  }

  GroupCount take() && { return std::move(counts_); }

 private:
  bool is_stratified(const StratifierDefinition& stratifier, const Membership& membership) const {
    const auto is_in = [&](const std::string& code) { return membership.is_in_any(code); };
    if (!stratifier.applies_to.empty())
      return std::any_of(stratifier.applies_to.begin(), stratifier.applies_to.end(), is_in);
    return std::any_of(group_.populations.begin(), group_.populations.end(),
                       [&](const PopulationDefinition& each) { return is_in(each.code); });
  }

  const GroupDefinition& group_;
  const GroupCount empty_;
  GroupCount counts_;
  std::vector<std::vector<Strata>> strata_;
};

}  // namespace

GroupCount empty_group(const GroupDefinition& group) {
  GroupCount counts{group.id, {}};
  for (const auto& population : group.populations)
    counts.populations.push_back({population.id, population.code, 0});
  for (const auto& observation : group.observations) {
    counts.observations.push_back(
        {observation.id, group.populations[observation.observed].code, observation.aggregate});
  }
  for (const auto& stratifier : group.stratifiers) {
    auto& empty = counts.stratifiers.emplace_back();
    empty.id = stratifier.id;
    for (const auto& component : stratifier.components) empty.components.push_back(component.text);
  }
  return counts;
}

events::Result<GroupCount> count_group(const GroupDefinition& group, const GroupValues& values,
                                       const Observe& observe) {
  GroupCounter counter(group, values);
  for (const auto& row : rows_of(group, values.populations)) {
    const Membership membership(group, row.meets);
    RowValues observed(group.observations.size());
    for (std::size_t i = 0; i < observed.size(); ++i) {
      if (!membership.is_observed_by(group.observations[i])) continue;
      auto value = observe(i, row.episode ? &*row.episode : nullptr);
      if (!value) return value.error();
      observed[i] = *value;
    }
    counter.add(row, membership, observed);
  }
  return std::move(counter).take();
}

std::optional<Decimal> observed_number(const Value& given) {
  const auto value = system_value(given);
  if (value.is(Kind::quantity)) return value.quantity().value;
  if (is_number(value)) return decimal_of(value);
  return std::nullopt;
}

void add_group(GroupCount& total, const GroupCount& group) {
  const auto add_counts = [](auto& to, const auto& from) {
    for (std::size_t i = 0; i < from.populations.size(); ++i)
      to.populations[i].count += from.populations[i].count;
    for (std::size_t i = 0; i < from.observations.size(); ++i) {
      auto& values = to.observations[i].values;
      const auto& more = from.observations[i].values;
      values.insert(values.end(), more.begin(), more.end());
    }
  };
  GroupCount empty{group.id, group.populations, group.observations};
  for (auto& population : empty.populations) population.count = 0;
  for (auto& observation : empty.observations) observation.values.clear();
  add_counts(total, group);
  for (std::size_t i = 0; i < group.stratifiers.size(); ++i) {
    for (const auto& stratum : group.stratifiers[i].strata)
      add_counts(stratum_at(total.stratifiers[i], stratum.values, empty), stratum);
  }
}

}  // namespace projections::quality
