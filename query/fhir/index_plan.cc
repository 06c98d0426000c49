#include "query/fhir/index_plan.h"

#include <algorithm>

#include "projections/search/reference_targets.h"

namespace query::fhir {
namespace {

using events::Micros;
using projections::IndexTerm;

// Each costs a cursor a shard; beyond it the rows by type are as good.
constexpr std::size_t terms_max = 64;
constexpr Micros a_day = std::chrono::hours(24);

bool names_directory_only(const SearchQuery& query, const Criterion& criterion,
                          const ReferencePattern& reference) {
  if (!reference.url.empty()) return false;
  if (reference.type) return events::is_directory_type(*reference.type);
  const auto targets =
      projections::search::reference_targets(query.table->type, criterion.parameter->name);
  return !targets.empty() && std::all_of(targets.begin(), targets.end(), events::is_directory_type);
}

// Empty if some alternative has no rows.
std::vector<IndexTerm> reference_terms(const SearchQuery& query, const Criterion& criterion) {
  std::vector<IndexTerm> terms;
  for (const Pattern& pattern : criterion.any) {
    const auto* reference = std::get_if<ReferencePattern>(&pattern);
    if (reference == nullptr || !names_directory_only(query, criterion, *reference)) return {};
    terms.push_back(projections::reference_term(reference->id));
  }
  return terms;
}

std::vector<IndexTerm> set_terms(const ReferenceSet& set) {
  std::vector<IndexTerm> terms;
  if (!set.leads_into_directory || set.size() > terms_max) return terms;
  for (const auto& [type, ids] : set.ids) {
    for (const auto& id : ids) terms.push_back(projections::reference_term(id));
  }
  return terms;
}

std::vector<IndexTerm> code_terms(const SearchQuery& query, const Criterion& criterion) {
  std::vector<IndexTerm> terms;
  const auto rows = projections::code_rows(query.table->type, criterion.parameter->name);
  for (const Pattern& pattern : criterion.any) {
    const auto* token = std::get_if<TokenPattern>(&pattern);
    if (token == nullptr || !token->code || token->code->empty()) return {};
    for (const auto by : rows) terms.push_back(projections::code_term(*token->code, by));
  }
  return terms;
}

bool usable(const std::vector<IndexTerm>& terms) {
  return !terms.empty() && terms.size() <= terms_max;
}

std::vector<IndexTerm> terms_of(const SearchQuery& query) {
  if (projections::has_reference_rows(query.table->type)) {
    for (const Criterion& criterion : query.criteria) {
      if (criterion.modifier != Modifier::none) continue;
      if (auto terms = reference_terms(query, criterion); usable(terms)) return terms;
    }
    for (const ReferenceSet& set : query.reference_sets) {
      if (auto terms = set_terms(set); usable(terms)) return terms;
    }
  }
  for (const Criterion& criterion : query.criteria) {
    if (criterion.modifier != Modifier::none) continue;
    if (auto terms = code_terms(query, criterion); usable(terms)) return terms;
  }
  return {projections::type_term()};
}

// What a main date's first instant must be in for the pattern to hold; `low_if_short` where
// the date ends within a day of it.
struct Bounds {
  std::optional<Micros> low, low_if_short, high;
};

Bounds bounds_of(const DatePattern& pattern) {
  switch (pattern.prefix) {
    case Prefix::eq:
      return {pattern.low, pattern.low, pattern.high};
    case Prefix::gt:
      return {{}, pattern.high - a_day, {}};
    case Prefix::ge:
      return {{}, std::min(pattern.low, pattern.high - a_day), {}};
    case Prefix::lt:
      return {{}, {}, pattern.low};
    case Prefix::le:
      return {{}, {}, pattern.high};
    case Prefix::sa:
      return {pattern.high, pattern.high, {}};
    case Prefix::eb:
      return {{}, {}, pattern.low};
    case Prefix::ap:
      return {{}, pattern.low - a_day, pattern.high};
    case Prefix::ne:
      return {};
  }
  return {};
}

// Of alternatives the wider, of criteria the narrower.
void widen(std::optional<Micros>& low, const std::optional<Micros>& other) {
  low = low && other ? std::optional(std::min(*low, *other)) : std::nullopt;
}
void raise(std::optional<Micros>& low, const std::optional<Micros>& other) {
  if (other) low = low ? std::max(*low, *other) : *other;
}

void narrow(const Criterion& criterion, std::array<projections::IndexSpan, 2>& spans) {
  std::optional<Bounds> all;
  for (const Pattern& pattern : criterion.any) {
    const auto* date = std::get_if<DatePattern>(&pattern);
    if (date == nullptr) return;
    const Bounds one = bounds_of(*date);
    if (!all) {
      all = one;
      continue;
    }
    widen(all->low, one.low);
    widen(all->low_if_short, one.low_if_short);
    all->high = all->high && one.high ? std::optional(std::max(*all->high, *one.high))
                                      : std::optional<Micros>();
  }
  if (!all) return;
  raise(spans[0].low, all->low_if_short);
  raise(spans[1].low, all->low);
  for (auto& span : spans) {
    if (all->high) span.high = span.high ? std::min(*span.high, *all->high) : *all->high;
  }
}

}  // namespace

IndexPlan plan_index(const SearchQuery& query) {
  IndexPlan plan;
  plan.terms = terms_of(query);
  std::sort(plan.terms.begin(), plan.terms.end());
  plan.terms.erase(std::unique(plan.terms.begin(), plan.terms.end()), plan.terms.end());
  plan.spans = plan_spans(query);
  return plan;
}

std::array<projections::IndexSpan, 2> plan_spans(const SearchQuery& query) {
  std::array<projections::IndexSpan, 2> spans{};
  spans[1].within_a_day = false;
  const auto main_date = projections::main_date_parameter(query.table->type);
  for (const Criterion& criterion : query.criteria) {
    if (criterion.modifier == Modifier::none && criterion.parameter->name == main_date)
      narrow(criterion, spans);
  }
  return spans;
}

}  // namespace query::fhir
