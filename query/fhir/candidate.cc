#include "query/fhir/candidate.h"

#include <algorithm>

#include "projections/fold.h"
#include "query/fhir/cursor.h"
#include "query/fhir/match.h"

namespace query::fhir {
namespace {

// Of several dates the earliest counts for ascending order, the latest for descending.
std::optional<events::Micros> sort_date(const SortRule& rule, Candidate& candidate,
                                        Values& values) {
  if (rule.parameter->take == nullptr) return candidate.updated().time_since_epoch();
  values.clear();
  rule.parameter->take(candidate.facts, values);
  if (values.dates.empty()) return std::nullopt;
  const auto earlier = [](const DateValue& a, const DateValue& b) { return a.low < b.low; };
  const auto [first, last] = std::minmax_element(values.dates.begin(), values.dates.end(), earlier);
  return rule.descending ? last->low : first->low;
}

// Texts as people compare them, codes in lower case; where there is no code, the text.
std::optional<std::string> sort_word(const SortRule& rule, Candidate& candidate, Values& values) {
  values.clear();
  rule.parameter->take(candidate.facts, values);
  std::vector<std::string> words;
  for (const auto& token : values.tokens) words.push_back(projections::fold(token.code));
  for (const auto text : values.strings) words.push_back(projections::fold(text));
  if (words.empty()) {
    for (const auto text : values.texts) words.push_back(projections::fold(text));
  }
  if (words.empty()) return std::nullopt;
  const auto [first, last] = std::minmax_element(words.begin(), words.end());
  return rule.descending ? *last : *first;
}

bool refers_into(const ReferenceSet& set, const Candidate& candidate, Values& values) {
  values.clear();
  set.parameter->take(candidate.facts, values);
  return std::any_of(
      values.references.begin(), values.references.end(), [&](const schema::Reference* one) {
        return one->id() != nullptr && set.has(one->type(), one->id()->string_view());
      });
}

}  // namespace

events::KnownTime Candidate::updated() {
  if (!known_time) {
    auto row = view.version(stream, type, id, version);
    if (!row) status = row.error();
    known_time = row && *row ? (*row)->known_time : events::KnownTime{};
  }
  return *known_time;
}

bool meets_all(const SearchQuery& query, Candidate& candidate, Values& values) {
  if (query.only_ids && !query.only_ids->contains(candidate.id)) return false;
  return std::all_of(query.criteria.begin(), query.criteria.end(),
                     [&](const Criterion& criterion) {
                       return meets(candidate.facts, criterion, values,
                                    [&] { return candidate.updated(); });
                     }) &&
         std::all_of(query.reference_sets.begin(), query.reference_sets.end(),
                     [&](const ReferenceSet& set) { return refers_into(set, candidate, values); });
}

std::string sort_key(const SearchQuery& query, Candidate& candidate, Values& values) {
  SortKey key;
  if (query.sort.empty()) key.date(candidate.time, true);
  for (const SortRule& rule : query.sort) {
    if (rule.parameter->kind == ParameterKind::date) {
      key.date(sort_date(rule, candidate, values), rule.descending);
    } else if (rule.parameter->name == "_id") {
      key.id(candidate.id, rule.descending);
    } else {
      key.word(sort_word(rule, candidate, values), rule.descending);
    }
  }
  key.id(candidate.id);
  return std::move(key).bytes();
}

}  // namespace query::fhir
