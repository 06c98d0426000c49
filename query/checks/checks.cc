#include "query/checks/checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/safety/list_check.h"
#include "query/checks/overrides.h"

namespace query::checks {
namespace {

namespace safety = projections::safety;
using events::Result;
using knowledge::Basis;
using knowledge::Tier;
using safety::AvoidedDrug;

// Whatever a check reads from.
const std::vector<std::string> rests_on_projections = {"chart", "medications", "series"};

class AnswerMaker {
 public:
  AnswerMaker(const ChartFacts& facts, const Basket& basket, Answer& to)
      : facts_(facts), basket_(basket), to_(to) {}

  void add(const knowledge::Card& made) {
    if (safety::is_about_food(facts_, made)) return;
    Card card;
    card.rule = made.rule;
    card.tier = made.tier;
    card.kind = to_string(made.kind);
    card.summary = made.summary;
    card.detail = made.detail;
    card.also = made.also;
    card.missing = made.missing;
    card.source = source_of(made.rule);
    for (const Basis& basis : made.rests_on) rest_on(basis, card);
    card.about = key_of(made.rule, made.rests_on);
    to_.cards.push_back(std::move(card));
  }

  void add(const AvoidedDrug& found) {
    const auto& drug = found.basis.what == Basis::What::order
                           ? basket_.drugs[found.basis.index].fact
                           : facts_.patient.drugs[found.basis.index];
    auto finding = safety::finding_of(facts_, found, drug);
    Card card;
    card.rule = std::move(finding.rule);
    card.kind = std::move(finding.kind);
    card.tier = finding.tier;
    card.summary = std::move(finding.summary);
    card.detail = std::move(finding.detail);
    card.source.title = "Chartlog";
    card.source.section = "MedicationRequest.doNotPerform";
    rest_on(found.basis, card);
    for (const auto& one : finding.rests_on) card.rests_on.push_back(resource(one));
    card.about = key_of(card.rule, {found.basis});
    to_.cards.push_back(std::move(card));
  }

  void add(const EarlierResult& earlier) {
    const auto& draft = basket_.tests[earlier.draft];
    Card card;
    card.rule = "duplicate-test";
    card.kind = "duplicate_test";
    card.tier = Tier::note;
    card.rests_on.push_back({RestsOn::What::draft, draft.label, {}});
    if (earlier.twice) {
      card.summary = draft.shown + ": ordered twice at once";
      card.detail = fmt::format("{} asks for the same analyte.", draft.label);
      card.rests_on.push_back({RestsOn::What::draft, basket_.tests[*earlier.twice].label, {}});
    } else {
      card.summary = fmt::format("{}: there is a result of the last {} days", draft.shown,
                                 earlier.window.count());
      card.detail = fmt::format("{}: {}.", earlier.name, earlier.shown);
      card.rests_on.push_back(resource(earlier.result));
    }
    card.source.title = earlier.source;
    card.source.section = earlier.section;
    to_.cards.push_back(std::move(card));
  }

  // Never an empty list where nothing was looked at.
  void add_nothing_checked() {
    Card card;
    card.rule = "not-checked";
    card.tier = Tier::warn;
    card.kind = to_string(knowledge::CardKind::not_checkable);
    card.summary = "Drugs were not checked: this node has no drug knowledge";
    card.detail = "Interactions, allergies, duplicates and cautions were not looked at.";
    card.source.title = "Chartlog";
    to_.not_checked.push_back(card.summary);
    to_.cards.push_back(std::move(card));
  }

 private:
  static RestsOn resource(const Recorded& recorded) {
    return {RestsOn::What::resource, recorded.type + "/" + recorded.id, recorded.version};
  }

  AlertKey key_of(const std::string& rule, const std::vector<Basis>& rests_on) const {
    std::vector<const knowledge::DrugFact*> drugs;
    std::vector<const knowledge::AllergyFact*> allergies;
    for (const Basis& basis : rests_on) {
      if (basis.what == Basis::What::order) drugs.push_back(&basket_.drugs[basis.index].fact);
      if (basis.what == Basis::What::drug) drugs.push_back(&facts_.patient.drugs[basis.index]);
      if (basis.what == Basis::What::allergy)
        allergies.push_back(&facts_.patient.allergies[basis.index]);
    }
    return alert_key(*to_.by, rule, drugs, allergies);
  }

  CardSource source_of(const std::string& rule_id) const {
    const auto& rules = to_.by->rows().rules;
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&](const knowledge::Rule& one) { return one.id == rule_id; });
    CardSource source;
    if (rule == rules.end()) {
      source.title = "Chartlog drug knowledge " + to_.by->label();
      return source;
    }
    const knowledge::Source& of = to_.by->source(*rule);
    source = {of.title, of.issuer, rule->section, of.published, {}, of.url};
    if (rule->read != "not compared") source.read = rule->read;
    return source;
  }

  void rest_on(const Basis& basis, Card& card) const {
    if (basis.what == Basis::What::order) {
      card.rests_on.push_back({RestsOn::What::draft, basket_.drugs[basis.index].label, {}});
      return;
    }
    const auto grounds = safety::grounds_of(facts_, basis);
    for (const auto& one : grounds.resources) card.rests_on.push_back(resource(one));
    if (!grounds.not_recorded.empty())
      card.rests_on.push_back({RestsOn::What::missing, grounds.not_recorded, {}});
  }

  const ChartFacts& facts_;
  const Basket& basket_;
  Answer& to_;
};

events::Status say_what_is_incomplete(const Sources& sources, const PatientRead& read,
                                      Answer& answer) {
  const auto incomplete = incomplete_of(sources, read, rests_on_projections);
  if (!incomplete) return incomplete.error();
  for (const auto& one : *incomplete)
    answer.not_checked.push_back(
        fmt::format("The record is not complete: {} lacks what came since {}", one.projection,
                    one.since.text()));
  return {};
}

void add_avoided(const ChartFacts& facts, const std::vector<knowledge::DrugFact>& orders,
                 AnswerMaker& maker, Answer& answer) {
  std::vector<std::size_t> unknown;
  for (const auto& one : safety::avoided_drugs(*answer.by, facts, orders, unknown)) maker.add(one);
  for (const auto i : unknown) answer.not_checked.push_back(safety::unknown_avoided(facts, i));
}

void tidy(Answer& answer) {
  std::stable_sort(answer.cards.begin(), answer.cards.end(),
                   [](const Card& one, const Card& other) { return one.tier > other.tier; });
  safety::sort_sentences(answer.not_checked);
}

}  // namespace

Result<Answer> check_orders(const Checks& checks, const Sources& sources, const PatientRead& read,
                            const Basket& basket, std::optional<std::chrono::days> test_window) {
  const auto at = checks.clock();
  const auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_time<events::Micros>(at));
  Answer answer;
  answer.by = checks.current(read);
  // Without knowledge nothing is checked, so no facts are wanted.
  auto facts = answer.by == nullptr ? Result<ChartFacts>(ChartFacts{})
                                    : chart_facts(sources, read, *answer.by, at, basket.redrafted,
                                                  basket.amendments);
  if (!facts) return facts.error();
  const auto earlier = earlier_results(read, basket.tests, test_window, at);
  if (!earlier) return earlier.error();

  answer.not_checked = basket.not_checked;
  answer.not_checked.insert(answer.not_checked.end(), facts->not_checked.begin(),
                            facts->not_checked.end());
  if (auto said = say_what_is_incomplete(sources, read, answer); !said) return said.error();
  AnswerMaker maker(*facts, basket, answer);
  if (answer.by == nullptr) {
    maker.add_nothing_checked();
  } else {
    std::vector<knowledge::DrugFact> orders;
    for (const auto& draft : basket.drugs) orders.push_back(draft.fact);
    // Only tests were drafted: the list was checked when its drugs were ordered.
    const bool tests_only = orders.empty() && !basket.tests.empty();
    auto checked = tests_only ? knowledge::CheckResult{}
                              : knowledge::check(*answer.by, facts->patient, orders, day);
    for (const auto& card : checked.cards) maker.add(card);
    if (!tests_only) add_avoided(*facts, orders, maker, answer);
    std::move(checked.not_checked.begin(), checked.not_checked.end(),
              std::back_inserter(answer.not_checked));
  }
  for (const auto& one : *earlier) maker.add(one);
  const auto overrides = overrides_of(read);
  if (!overrides) return overrides.error();
  lower_overridden(*overrides, basket, answer);
  tidy(answer);
  return answer;
}

}  // namespace query::checks
