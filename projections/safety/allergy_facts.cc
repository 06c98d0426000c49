#include "projections/safety/allergy_facts.h"

#include <algorithm>

#include "projections/coded.h"
#include "projections/facts_text.h"

namespace projections::safety {
namespace {

namespace schema = events::schema;
using knowledge::AllergyFact;

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

bool is_entered_in_error(const schema::AllergyIntolerance& allergy) {
  return coded_text(allergy.verification_status()).code == "entered-in-error";
}

}  // namespace

Status read_allergies(const ChartSource& source, ChartFacts& to) {
  using Asked = knowledge::PatientFacts::Allergies;
  bool none_known = false;
  auto read =
      source.each(events::ResourceType::AllergyIntolerance,
                  [&](std::string_view id, events::Version version, const schema::Facts& facts) {
                    const auto* allergy = facts.of_as_AllergyIntolerance();
                    if (allergy == nullptr || is_entered_in_error(*allergy)) return;
                    if (says_none_known(coded_text(allergy->code()).code)) {
                      none_known = none_known || counts(*allergy);
                      return;
                    }
                    to.patient.allergies.push_back(allergy_fact(*allergy));
                    to.allergies.push_back({"AllergyIntolerance", std::string(id), version});
                    to.not_of_drugs.push_back(is_not_of_drugs(*allergy));
                  });
  to.patient.asked = none_known                     ? Asked::none_known
                     : to.patient.allergies.empty() ? Asked::not_asked
                                                    : Asked::listed;
  return read;
}

}  // namespace projections::safety
