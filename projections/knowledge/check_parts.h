// The parts of check(): not for others.
#pragma once

#include <set>

#include "projections/knowledge/check.h"

namespace projections::knowledge::checking {

struct Part {
  IngredientKey base{};
  std::optional<double> daily_mg, single_mg;
};

// A fact, and what the knowledge makes of it.
struct Drug {
  const DrugFact* fact = nullptr;
  Basis basis;
  bool ordered = false;  // must be in a pair for a card
  std::vector<Part> parts;
  Route route{};
  bool known = false;
};

enum class Answer : std::uint8_t { no, undecided, yes };

// A rule's answer about two drugs or one, with the facts that were wanting.
struct Verdict {
  Answer answer = Answer::yes;
  std::set<std::string> missing;

  void no() { answer = Answer::no; }
  void unless(bool holds) {
    if (!holds) no();
  }
  void want(std::string fact);  // undecided, unless it is `no` already
};

class Check {
 public:
  Check(const Knowledge& knowledge, const PatientFacts& patient, std::span<const DrugFact> orders,
        Day at);
  CheckResult run() &&;

 private:
  void resolve(const DrugFact& fact, Basis basis, bool ordered);

  void interactions();
  void pair(const Drug& one, const Drug& other);
  void pair_of_parts(const Drug& one, const Part& one_part, const Drug& other,
                     const Part& other_part);
  Verdict judge(const Rule& rule, const Drug& first, const Part& first_part, const Drug& second,
                const Part& second_part) const;
  void judge_end(const Rule& rule, bool second, const Drug& drug, Verdict& verdict) const;
  void judge_route(const Rule& rule, bool second, const Drug& drug, Verdict& verdict) const;
  std::optional<double> days_together(const Drug& one, const Drug& other) const;

  void allergies();
  void allergy(std::size_t index, const AllergyFact& fact);
  void allergy_to(const AllergyFact& fact, const FoundDrug& found, const Drug& drug,
                  std::size_t index);

  void duplicates();
  void duplicate_ingredient(const Drug& drug, const Part& part);
  void duplicate_group(const Drug& drug, GroupKey group);

  void cautions();
  void caution(const Rule& rule, const Drug& drug, const Part& part,
               std::set<std::string>& missing);
  std::vector<Basis> lines_with(IngredientKey base) const;
  Verdict judge(const Rule& rule, const Drug& drug, const Part& part,
                std::vector<Basis>& bases) const;
  void judge_patient(const Condition& condition, Verdict& verdict, std::vector<Basis>& bases) const;
  std::optional<double> total_daily_mg(IngredientKey base, const Condition& condition) const;
  std::optional<bool> pregnant() const;
  std::optional<int> age_months() const;

  Card card(const Rule& rule, CardKind kind, std::string summary) const;
  void not_checkable(const std::string& what, Basis basis, Tier tier);

  const Knowledge& knowledge_;
  const PatientFacts& patient_;
  const Day at_;
  std::vector<Drug> drugs_;  // orders first, then the list
  CheckResult result_;
  std::set<std::pair<std::string, std::vector<Basis>>> seen_;  // cards about several orders, once
};

}  // namespace projections::knowledge::checking
