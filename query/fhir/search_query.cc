#include "query/fhir/search_query.h"

#include <fmt/format.h>

#include <algorithm>

namespace query::fhir {
namespace {

// What the links of this search are made of: everything used, but not the place in it.
void use(QueryParameters& used, const std::string& name, const std::string& value) {
  if (name != "_cursor") used.emplace_back(name, value);
}

Status add_sort(SearchQuery& query, std::string_view value) {
  if (!query.sort.empty())
    return events::invalid("_sort: given twice; write it once, rules separated by commas");
  for (std::string_view rule : split_escaped(value, ',')) {
    const bool descending = rule.starts_with('-');
    if (descending) rule.remove_prefix(1);
    const Parameter* parameter = find_parameter(*query.table, rule);
    if (parameter == nullptr || (parameter->kind != ParameterKind::date && rule != "_id")) {
      std::string names = "_id";
      for (const auto parameters : {common_parameters(), query.table->own}) {
        for (const Parameter& one : parameters) {
          if (one.kind == ParameterKind::date) names.append(", ").append(one.name);
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

// patient=1, subject=Patient/1, patient:Patient=1; a first one says whose streams are read.
Status add_patients(SearchQuery& query, const std::string& name, std::string_view modifier,
                    std::string_view value, const CriteriaContext& context) {
  if (!modifier.empty() && modifier != "Patient") {
    return events::invalid(fmt::format(
        "{0}:{1}: only the patient's id is searched; write {0}=Patient/<id>", name, modifier));
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
  if (name == "asOf" || name == "at") {  // never ignored: it would answer another question
    return events::Error{events::ErrorCode::unsupported,
                         fmt::format("{}: not built yet; leave it out to ask about now", name),
                         {}};
  }
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
  if (name == "_elements")
    return events::invalid("_elements: not built yet; leave it out, whole resources are answered");
  if (name == "_sort") {
    if (auto added = add_sort(query, value); !added) return added.error();
    return true;
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

}  // namespace

Result<SearchQuery> parse_search(const TypeParameters& table, const SearchInput& input) {
  SearchQuery query;
  query.table = &table;
  PageParser page;
  QueryParameters used;
  for (const auto& [name, value] : input.parameters) {
    auto taken = page.take(name, value);
    if (taken && !*taken) taken = take_parameter(query, name, value, input);
    if (!taken) return taken.error();
    if (*taken) use(used, name, value);
  }
  if (query.patients.empty()) query.ids = ids_of(query.criteria);
  if (home_of(table) == Home::patient && query.patients.empty() && query.ids.empty()) {
    const auto name = table.patient_names.front();
    return events::invalid(fmt::format(
        "{0}: a search over all patients is not built yet; add {0}=Patient/<id>, or _id", name));
  }
  auto finished = std::move(page).finish(input.type, std::move(used));
  if (!finished) return finished.error();
  query.page = std::move(*finished);
  return query;
}

}  // namespace query::fhir
