#include "query/subscriptions/filter.h"

#include <fmt/format.h>

#include <chrono>
#include <vector>

#include "events/schema/clinical_generated.h"
#include "ops/http/text.h"
#include "query/fhir/match.h"

namespace query::subscriptions {
namespace {

using events::EventEffect;
using events::ResourceType;
using events::Result;
using events::Status;
using fhir::Criterion;

constexpr std::string_view element = "Subscription.criteria.extension";

enum Trigger : std::uint8_t { created = 1, updated = 2, removed = 4, any = 7 };

std::uint8_t trigger_of(EventEffect effect) {
  switch (effect) {
    case EventEffect::recorded:
      return created;
    case EventEffect::amended:
      return updated;
    case EventEffect::deleted:
      return removed;
    default:
      return 0;  // confirmed, absent, matched: nothing has changed
  }
}

Result<std::uint8_t> parse_triggers(std::string_view value) {
  std::uint8_t triggers = 0;
  for (std::string_view one : fhir::split_escaped(value, ',')) {
    if (const auto bar = one.rfind('|'); bar != one.npos) one.remove_prefix(bar + 1);
    if (one == "create") {
      triggers |= created;
    } else if (one == "update") {
      triggers |= updated;
    } else if (one == "delete") {
      triggers |= removed;
    } else if (one == "feed-event") {
      triggers |= any;
    } else {
      return events::unprocessable(
          fmt::format("trigger: \"{}\" is none; write create, update, delete or feed-event", one),
          std::string(element));
    }
  }
  return triggers;
}

const fhir::Parameter* common(std::string_view name) {
  for (const auto& parameter : fhir::common_parameters()) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

// A Patient's own subject is itself.
Result<Criterion> patient_criterion(ResourceType type, const std::string& name,
                                    const std::string& value,
                                    const fhir::CriteriaContext& context) {
  Criterion criterion;
  const bool itself = events::type_name(type) == "Patient";
  criterion.parameter = itself ? common("_id") : &fhir::subject_parameter();
  for (const std::string_view one : fhir::split_escaped(value, ',')) {
    auto reference =
        fhir::parse_reference(name, one, events::type_of_name("Patient"), context.base_url);
    if (!reference || !reference->url.empty()) {
      return events::unprocessable(
          fmt::format("{0}: \"{1}\" names no patient of this server; write {0}=Patient/<id>", name,
                      one),
          std::string(element));
    }
    if (itself) {
      criterion.any.emplace_back(fhir::TokenPattern{std::nullopt, reference->id});
    } else {
      criterion.any.emplace_back(std::move(*reference));
    }
  }
  return criterion;
}

Result<Criterion> criterion_of(ResourceType type, const std::string& name, const std::string& value,
                               const fhir::CriteriaContext& context) {
  const auto colon = name.find(':');
  const std::string plain = name.substr(0, colon);
  const std::string modifier = colon == std::string::npos ? "" : name.substr(colon + 1);
  const auto* table = fhir::search_table(type);
  const bool of_patient = plain == "patient" && events::type_name(type) == "Patient";
  if (of_patient || (table != nullptr && fhir::is_patient_name(*table, plain))) {
    if (modifier.empty() || modifier == "Patient")
      return patient_criterion(type, plain, value, context);
  } else if (const auto* parameter =
                 table != nullptr ? fhir::find_parameter(*table, plain) : common(plain)) {
    return fhir::parse_criterion(*parameter, modifier, value, context);
  }
  return events::unprocessable(
      fmt::format("backport-filter-criteria: {} is not a filter of {}; /fhir/SubscriptionTopic "
                  "lists those of each topic",
                  name, events::type_name(type)),
      std::string(element));
}

}  // namespace

struct Filter::Conditions {
  std::vector<Criterion> criteria;
  std::uint8_t triggers = any;
};

Result<Filter> Filter::parse(const Topic& topic, std::span<const std::string> filters,
                             std::string_view base_url) {
  const fhir::CriteriaContext context{
      base_url,
      std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now())};
  const auto types = topic.types();
  std::map<ResourceType, Conditions> named;      // by `Type?…`
  std::map<ResourceType, Conditions> of_others;  // by filters without a type
  for (const auto type : types) of_others.emplace(type, Conditions{});
  for (const std::string& text : filters) {
    const auto mark = text.find('?');
    std::vector<ResourceType> about = types;
    if (mark != std::string::npos) {
      const auto type = events::type_of_name(text.substr(0, mark));
      if (!type || !topic.has(*type)) {
        return events::unprocessable(
            fmt::format("backport-filter-criteria: \"{}\" is no type of the topic {}",
                        text.substr(0, std::min<std::size_t>(mark, 64)), topic.canonical),
            std::string(element));
      }
      about = {*type};
    }
    const auto parameters = ops::http::parse_query(
        mark == std::string::npos ? std::string_view(text)
                                  : std::string_view(text).substr(mark + 1));
    if (!parameters) return parameters.error();
    for (const auto type : about) {
      auto& conditions = mark == std::string::npos ? of_others[type] : named[type];
      for (const auto& [name, value] : *parameters) {
        if (name == "trigger") {
          auto triggers = parse_triggers(value);
          if (!triggers) return triggers.error();
          conditions.triggers &= *triggers;
          continue;
        }
        auto criterion = criterion_of(type, name, value, context);
        if (!criterion) return criterion.error();
        conditions.criteria.push_back(std::move(*criterion));
      }
    }
  }
  Filter filter;
  for (auto& [type, conditions] : of_others) {
    if (!named.empty()) {
      const auto own = named.find(type);
      if (own == named.end()) continue;
      conditions.triggers &= own->second.triggers;
      std::move(own->second.criteria.begin(), own->second.criteria.end(),
                std::back_inserter(conditions.criteria));
    }
    filter.by_type_.emplace(type, std::make_shared<const Conditions>(std::move(conditions)));
  }
  return filter;
}

bool Filter::may_pass(ResourceType type, EventEffect effect) const {
  const auto found = by_type_.find(type);
  return found != by_type_.end() && (found->second->triggers & trigger_of(effect)) != 0;
}

bool Filter::needs_facts(ResourceType type) const {
  const auto found = by_type_.find(type);
  return found != by_type_.end() && !found->second->criteria.empty();
}

bool Filter::passes(ResourceType type, std::string_view facts, events::KnownTime time) const {
  const auto found = by_type_.find(type);
  if (found == by_type_.end()) return false;
  thread_local fhir::Values values;
  const auto* root = flatbuffers::GetRoot<events::schema::Facts>(facts.data());
  for (const Criterion& criterion : found->second->criteria) {
    if (!fhir::meets(*root, criterion, values, [time] { return time; })) return false;
  }
  return true;
}

}  // namespace query::subscriptions
