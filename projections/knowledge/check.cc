#include "projections/knowledge/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "projections/knowledge/check_parts.h"

namespace projections::knowledge {

const char* to_string(CardKind kind) {
  constexpr const char* words[] = {"interaction", "allergy", "duplicate", "caution",
                                   "not_checkable"};
  return words[static_cast<std::size_t>(kind)];
}

Reaction reaction_in(std::string_view words) {
  struct Sign {
    std::string_view word;
    Reaction reaction;
  };
  constexpr Sign signs[] = {
      {"anaphyla", Reaction::anaphylaxis},     {"asthma", Reaction::respiratory},
      {"bronchospasm", Reaction::respiratory}, {"wheez", Reaction::respiratory},
      {"dyspnea", Reaction::respiratory},      {"dyspnoea", Reaction::respiratory},
      {"rhinit", Reaction::respiratory},       {"urticaria", Reaction::urticaria},
      {"hives", Reaction::urticaria},          {"angioedema", Reaction::urticaria},
      {"angio oedema", Reaction::urticaria}};
  const std::string plain = plain_name(words);
  if (plain.empty()) return Reaction::unknown;
  for (const Sign& sign : signs) {
    if (plain.find(sign.word) != std::string::npos) return sign.reaction;
  }
  return Reaction::other;
}

CheckResult check(const Knowledge& knowledge, const PatientFacts& patient,
                  std::span<const DrugFact> orders, Day at) {
  return checking::Check(knowledge, patient, orders, at).run();
}

namespace checking {

void Verdict::want(std::string fact) {
  if (answer == Answer::yes) answer = Answer::undecided;
  missing.insert(std::move(fact));
}

Check::Check(const Knowledge& knowledge, const PatientFacts& patient,
             std::span<const DrugFact> orders, Day at)
    : knowledge_(knowledge), patient_(patient), at_(at) {
  result_.knowledge = fmt::format("{} {}", knowledge.label(), knowledge.digest());
  for (std::size_t i = 0; i < orders.size(); ++i) resolve(orders[i], {Basis::What::order, i}, true);
  for (std::size_t i = 0; i < patient.drugs.size(); ++i)
    resolve(patient.drugs[i], {Basis::What::drug, i}, orders.empty() && !patient.drugs[i].ended);
}

void Check::resolve(const DrugFact& fact, Basis basis, bool ordered) {
  FoundDrug found;
  for (std::size_t i = 0; i < fact.codes.size() && !found; ++i)
    found = knowledge_.find(fact.codes[i], {});
  if (!found) found = knowledge_.find({}, fact.shown);
  Drug drug{&fact, basis, ordered, {}, fact.route, !found.parts.empty()};
  if (drug.route == Route::unknown) drug.route = found.route;
  for (const Strength& strength : found.parts) {
    Part part{knowledge_.base(strength.ingredient), {}, {}};
    if (strength.value && strength.unit == "mg" && fact.units_per_dose)
      part.single_mg = *strength.value * *fact.units_per_dose;
    if (fact.mg_per_dose && found.parts.size() == 1) part.single_mg = fact.mg_per_dose;
    if (part.single_mg && fact.times_a_day) part.daily_mg = *part.single_mg * *fact.times_a_day;
    if (strength.value && strength.unit == "mg/d") part.daily_mg = strength.value;
    drug.parts.push_back(part);
  }
  const Tier tier = ordered ? Tier::warn : Tier::note;
  if (!drug.known && !fact.ended) not_checkable(fact.shown, basis, tier);
  if (drug.known && !found.complete && !fact.ended)
    not_checkable(fact.shown + " (a part of it)", basis, tier);
  drugs_.push_back(std::move(drug));
}

void Check::not_checkable(const std::string& what, Basis basis, Tier tier) {
  Card card;
  card.rule = "not-checkable";
  card.tier = tier;
  card.kind = CardKind::not_checkable;
  card.summary = what + ": not checkable";
  card.detail = "The knowledge does not know it, so nothing was checked for it.";
  card.source = result_.knowledge;
  card.rests_on = {basis};
  result_.not_checked.push_back(card.summary);
  result_.cards.push_back(std::move(card));
}

Card Check::card(const Rule& rule, CardKind kind, std::string summary) const {
  const Source& source = knowledge_.source(rule);
  Card card;
  card.rule = rule.id;
  card.tier = rule.tier;
  card.kind = kind;
  card.summary = std::move(summary);
  card.detail = rule.claim;
  card.source = fmt::format(
      "{}, {}, {}; {}. {}. Not clinically reviewed.", source.title, source.issuer, rule.section,
      source.published.empty() ? "undated" : "of " + source.published,
      rule.read == "not compared" ? "Not compared with the source" : "Compared on " + rule.read);
  return card;
}

CheckResult Check::run() && {
  interactions();
  allergies();
  duplicates();
  cautions();
  for (Card& card : result_.cards) {
    std::sort(card.rests_on.begin(), card.rests_on.end());
    std::sort(card.also.begin(), card.also.end());
  }
  std::sort(result_.cards.begin(), result_.cards.end(), [](const Card& one, const Card& other) {
    return std::tie(other.tier, one.kind, one.rule, one.rests_on, one.summary) <
           std::tie(one.tier, other.kind, other.rule, other.rests_on, other.summary);
  });
  std::sort(result_.not_checked.begin(), result_.not_checked.end());
  result_.not_checked.erase(std::unique(result_.not_checked.begin(), result_.not_checked.end()),
                            result_.not_checked.end());
  return std::move(result_);
}

}  // namespace checking
}  // namespace projections::knowledge
