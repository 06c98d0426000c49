#include "projections/prevention/screening/population.h"

#include <fmt/format.h>

#include <algorithm>

namespace projections::screening {
namespace {

constexpr const char* smoking_history = "smoking history";

const Fact* latest(const View& view, std::initializer_list<ListId> lists) {
  const Fact* found = nullptr;
  for (const auto& fact : view.patient.facts) {
    const bool is = std::any_of(lists.begin(), lists.end(),
                                [&](ListId list) { return view.is_in(fact, list); });
    if (!is || !fact.on || fact.kind == FactKind::refused || !view.has_come(fact)) continue;
    if (found == nullptr || found->on->first < fact.on->first) found = &fact;
  }
  return found;
}

Needs no(std::string reason, const Fact* fact) {
  Needs answer{Decision::no, {std::move(reason)}, {}, {}, {}};
  if (fact) answer.rests_on.push_back(fact->id);
  return answer;
}
Needs yes(std::string reason, const Fact& fact, std::optional<Day> since) {
  return {Decision::yes, {std::move(reason)}, {}, {fact.id}, since};
}
Needs not_known(std::string fact) { return {Decision::not_known, {}, {std::move(fact)}, {}, {}}; }

Needs number_of(const View& view, const Need& need) {
  const auto& name = view.rules.name_of(need.lists[0]);
  const Fact* newest = nullptr;
  std::optional<Day> since;
  for (const auto& fact : view.patient.facts) {
    if (!view.is_in(fact, need.lists[0]) || !fact.number || !fact.on) continue;
    if (!view.has_come(fact)) continue;
    if (newest == nullptr || newest->on->first <= fact.on->first) newest = &fact;
    if (*fact.number >= need.least)
      since = since ? std::min(*since, fact.on->first) : fact.on->first;
  }
  if (newest == nullptr) return not_known(name);
  const auto reason = fmt::format("{} {}", name, *newest->number);
  return *newest->number >= need.least ? yes(reason, *newest, since) : no(reason, newest);
}

Needs ever_smoked(const View& view) {
  const Fact* first = nullptr;
  for (const auto& fact : view.patient.facts) {
    const bool smokes =
        view.is_in(fact, view.rules.smokes_now) || view.is_in(fact, view.rules.smoked_before);
    if (!smokes || !fact.on || !view.has_come(fact)) continue;
    if (first == nullptr || fact.on->first < first->on->first) first = &fact;
  }
  if (first) return yes("has smoked", *first, first->on->first);
  if (const auto* never = latest(view, {view.rules.never_smoked})) return no("never smoked", never);
  return not_known(smoking_history);
}

// Who was known to smoke on a day stopped after it; else the day of stopping is asked for.
Needs smoked_within(const View& view, const Span& within) {
  const auto& rules = view.rules;
  const Fact* newest = latest(view, {rules.smokes_now, rules.smoked_before, rules.never_smoked});
  if (newest && view.is_in(*newest, rules.smokes_now)) {
    return yes("smokes", *newest, newest->on->first);
  }
  if (const auto* stopped = latest(view, {rules.smoking_stopped}); stopped && stopped->day) {
    const auto reason = fmt::format("stopped smoking {}", to_text(stopped->day->last));
    return view.moment.reached(stopped->day->first + within) ? no(reason, stopped)
                                                             : yes(reason, *stopped, std::nullopt);
  }
  const Fact* smoked = latest(view, {rules.smokes_now});
  if (smoked && !view.moment.reached(smoked->on->first + within)) {
    return yes(fmt::format("smoked {}", to_text(smoked->on->first)), *smoked, std::nullopt);
  }
  const bool ever = latest(view, {rules.smokes_now, rules.smoked_before}) != nullptr;
  if (newest && !ever) return no("never smoked", newest);
  return not_known(ever ? rules.name_of(rules.smoking_stopped) : smoking_history);
}

Needs any_of(const View& view, const Need& need) {
  std::string names;
  for (const auto list : need.lists) {
    for (const auto& fact : view.patient.facts) {
      if (!view.is_in(fact, list) || !view.holds(fact, {{}, {}, true})) continue;
      return yes(view.rules.name_of(list), fact,
                 fact.on ? std::optional(fact.on->first) : std::nullopt);
    }
    names += (names.empty() ? "" : ", ") + view.rules.name_of(list);
  }
  return no("none recorded of: " + names, nullptr);
}

Needs decide(const View& view, const Need& need) {
  switch (need.kind) {
    case NeedKind::number_at_least:
      return number_of(view, need);
    case NeedKind::ever_smoked:
      return ever_smoked(view);
    case NeedKind::smoked_within:
      return smoked_within(view, need.within);
    case NeedKind::any_of:
      return any_of(view, need);
    case NeedKind::unknown:
      break;
  }
  return not_known(need.fact);
}

template <class Value>
void append(std::vector<Value>& into, const std::vector<Value>& from) {
  into.insert(into.end(), from.begin(), from.end());
}

}  // namespace

bool View::is_in(const Fact& fact, ListId list) const {
  return std::find(fact.lists.begin(), fact.lists.end(), list) != fact.lists.end();
}

bool View::holds(const Fact& fact, const Exclusion& how) const {
  if (fact.kind == FactKind::refused || fact.kind == FactKind::contraindicated) return false;
  if (!has_come(fact)) return false;
  // What lasts, such as care in a hospice, counts from its last known day.
  if (how.holds && fact.until) return !moment.reached(fact.until->last + *how.holds);
  if (how.holds && fact.on) return !moment.reached(fact.on->last + *how.holds);
  if (!how.while_active) return true;
  if (fact.until) return !moment.reached(fact.until->first);
  return !fact.ended;
}

std::optional<Excluded> excluded(const View& view) {
  for (const auto& exclusion : view.rule.excludes) {
    Excluded found;
    for (const auto list : exclusion.all_of) {
      const auto& facts = view.patient.facts;
      const auto fact = std::find_if(facts.begin(), facts.end(), [&](const Fact& one) {
        return view.is_in(one, list) && view.holds(one, exclusion);
      });
      if (fact == facts.end()) break;
      found.rests_on.push_back(fact->id);
      found.reason += (found.reason.empty() ? "" : ", ") + view.rules.name_of(list);
    }
    if (found.rests_on.size() == exclusion.all_of.size()) return found;
  }
  return std::nullopt;
}

Needs needs_of(const View& view) {
  Needs all;
  for (const auto& need : view.rule.needs) {
    auto one = decide(view, need);
    if (one.decision == Decision::no) return one;
    if (one.decision == Decision::not_known) all.decision = Decision::not_known;
    append(all.reasons, one.reasons);
    append(all.missing, one.missing);
    append(all.rests_on, one.rests_on);
    if (one.since) all.since = all.since ? std::max(*all.since, *one.since) : *one.since;
  }
  return all;
}

}  // namespace projections::screening
