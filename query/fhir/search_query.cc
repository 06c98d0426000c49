#include "query/fhir/search_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/search/reference_targets.h"

namespace query::fhir {
namespace {

// What the links of this search are made of: everything used, but not the place in it.
void use(QueryParameters& used, const std::string& name, const std::string& value) {
  if (name != "_cursor") used.emplace_back(name, value);
}

// subject=Group/1
bool names_no_patient(std::string_view value) {
  const auto slash = value.find('/');
  return slash != value.npos && events::type_of_name(value.substr(0, slash)).has_value() &&
         !value.starts_with("Patient/");
}

// patient=1, subject=Patient/1, patient:Patient=1; a first one says whose streams are read.
// subject:missing, patient:identifier and subjects that are no patients are criteria as others.
Status add_patients(SearchQuery& query, const std::string& name, std::string_view modifier,
                    std::string_view value, const CriteriaContext& context) {
  const bool of_another_type = !modifier.empty() && modifier != "Patient";
  if (of_another_type || (name == "subject" && names_no_patient(value))) {
    auto other = parse_criterion(subject_parameter(), modifier, value, context);
    if (!other) return other.error();
    query.criteria.push_back(std::move(*other));
    return {};
  }
  Criterion criterion;
  criterion.parameter = &subject_parameter();
  std::vector<std::string> ids;
  for (const std::string_view one : split_escaped(value, ',')) {
    auto reference = parse_reference(name, one, events::type_of_name("Patient"), context.base_url);
    if (!reference || !reference->url.empty()) {
      return events::invalid(fmt::format(
          "{0}: \"{1}\" names no patient of this server; write {0}=Patient/<id>", name, one));
    }
    if (std::find(ids.begin(), ids.end(), reference->id) == ids.end()) ids.push_back(reference->id);
    criterion.any.emplace_back(std::move(*reference));
  }
  query.criteria.push_back(std::move(criterion));
  if (query.patients.empty()) query.patients = std::move(ids);
  return {};
}

Status unknown_parameter(SearchQuery& query, const std::string& name, bool lenient) {
  const auto type = events::type_name(query.table->type);
  if (auto refused = refuse_unbuilt(name); !refused) return refused;
  events::Error error =
      events::invalid(fmt::format("{0}: not a search parameter of {1} here; see searchParam of {1} "
                                  "in /fhir/metadata, or send Prefer: "
                                  "handling=lenient to have it ignored",
                                  name, type));
  if (!lenient) return error;
  error.message = fmt::format("{}: not a search parameter of {} here; it was ignored", name, type);
  query.warnings.push_back(std::move(error));
  return {};
}

Result<bool> take_parameter(SearchQuery& query, const std::string& name, const std::string& value,
                            const SearchInput& input) {
  const auto colon = name.find(':');
  const std::string plain = name.substr(0, colon);
  const std::string_view modifier =
      colon == std::string::npos ? std::string_view{} : std::string_view(name).substr(colon + 1);
  if (name == "_sort") {
    if (auto added = add_sort(query, value); !added) return added.error();
    return true;
  }
  auto including = parse_include(query.table->type, name, value, query.includes);
  if (!including || *including) return including;
  // `medication.code` is a parameter of its own.
  if (find_parameter(*query.table, plain) == nullptr || plain.find('.') == std::string::npos) {
    auto chain = parse_chain(query.table->type, name, value);
    if (!chain) return chain.error();
    if (*chain) {
      query.chains.push_back(std::move(**chain));
      return true;
    }
  }
  if (is_patient_name(*query.table, plain)) {
    if (auto added = add_patients(query, plain, modifier, value, input.context); !added)
      return added.error();
    return true;
  }
  const Parameter* parameter = find_parameter(*query.table, plain);
  if (parameter == nullptr) {
    if (auto ignored = unknown_parameter(query, name, input.lenient); !ignored)
      return ignored.error();
    return false;
  }
  auto criterion = parse_criterion(*parameter, modifier, value, input.context);
  if (!criterion) return criterion.error();
  query.criteria.push_back(std::move(*criterion));
  return true;
}

// The ids of the first `_id` without modifier: they say where to look when no patient does.
std::vector<std::string> ids_of(const std::vector<Criterion>& criteria) {
  std::vector<std::string> ids;
  for (const Criterion& criterion : criteria) {
    if (criterion.parameter->name != "_id" || criterion.modifier != Modifier::none) continue;
    for (const Pattern& pattern : criterion.any) {
      const auto& token = std::get<TokenPattern>(pattern);
      if (token.code) ids.push_back(*token.code);
    }
    break;
  }
  return ids;
}

// _has:Observation:patient:code
Result<Chain> parse_has(events::ResourceType type, const std::string& name) {
  const auto fault = [&](const std::string& why) {
    return events::invalid(
        fmt::format("{}: {}; write _has:<Type>:<reference>:<parameter>=<value>", name, why));
  };
  std::string_view rest = std::string_view(name).substr(std::string_view("_has:").size());
  const auto first = rest.find(':');
  const auto second = first == rest.npos ? rest.npos : rest.find(':', first + 1);
  if (second == rest.npos || second + 1 == rest.size()) return fault("is not whole");
  Chain chain;
  chain.name = name;
  chain.reverse = true;
  chain.type = events::type_of_name(rest.substr(0, first));
  if (!chain.type) return fault(fmt::format("\"{}\" is no type", rest.substr(0, first)));
  chain.parameter_name = rest.substr(first + 1, second - first - 1);
  chain.parameter =
      projections::search::find_reference_parameter(*chain.type, chain.parameter_name);
  const auto targets = projections::search::reference_targets(*chain.type, chain.parameter_name);
  if (chain.parameter == nullptr ||
      std::find(targets.begin(), targets.end(), type) == targets.end())
    return fault(fmt::format("{} has no reference \"{}\" to {}", events::type_name(*chain.type),
                             chain.parameter_name, events::type_name(type)));
  chain.inner_name = rest.substr(second + 1);
  return chain;
}

}  // namespace

std::size_t ReferenceSet::size() const {
  std::size_t all = 0;
  for (const auto& [type, of_type] : ids) all += of_type.size();
  return all;
}

bool ReferenceSet::has(events::ResourceType target, std::string_view id) const {
  const auto of_type = ids.find(target);
  return of_type != ids.end() && of_type->second.contains(id);
}

Result<std::optional<Chain>> parse_chain(events::ResourceType type, const std::string& name,
                                         const std::string& value) {
  if (name.starts_with("_has:")) {
    auto chain = parse_has(type, name);
    if (!chain) return chain.error();
    chain->inner_value = value;
    return std::optional(std::move(*chain));
  }
  const auto dot = name.find('.');
  if (dot == std::string::npos || dot + 1 == name.size()) return std::optional<Chain>();
  Chain chain;
  chain.name = name;
  chain.inner_name = name.substr(dot + 1);
  chain.inner_value = value;
  const std::string reference = name.substr(0, dot);
  const auto colon = reference.find(':');
  chain.parameter_name = reference.substr(0, colon);
  chain.parameter = projections::search::find_reference_parameter(type, chain.parameter_name);
  if (chain.parameter == nullptr) return std::optional<Chain>();
  if (colon != std::string::npos) {
    chain.type = events::type_of_name(reference.substr(colon + 1));
    if (!chain.type)
      return events::invalid(fmt::format("{}: \"{}\" is not a type of this server", name,
                                         reference.substr(colon + 1)));
  }
  return std::optional(std::move(chain));
}

Status add_sort(SearchQuery& query, std::string_view value) {
  if (!query.sort.empty())
    return events::invalid("_sort: given twice; write it once, rules separated by commas");
  const auto has_order = [](const Parameter& one) {
    return one.kind == ParameterKind::date || one.kind == ParameterKind::string ||
           one.kind == ParameterKind::token;
  };
  for (std::string_view rule : split_escaped(value, ',')) {
    const bool descending = rule.starts_with('-');
    if (descending) rule.remove_prefix(1);
    const Parameter* parameter = find_parameter(*query.table, rule);
    if (parameter == nullptr || !has_order(*parameter)) {
      std::string names;
      for (const auto parameters : {common_parameters(), query.table->own}) {
        for (const Parameter& one : parameters) {
          if (has_order(one)) names.append(names.empty() ? "" : ", ").append(one.name);
        }
      }
      return events::invalid(
          fmt::format("_sort: \"{}\" is not an order of {}; write {}, - before it for descending",
                      rule, events::type_name(query.table->type), names));
    }
    query.sort.push_back({parameter, descending});
  }
  return {};
}

Status refuse_unbuilt(std::string_view name) {
  const std::string_view plain = name.substr(0, name.find(':'));
  if (plain == "asOf" || plain == "at") {
    return events::Error{events::ErrorCode::unsupported,
                         fmt::format("{}: of /charts only; FHIR searches take _asOf", plain),
                         {}};
  }
  if (plain == "_asOf") {
    return events::Error{
        events::ErrorCode::unsupported,
        "_asOf: goes with a read, with $everything and with a search; here the answer is as of now",
        {}};
  }
  for (const std::string_view other :
       {"_filter", "_text", "_content", "_list", "_query", "_contained", "_containedType"}) {
    if (plain == other) {
      return events::Error{
          events::ErrorCode::unsupported,
          fmt::format("{}: not answered here, and not ignored either; leave it out and ask by the "
                      "parameters of /fhir/metadata",
                      plain),
          {}};
    }
  }
  return {};
}

Result<SearchQuery> parse_search(const TypeParameters& table, const SearchInput& input) {
  SearchQuery query;
  query.table = &table;
  query.earlier = input.context.earlier;
  PageParser page;
  QueryParameters used;
  for (const auto& [name, value] : input.parameters) {
    auto taken = page.take(name, value);
    if (taken && !*taken) taken = take_parameter(query, name, value, input);
    if (!taken) return taken.error();
    if (*taken) use(used, name, value);
  }
  if (!input.as_of.empty()) used.emplace_back("_asOf", input.as_of);
  if (query.patients.empty()) query.ids = ids_of(query.criteria);
  auto finished = std::move(page).finish(input.type, std::move(used));
  if (!finished) return finished.error();
  query.page = std::move(*finished);
  if (auto named = check_elements(input.type, query.page.subset); !named) return named.error();
  return query;
}

}  // namespace query::fhir
