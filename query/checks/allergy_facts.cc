#include "query/checks/allergy_facts.h"

#include <algorithm>

#include "projections/chart.h"
#include "projections/facts_text.h"
#include "query/facts_json.h"

namespace query::checks {
namespace {

namespace schema = events::schema;
using events::Status;
using knowledge::AllergyFact;
using projections::coded_text;
using projections::text_of;

bool says_none_known(std::string_view code) {
  return code == "716186003" || code == "no-known-allergies" || code == "409137002" ||
         code == "no-known-medication-allergies";
}

bool counts(const schema::AllergyIntolerance& allergy) {
  const auto clinical = coded_text(allergy.clinical_status()).code;
  return clinical != "inactive" && clinical != "resolved" &&
         coded_text(allergy.verification_status()).code != "refuted";
}

bool is_not_of_drugs(const schema::AllergyIntolerance& allergy) {
  if (allergy.categories() == nullptr || allergy.categories()->size() == 0) return false;
  return std::none_of(allergy.categories()->begin(), allergy.categories()->end(),
                      [](const auto* category) {
                        const auto word = text_of(category);
                        return word == "medication" || word == "biologic";
                      });
}

AllergyFact allergy_fact(const schema::AllergyIntolerance& allergy) {
  AllergyFact fact;
  Product product = product_of(allergy.code());
  fact.shown = product.shown.empty() ? "a substance without name" : std::move(product.shown);
  fact.codes = std::move(product.codes);
  fact.counts = counts(allergy);
  fact.intolerance = text_of(allergy.type()) == "intolerance";
  const auto criticality = text_of(allergy.criticality());
  if (criticality == "high") fact.criticality = knowledge::Criticality::high;
  if (criticality == "low") fact.criticality = knowledge::Criticality::low;
  if (allergy.reactions() == nullptr) return fact;
  for (const auto* reaction : *allergy.reactions()) {
    if (reaction->manifestation() == nullptr) continue;
    for (const auto* manifestation : *reaction->manifestation())
      fact.reactions.push_back(knowledge::reaction_in(coded_text(manifestation).display));
  }
  return fact;
}

}  // namespace

Status read_allergies(const PatientRead& read, ChartFacts& to) {
  using Asked = knowledge::PatientFacts::Allergies;
  projections::ChartCursor cursor(*read.view, read.stream,
                                  events::ResourceType::AllergyIntolerance);
  bool none_known = false;
  for (; cursor.valid(); cursor.next()) {
    const auto* allergy = cursor.facts().of_as_AllergyIntolerance();
    if (allergy == nullptr || is_entered_in_error(cursor.facts())) continue;
    if (says_none_known(coded_text(allergy->code()).code)) {
      none_known = none_known || counts(*allergy);
      continue;
    }
    to.patient.allergies.push_back(allergy_fact(*allergy));
    to.allergies.push_back({"AllergyIntolerance", cursor.id(), cursor.version()});
    to.not_of_drugs.push_back(is_not_of_drugs(*allergy));
  }
  to.patient.asked = none_known                     ? Asked::none_known
                     : to.patient.allergies.empty() ? Asked::not_asked
                                                    : Asked::listed;
  return cursor.status();
}

}  // namespace query::checks
