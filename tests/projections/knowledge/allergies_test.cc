// What is ordered against recorded allergies.
#include <gmock/gmock.h>

#include "tests/projections/knowledge/patient.h"

namespace projections::knowledge::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> cards(AllergyFact fact, const char* order) {
  return lines_of(checked(allergic(std::move(fact)), {drug(order)}), CardKind::allergy);
}
std::vector<std::string> cards(const char* to, const char* order) {
  return cards(allergy(to), order);
}

AllergyFact with(Reaction reaction, AllergyFact fact) {
  fact.reactions = {reaction};
  return fact;
}

TEST(KnowledgeAllergiesTest, TheVerySameIngredientStops) {
  EXPECT_THAT(cards("Lisinopril", "Zestoretic"), ElementsAre("stop allergy same-ingredient"));
  AllergyFact coded_only = allergy("");
  coded_only.codes = {"7984"};
  EXPECT_THAT(cards(coded_only, "penicillin V potassium"),
              ElementsAre("stop allergy same-ingredient"));
}

TEST(KnowledgeAllergiesTest, BetaLactamsGoBySideChain) {
  EXPECT_THAT(cards("penicillin v", "amoxicillin"),
              ElementsAre("stop allergy penicillin-penicillin"));
  EXPECT_THAT(cards("amoxicillin", "cephalexin"),
              ElementsAre("stop allergy penicillin-aminocephalosporin"));
  EXPECT_THAT(cards("amoxicillin", "ceftriaxone"),
              ElementsAre("note allergy penicillin-cephalosporin"));
  EXPECT_THAT(cards("ceftriaxone", "cefepime"), ElementsAre("stop allergy methoxyimino"));
  EXPECT_THAT(cards("ceftriaxone", "cephalexin"),
              ElementsAre("note allergy cephalosporin-cephalosporin"));
  EXPECT_THAT(cards("ceftazidime", "aztreonam"), ElementsAre("stop allergy aztreonam-ceftazidime"));
}

TEST(KnowledgeAllergiesTest, CefazolinSharesNoSideChain) {
  EXPECT_THAT(cards("amoxicillin", "cefazolin"), IsEmpty());
  EXPECT_THAT(cards("cephalexin", "cefazolin"), IsEmpty());
  EXPECT_THAT(cards("cefazolin", "cephalexin"), IsEmpty());
  EXPECT_THAT(cards("cefazolin", "Ancef"), ElementsAre("stop allergy same-ingredient"));
}

TEST(KnowledgeAllergiesTest, AntibioticSulfonamidesReactAmongThemselvesOnly) {
  EXPECT_THAT(cards("sulfamethoxazole", "sulfadiazine"),
              ElementsAre("stop allergy sulfonamide-antibiotics"));
  EXPECT_THAT(cards("Sulfamethoxazole / Trimethoprim", "Bactrim"),
              ElementsAre("stop allergy same-ingredient"));
  EXPECT_THAT(cards("sulfa drugs", "furosemide"), ElementsAre("note allergy sulfonamide-other"));
  EXPECT_THAT(cards("furosemide", "hydrochlorothiazide"), IsEmpty());
}

TEST(KnowledgeAllergiesTest, NsaidsGoByTheKindOfReaction) {
  EXPECT_THAT(cards(with(Reaction::respiratory, allergy("Aspirin")), "ibuprofen"),
              ElementsAre("stop allergy nsaid-respiratory"));
  EXPECT_THAT(cards(with(Reaction::urticaria, allergy("Aspirin")), "ibuprofen"),
              ElementsAre("stop allergy nsaid-urticaria"));
  EXPECT_THAT(cards(with(Reaction::anaphylaxis, allergy("ibuprofen")), "naproxen"),
              ElementsAre("stop allergy nsaid-propionic"));
  EXPECT_THAT(cards(with(Reaction::anaphylaxis, allergy("ibuprofen")), "ketorolac"),
              ElementsAre("warn allergy nsaid-anaphylaxis"));
  EXPECT_THAT(cards(with(Reaction::other, allergy("Aspirin")), "ibuprofen"),
              ElementsAre("note allergy nsaid-other-reaction"));
  EXPECT_THAT(cards("Aspirin", "ibuprofen"), ElementsAre("warn allergy nsaid-unknown-reaction"));
}

TEST(KnowledgeAllergiesTest, RefutedErroneousAndInactiveOnesNeverFire) {
  AllergyFact refuted = allergy("Lisinopril");
  refuted.counts = false;
  EXPECT_THAT(cards(refuted, "lisinopril"), IsEmpty());
}

TEST(KnowledgeAllergiesTest, IntoleranceAndCriticalitySetTheTier) {
  AllergyFact fact = allergy("Lisinopril");
  fact.criticality = Criticality::low;
  EXPECT_THAT(cards(fact, "lisinopril"), ElementsAre("warn allergy same-ingredient"));
  fact.criticality = Criticality::unknown;
  fact.intolerance = true;
  EXPECT_THAT(cards(fact, "lisinopril"), ElementsAre("warn allergy same-ingredient"));
  fact.criticality = Criticality::high;
  EXPECT_THAT(cards(fact, "lisinopril"), ElementsAre("stop allergy same-ingredient"));
  AllergyFact high = allergy("Aspirin");
  high.criticality = Criticality::high;
  EXPECT_THAT(cards(high, "ibuprofen"), ElementsAre("stop allergy nsaid-unknown-reaction"));
}

TEST(KnowledgeAllergiesTest, AnAllergyInWordsNobodyKnowsIsSaid) {
  const auto result = checked(allergic(allergy("yellow dye")), {drug("lisinopril")});
  EXPECT_THAT(lines_of(result), ElementsAre("note not_checkable not-checkable"));
  EXPECT_THAT(result.not_checked, ElementsAre("Allergy to yellow dye: not checkable"));
}

TEST(KnowledgeAllergiesTest, NotAskedAndContradictionAreSaid) {
  PatientFacts patient = adult();
  patient.asked = PatientFacts::Allergies::not_asked;
  EXPECT_THAT(checked(patient, {drug("loratadine")}).not_checked, Contains(HasSubstr("not asked")));
  patient = allergic(allergy("Lisinopril"));
  patient.asked = PatientFacts::Allergies::none_known;
  EXPECT_THAT(checked(patient, {drug("loratadine")}).not_checked, Contains(HasSubstr("both")));
}

TEST(KnowledgeAllergiesTest, ReactionsAreReadFromTheirWords) {
  EXPECT_EQ(reaction_in("Urticaria (disorder)"), Reaction::urticaria);
  EXPECT_EQ(reaction_in("Anaphylaxis (disorder)"), Reaction::anaphylaxis);
  EXPECT_EQ(reaction_in("Dyspnea (finding)"), Reaction::respiratory);
  EXPECT_EQ(reaction_in("Nausea (finding)"), Reaction::other);
  EXPECT_EQ(reaction_in(""), Reaction::unknown);
}

}  // namespace
}  // namespace projections::knowledge::test
