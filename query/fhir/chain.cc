#include "query/fhir/chain.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/chart.h"
#include "projections/search/reference_targets.h"
#include "projections/search_index.h"
#include "query/fhir/match.h"
#include "query/fhir/patient_search.h"
#include "query/fhir/scan.h"

namespace query::fhir {
namespace {

using events::ResourceType;

// Fewer ids than this are looked up one by one, more are a filter of the index.
constexpr std::size_t looked_up_max = 1000;

events::Error too_many(const Chain& chain) {
  return {events::ErrorCode::unprocessable,
          fmt::format("{}: leads to more than {} resources; add a criterion that leads to fewer",
                      chain.name, chain_targets_max),
          {}};
}

Status may_follow(const ChainContext& context, ResourceType type) {
  return ops::auth::permit(context.request.principal,
                           {ops::auth::Access::search, events::type_name(type), {}});
}

// `name`, `name:modifier`, `name.chain`, `_has:…`
bool knows(ResourceType type, const std::string& name) {
  const std::string plain = name.substr(0, name.find_first_of(":."));
  if (plain == "_has") return true;
  if (projections::search::find_reference_parameter(type, plain) != nullptr) return true;
  if (const TypeParameters* table = search_table(type))
    return find_parameter(*table, plain) != nullptr || find_parameter(*table, name) != nullptr;
  const auto listed = patient_search_parameters();
  return type == ResourceType::Patient &&
         std::any_of(listed.begin(), listed.end(),
                     [&](const auto& parameter) { return parameter.name == plain; });
}

Status find_inner_patients(Reader& reader, const ChainContext& context, const SearchInput& input,
                           const Chain& chain, ReferenceSet& set) {
  auto search = parse_patient_search(input);
  if (!search) return search.error();
  return each_patient(reader, context, *search, [&](const std::string& id) -> Status {
    if (set.size() == chain_targets_max) return too_many(chain);
    set.ids[ResourceType::Patient].insert(id);
    set.streams.insert(reader.stream(events::patient_stream(events::ResourceId(id))));
    return {};
  });
}

Status find_inner(Reader& reader, const ChainContext& context, ResourceType type,
                  const Chain& chain, ReferenceSet& set) {
  if (auto allowed = may_follow(context, type); !allowed) return allowed;
  const QueryParameters parameters{{chain.inner_name, chain.inner_value}};
  const SearchInput input{events::type_name(type), parameters, context.criteria, false};
  set.leads_into_directory &= events::is_directory_type(type);
  if (type == ResourceType::Patient) return find_inner_patients(reader, context, input, chain, set);
  auto query = parse_search(*search_table(type), input);
  if (!query) return query.error();
  if (auto resolved = resolve_chains(reader, context, *query); !resolved) return resolved;
  const auto nobodys = reader.stream(fmt::format("other/{}", events::type_name(type)));
  const auto directory = reader.stream("directory");
  Status status;
  auto scanned = scan_all(reader, *query, {}, [&](Candidate& match) {
    if (set.size() == chain_targets_max) status = too_many(chain);
    set.stays_with_patients &= match.stream != nobodys && match.stream != directory;
    set.ids[type].insert(match.id);
    set.streams.insert(match.stream);
    return status.has_value();
  });
  return status ? scanned : status;
}

// Which types a chain without one may lead to. A patient's own names lead to patients.
std::vector<ResourceType> types_of(ResourceType from, const Chain& chain) {
  if (chain.type) return {*chain.type};
  if (chain.parameter == &subject_parameter()) return {ResourceType::Patient};
  return projections::search::reference_targets(from, chain.parameter_name);
}

Result<ReferenceSet> resolve_forward(Reader& reader, const ChainContext& context, ResourceType from,
                                     const Chain& chain) {
  ReferenceSet set;
  set.parameter = chain.parameter;
  bool searched = false;
  for (const ResourceType type : types_of(from, chain)) {
    if (!knows(type, chain.inner_name)) continue;
    searched = true;
    if (auto found = find_inner(reader, context, type, chain, set); !found) return found.error();
  }
  if (!searched) {
    return events::invalid(
        fmt::format("{}: what \"{}\" leads to is not searched by \"{}\"; see /fhir/metadata",
                    chain.name, chain.parameter_name, chain.inner_name));
  }
  return set;
}

// Whom the resources that meet the inner search refer to.
Result<std::set<std::string>> resolve_reverse(Reader& reader, const ChainContext& context,
                                              ResourceType outer, const Chain& chain) {
  const auto* table = search_table(*chain.type);
  if (table == nullptr || !knows(*chain.type, chain.inner_name)) {
    return events::invalid(fmt::format("{}: {} is not searched by \"{}\"; see /fhir/metadata",
                                       chain.name, events::type_name(*chain.type),
                                       chain.inner_name));
  }
  if (auto allowed = may_follow(context, *chain.type); !allowed) return allowed.error();
  const QueryParameters parameters{{chain.inner_name, chain.inner_value}};
  auto query =
      parse_search(*table, {events::type_name(*chain.type), parameters, context.criteria, false});
  if (!query) return query.error();
  if (auto resolved = resolve_chains(reader, context, *query); !resolved) return resolved.error();
  std::set<std::string> ids;
  Values values;
  auto scanned = scan_all(reader, *query, {}, [&](Candidate& match) {
    values.clear();
    chain.parameter->take(match.facts, values);
    for (const schema::Reference* one : values.references) {
      if (one->id() != nullptr && one->type() == outer) ids.insert(one->id()->str());
    }
    return ids.size() <= chain_targets_max;
  });
  if (!scanned) return scanned.error();
  if (ids.size() > chain_targets_max) return too_many(chain);
  return ids;
}

void keep(std::optional<std::set<std::string>>& only, std::set<std::string> ids) {
  if (only) std::erase_if(ids, [&](const std::string& id) { return !only->contains(id); });
  only = std::move(ids);
}

// Patients whose own references lead into the set, by the index.
Result<std::set<std::string>> patients_referring(Reader& reader, const ReferenceSet& set) {
  std::set<std::string> ids;
  projections::ChartEntry entry;
  Values values;
  const auto add = [&](const projections::ShardView& view, std::string_view target) -> Status {
    projections::IndexSpan span;
    span.within_a_day = false;  // a Patient has no date
    projections::IndexCursor cursor(view, ResourceType::Patient,
                                    projections::reference_term(target), span, std::nullopt);
    for (; cursor.valid(); cursor.next()) {
      const auto read =
          entry.read(view, cursor.stream(), ResourceType::Patient, cursor.time(), cursor.id());
      if (!read) return read.error();
      if (!*read) continue;
      values.clear();
      set.parameter->take(entry.facts(), values);
      for (const schema::Reference* one : values.references) {
        if (one->id() != nullptr && set.has(one->type(), one->id()->string_view()))
          ids.insert(cursor.id());
      }
    }
    return cursor.status();
  };
  for (std::uint32_t i = 0; i < reader.sources().shards.count(); ++i) {
    for (const auto& [type, of_type] : set.ids) {
      for (const auto& id : of_type) {
        if (auto added = add(reader.view({i}), id); !added) return added.error();
      }
    }
  }
  return ids;
}

}  // namespace

Status resolve_chains(Reader& reader, const ChainContext& context, SearchQuery& query) {
  for (const Chain& chain : query.chains) {
    if (chain.reverse) {
      auto ids = resolve_reverse(reader, context, query.table->type, chain);
      if (!ids) return ids.error();
      keep(query.only_ids, std::move(*ids));
    } else {
      auto set = resolve_forward(reader, context, query.table->type, chain);
      if (!set) return set.error();
      query.reference_sets.push_back(std::move(*set));
    }
  }
  if (query.only_ids && query.patients.empty() && query.ids.empty() &&
      query.only_ids->size() <= looked_up_max)
    query.ids.assign(query.only_ids->begin(), query.only_ids->end());
  query.chains.clear();
  return {};
}

Result<std::optional<std::set<std::string>>> patients_of_chains(Reader& reader,
                                                                const ChainContext& context,
                                                                const std::vector<Chain>& chains) {
  std::optional<std::set<std::string>> only;
  for (const Chain& chain : chains) {
    if (chain.reverse) {
      auto ids = resolve_reverse(reader, context, ResourceType::Patient, chain);
      if (!ids) return ids.error();
      keep(only, std::move(*ids));
      continue;
    }
    auto set = resolve_forward(reader, context, ResourceType::Patient, chain);
    if (!set) return set.error();
    auto ids = patients_referring(reader, *set);
    if (!ids) return ids.error();
    keep(only, std::move(*ids));
  }
  return only;
}

}  // namespace query::fhir
