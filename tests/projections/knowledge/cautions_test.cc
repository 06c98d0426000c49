// One drug and the patient; the same drug twice; what cannot be checked.
#include <gmock/gmock.h>

#include <chrono>

#include "tests/projections/knowledge/patient.h"

namespace projections::knowledge::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> cautions(const PatientFacts& patient, DrugFact order) {
  return lines_of(checked(patient, {std::move(order)}), CardKind::caution);
}
PatientFacts born(Day day) {
  PatientFacts patient = adult();
  patient.birth = day;
  return patient;
}
PatientFacts woman(std::optional<Pregnancy> pregnancy) {
  PatientFacts patient = born(years_ago(30));
  patient.sex = Sex::female;
  patient.pregnancy = pregnancy;
  return patient;
}
PatientFacts with_egfr(double value) {
  PatientFacts patient = adult();
  patient.egfr = Measured{value, days_ago(30)};
  return patient;
}

TEST(KnowledgeCautionsTest, AnAgeIsReachedOnTheBirthday) {
  const auto card = Contains("warn caution older-benzodiazepines");
  EXPECT_THAT(cautions(born(years_ago(65) + std::chrono::days{1}), drug("diazepam")), Not(card));
  EXPECT_THAT(cautions(born(years_ago(65)), drug("diazepam")), card);
  EXPECT_THAT(cautions(born(years_ago(65) - std::chrono::days{1}), drug("diazepam")), card);
}

TEST(KnowledgeCautionsTest, CodeineStopsBelowTwelveYears) {
  EXPECT_THAT(cautions(born(years_ago(12) + std::chrono::days{1}), drug("Tylenol #3")),
              Contains("stop caution child-codeine"));
  EXPECT_THAT(cautions(born(years_ago(12)), drug("Tylenol #3")),
              Contains("warn caution child-codeine-adolescent"));
}

TEST(KnowledgeCautionsTest, MetforminGoesByKidneyFunction) {
  EXPECT_THAT(cautions(with_egfr(29.9), coded("860975")),
              ElementsAre("stop caution renal-metformin-stop"));
  EXPECT_THAT(cautions(with_egfr(30), coded("860975")),
              ElementsAre("warn caution renal-metformin"));
  EXPECT_THAT(cautions(with_egfr(45), coded("860975")), IsEmpty());
}

TEST(KnowledgeCautionsTest, ACardShowsTheValueAndItsDay) {
  const auto result = checked(with_egfr(28), {coded("860975")});
  ASSERT_THAT(result.cards, SizeIs(1));
  EXPECT_THAT(result.cards[0].detail, HasSubstr("eGFR 28 on 2026-10-28."));
}

TEST(KnowledgeCautionsTest, PregnancyStopsAndExpiresAfterTenMonths) {
  EXPECT_THAT(cautions(woman(Pregnancy{true, days_ago(304)}), drug("lisinopril")),
              ElementsAre("stop caution pregnancy-raas"));
  const auto late = checked(woman(Pregnancy{true, days_ago(305)}), {drug("lisinopril")});
  EXPECT_THAT(late.cards, IsEmpty());
  EXPECT_THAT(late.not_checked, Contains(HasSubstr("whether she is pregnant")));
  EXPECT_THAT(cautions(woman(Pregnancy{false, days_ago(10)}), drug("lisinopril")), IsEmpty());
}

TEST(KnowledgeCautionsTest, AMansPregnancyIsNotWanting) {
  EXPECT_THAT(checked(adult(), {coded("314076")}).not_checked, IsEmpty());
}

TEST(KnowledgeCautionsTest, AcetaminophenAddsUpOverAllProducts) {
  const auto result =
      checked(taking({coded("198440", 6)}), {coded("1049221", 6)});  // 3000 + 1950 mg
  EXPECT_THAT(lines_of(result, CardKind::caution), ElementsAre("stop caution dose-acetaminophen"));
  EXPECT_THAT(result.cards[0].rests_on, SizeIs(2));
  EXPECT_THAT(cautions(adult(), coded("198440", 6)), IsEmpty());
  EXPECT_THAT(cautions(adult(), coded("198440", 8)),
              ElementsAre("note caution dose-acetaminophen-near"));
}

TEST(KnowledgeCautionsTest, DailyOralMethotrexateStopsAndWeeklyDoesNot) {
  DrugFact order = by(Route::oral, mg("methotrexate", 2.5));
  EXPECT_THAT(cautions(adult(), order), ElementsAre("stop caution dose-methotrexate-daily"));
  order.times_a_day = 1.0 / 7;
  EXPECT_THAT(cautions(adult(), order), IsEmpty());
}

TEST(KnowledgeCautionsTest, AMissingDoseIsSaidAndNotTakenAsHarmless) {
  const auto result = checked(adult(), {drug("acetaminophen")});
  EXPECT_THAT(result.cards, IsEmpty());
  EXPECT_THAT(result.not_checked,
              ElementsAre(AllOf(HasSubstr("acetaminophen"), HasSubstr("daily dose"))));
}

TEST(KnowledgeCautionsTest, AChildWithoutWeightHasNoDoseThatCanBeChecked) {
  PatientFacts child = born(years_ago(6));
  child.weight_kg.reset();
  EXPECT_THAT(checked(child, {coded("308192", 3)}).not_checked,
              Contains(HasSubstr("a child without weight")));
}

TEST(KnowledgeCautionsTest, AnUnknownDrugIsACardAndNotSilence) {
  const auto result = checked(taking({drug("herbal tea")}), {drug("little white pill")});
  EXPECT_THAT(lines_of(result),
              ElementsAre("warn not_checkable not-checkable", "note not_checkable not-checkable"));
  EXPECT_THAT(result.not_checked,
              ElementsAre("herbal tea: not checkable", "little white pill: not checkable"));
}

TEST(KnowledgeCautionsTest, AWithdrawnDrugStops) {
  EXPECT_THAT(cautions(adult(), coded("141918")), ElementsAre("stop caution qt-withdrawn"));
}

std::vector<std::string> duplicates(std::vector<DrugFact> list, DrugFact order) {
  return lines_of(checked(taking(std::move(list)), {std::move(order)}), CardKind::duplicate);
}

TEST(KnowledgeDuplicatesTest, TheSameIngredientInTwoLines) {
  EXPECT_THAT(duplicates({coded("312961")}, coded("314231")),
              ElementsAre("warn duplicate ingredient"));
  EXPECT_THAT(duplicates({coded("310798")}, coded("197885")),
              ElementsAre("warn duplicate ingredient"));
}

TEST(KnowledgeDuplicatesTest, TheSameClassByOtherIngredients) {
  EXPECT_THAT(duplicates({drug("ibuprofen")}, drug("naproxen")),
              ElementsAre("warn duplicate class-nsaids"));
  EXPECT_THAT(duplicates({coded("855332")}, drug("apixaban")),
              ElementsAre("warn duplicate class-anticoagulants"));
}

TEST(KnowledgeDuplicatesTest, WhatIsOrdinaryIsSilent) {
  EXPECT_THAT(duplicates({coded("1049504")}, coded("1049221")),
              IsEmpty());                                                  // OxyContin and Percocet
  EXPECT_THAT(duplicates({coded("745752")}, coded("630208")), IsEmpty());  // inhaler and nebuliser
  EXPECT_THAT(duplicates({}, coded("106892")), IsEmpty());  // two insulins in one product
}

TEST(KnowledgeDuplicatesTest, StoppedAndLocalLinesDoNotCount) {
  EXPECT_THAT(duplicates({stopped(days_ago(3), drug("ibuprofen"))}, drug("naproxen")), IsEmpty());
  EXPECT_THAT(duplicates({by(Route::topical, drug("diclofenac"))}, drug("diclofenac")), IsEmpty());
}

TEST(KnowledgeDuplicatesTest, DraftsOfOneBasketGiveOneCard) {
  EXPECT_THAT(
      lines_of(checked(adult(), {drug("ibuprofen"), drug("naproxen")}), CardKind::duplicate),
      ElementsAre("warn duplicate class-nsaids"));
}

TEST(KnowledgeCheckTest, StopComesFirstAndTheOrderIsAlwaysTheSame) {
  const auto patient = taking({coded("198211"), drug("Bactrim"), drug("phenelzine")});
  const std::vector<DrugFact> orders{drug("warfarin"), drug("fluoxetine"), coded("308136")};
  const auto once = checked(patient, orders);
  EXPECT_TRUE(
      std::is_sorted(once.cards.begin(), once.cards.end(),
                     [](const Card& one, const Card& other) { return one.tier > other.tier; }));
  EXPECT_EQ(lines_of(once), lines_of(checked(patient, orders)));
  EXPECT_THAT(once.knowledge, HasSubstr(shipped().digest()));
}

}  // namespace
}  // namespace projections::knowledge::test
