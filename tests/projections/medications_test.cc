#include "projections/medications.h"

#include <gmock/gmock.h>

#include "tests/projections/facts_builder.h"
#include "tests/projections/folded_rows.h"
#include "tests/projections/knowledge/shipped.h"

namespace tests {
namespace {

using projections::Claim;
using projections::Coded;
using projections::DrugForm;
using projections::identify;
using projections::MedicationClaim;
using projections::supply_of;
using projections::knowledge::test::shipped;
using std::chrono::days;
using std::chrono::sys_days;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr sys_days first_of_march = std::chrono::year(2024) / 3 / 1;

MedicationClaim dispense(const std::string& id, const std::string& day, const std::string& supply) {
  MedicationClaim claim;
  claim.type = events::ResourceType::MedicationDispense;
  claim.id = id;
  claim.claim = Claim::dispensed;
  claim.drug = {"", "", "warfarin"};
  claim.start = day;
  claim.days_supply = {supply, "d"};
  return claim;
}

TEST(MedicationSupply, AGapIsShownFromTheDayAfterTheTolerance) {
  const std::vector first{dispense("a", "2024-03-01", "30")};
  const sys_days out = first_of_march + days(30);

  EXPECT_THAT(supply_of(first, out + projections::supply_tolerance - days(1)).gaps, IsEmpty());
  EXPECT_THAT(supply_of(first, out + projections::supply_tolerance).gaps, IsEmpty());
  const auto after = supply_of(first, out + projections::supply_tolerance + days(1));
  ASSERT_THAT(after.gaps, SizeIs(1));
  EXPECT_EQ(after.gaps[0].from, out);
  EXPECT_TRUE(after.gaps[0].is_open);
}

TEST(MedicationSupply, TheDayIsTheOneThatWasWritten) {
  const auto supply = supply_of({dispense("a", "2024-03-01T23:30:00-05:00", "1")}, std::nullopt);
  EXPECT_EQ(supply.covered_from, first_of_march);
  EXPECT_EQ(supply.covered_until, first_of_march + days(1));
}

TEST(MedicationSupply, DaysThatCannotBeAreSaid) {
  for (const char* days_supply : {"0", "-3", "0.5", "1e9", "nan", "inf", "thirty", "30 "}) {
    const auto supply = supply_of({dispense("a", "2024-03-01", days_supply)}, std::nullopt);
    EXPECT_FALSE(supply.covered_until) << days_supply;
    EXPECT_THAT(supply.not_computed, SizeIs(1)) << days_supply;
  }
}

TEST(MedicationIdentity, WhatSaysLessIsSaidByWhatSaysMore) {
  const DrugForm base{{""}, "", "injected"}, more{{"203191"}, "", "injected/intravenous"},
      other{{"203191"}, "", "injected/subcutaneous"}, longer{{"203191"}, "", "injectedly"};
  EXPECT_TRUE(is_said_by(base, more));
  EXPECT_FALSE(is_said_by(more, base));
  EXPECT_FALSE(are_compatible(more, other));
  EXPECT_FALSE(is_said_by(base, longer));
}

TEST(MedicationIdentity, TheRecordedRouteCountsBeforeTheProducts) {
  const Coded tablet{std::string(projections::rxnorm), "866924", "metoprolol"};
  EXPECT_EQ(identify(shipped(), tablet, {}).form.route, "oral");
  EXPECT_EQ(identify(shipped(), tablet, {"http://snomed.info/sct", "37839007", "x"}).form.route,
            "sublingual");
  EXPECT_EQ(identify(shipped(), tablet, {"", "", "Oral route"}).form.route, "oral");
  EXPECT_EQ(identify(shipped(), tablet, {"", "", "behind the ear"}).form.route,
            "text:behind the ear");
}

TEST(MedicationIdentity, ACodeOfAnotherSystemIsNoRxNormCode) {
  EXPECT_THAT(identify(shipped(), {"urn:ndc", "866924", ""}, {}).bases, IsEmpty());
}

// What earlier versions said is kept through amendments, confirmations and moves of the row.
TEST(MedicationRows, KeepWhatEarlierVersionsSaid) {
  FoldedRows rows;
  const auto send = [&](const std::string& status, const std::string& dose) {
    schema::MedicationRequestT of;
    of.status = status;
    of.intent = "order";
    of.medication = text_only("warfarin");
    of.authored = when("2024-03-01");
    of.dosages.push_back(std::make_unique<schema::DosageT>());
    of.dosages.back()->text = dose;
    rows.send("Patient/ana", events::ResourceType::MedicationRequest, "w",
              facts_of(events::ResourceType::MedicationRequest, "w", std::move(of)));
  };
  for (int i = 0; i < 40; ++i) send("active", std::to_string(i) + " mg");
  send("active", "39 mg");
  send("stopped", "39 mg");

  const auto found = projections::medication_claims_of(
      *rows.view(), FoldedRows::stream("Patient/ana"), projections::MedicationScope::all);

  ASSERT_TRUE(found);
  ASSERT_THAT(found->claims, SizeIs(1));
  const auto& claim = found->claims[0];
  ASSERT_THAT(claim.earlier, SizeIs(projections::earlier_claims_max));
  EXPECT_EQ(claim.earlier.back().dose, "39 mg");
  EXPECT_EQ(claim.earlier.back().claim, Claim::active);
  EXPECT_EQ(claim.earlier.front().dose, "8 mg");
  EXPECT_EQ(claim.version.value, 41u);
  EXPECT_EQ(claim.since.time_since_epoch().count(),
            42);  // the confirmation in between moved nothing
}

}  // namespace
}  // namespace tests
