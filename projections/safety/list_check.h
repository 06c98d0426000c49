// A patient's list checked against itself, as if all of it were ordered: what alerts are made of.
// Nothing here is clinically reviewed.
#pragma once

#include <string>
#include <vector>

#include "projections/safety/avoided_drugs.h"
#include "projections/safety/chart_facts.h"

namespace projections::safety {

struct Finding {
  std::string rule;
  knowledge::Tier tier{};
  std::string kind;  // interaction, allergy, duplicate, caution, not_checkable, avoid
  std::string summary, detail, source;
  std::vector<std::string> about;  // drugs and allergens as the record writes them, sorted
  std::vector<Recorded> rests_on;
  std::vector<std::string> not_recorded;   // facts that it rests on and nobody recorded: "weight"
  std::vector<std::string> also, missing;  // as knowledge::Card has them
};

struct ListCheck {
  std::vector<Finding> findings;  // as knowledge::check orders them, then what is to be avoided
  std::vector<std::string> not_checked;  // sentences, sorted
};

// Of a patient who takes nothing, or has died: nothing at all.
ListCheck check_list(const knowledge::Knowledge& by, const ChartFacts& facts, knowledge::Day at);

// What a basis that is no order stands for: versions of resources or, where there are none, the
// name of the fact that is not recorded.
struct Grounds {
  std::vector<Recorded> resources;
  std::string not_recorded;
};
Grounds grounds_of(const ChartFacts& facts, const knowledge::Basis& basis);

// A food is in no table of drugs: `not_checked` names it, a finding about each drug would not help.
bool is_about_food(const ChartFacts& facts, const knowledge::Card& card);

// `taken` is a drug, or an order of it, that the record says to avoid; rests on what says so.
Finding finding_of(const ChartFacts& facts, const AvoidedDrug& found,
                   const knowledge::DrugFact& taken);
// What is said of drugs to be avoided that nobody knows.
std::string unknown_avoided(const ChartFacts& facts, std::size_t avoided);

void sort_sentences(std::vector<std::string>& sentences);  // each once

}  // namespace projections::safety
