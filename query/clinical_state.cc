#include "query/clinical_state.h"

#include "projections/coded.h"

namespace query {
namespace {

namespace schema = events::schema;
using projections::coded_text;

const schema::Concept* code_of(const schema::Facts& facts) {
  if (const auto* condition = facts.of_as_Condition()) return condition->code();
  if (const auto* allergy = facts.of_as_AllergyIntolerance()) return allergy->code();
  return nullptr;
}

}  // namespace

bool says_none_known(const schema::Facts& facts) {
  const auto code = coded_text(code_of(facts)).code;
  return code == "716186003" || code == "160245001" || code == "no-known-allergies" ||
         code == "no-known-problems";
}

bool is_active(const schema::Facts& facts, bool then) {
  const schema::Concept* clinical = nullptr;
  const schema::Concept* verification = nullptr;
  if (const auto* condition = facts.of_as_Condition()) {
    clinical = condition->clinical_status();
    verification = condition->verification_status();
  } else if (const auto* allergy = facts.of_as_AllergyIntolerance()) {
    clinical = allergy->clinical_status();
    verification = allergy->verification_status();
  }
  const auto status = coded_text(clinical).code;
  const bool is_over = status == "inactive" || status == "resolved" || status == "remission";
  return (then || !is_over) && coded_text(verification).code != "refuted";
}

const schema::When* end_of(const schema::Facts& facts) {
  const auto* condition = facts.of_as_Condition();
  if (condition == nullptr) return nullptr;
  if (condition->abatement() != nullptr) return condition->abatement();
  const auto* period = condition->abatement_period();
  return period == nullptr ? nullptr : period->end();
}

}  // namespace query
