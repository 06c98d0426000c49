#include "projections/alerts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "projections/knowledge/table.h"
#include "tests/projections/alert_facts.h"
#include "tests/projections/folded_rows.h"
#include "tests/projections/knowledge/shipped.h"

namespace tests {
namespace {

using projections::Alert;
using projections::PatientAlerts;
using projections::knowledge::Tier;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Type = events::ResourceType;
using Texts = std::vector<std::string>;

std::string line(const Alert& alert) {
  return fmt::format("{} {} {}", to_string(alert.finding.tier), alert.finding.kind,
                     alert.finding.rule);
}

class AlertsTest : public ::testing::Test {
 protected:
  AlertsTest() {
    rows_.known_from(events::parse_clinical_time("2026-11-27T12:00:00Z")->low);
    given_patient("ana");
  }
  void given_patient(const std::string& id, const std::string& died = {}) {
    rows_.send("Patient/" + id, Type::Patient, id,
               patient(id, {"Reed", "Ann", "1970-05-06", "female", "77"}, died));
  }
  void takes(const std::string& id, const Order& of_drug, const std::string& who = "ana") {
    rows_.send("Patient/" + who, Type::MedicationRequest, id, order(id, of_drug));
  }
  PatientAlerts of(const std::string& who = "ana") const {
    auto found = projections::alerts_of(*rows_.view(), FoldedRows::stream("Patient/" + who), 1000);
    EXPECT_TRUE(found) << found.error().message;
    return *found;
  }
  Texts lines(const std::string& who = "ana", const std::string& kind = {}) const {
    Texts all;
    for (const auto& alert : of(who).in_force) {
      if (kind.empty() || alert.finding.kind == kind) all.push_back(line(alert));
    }
    return all;
  }
  std::vector<projections::PlacedAlert> placed(const projections::AlertPage& asked) const {
    const auto view = rows_.view();
    const std::array<const projections::ShardView*, 1> views{view.get()};
    auto found = projections::alerts_in_force(views, asked);
    EXPECT_TRUE(found) << found.error().message;
    return found ? std::move(*found) : std::vector<projections::PlacedAlert>();
  }
  Texts page(const projections::AlertPage& asked) const {
    Texts all;
    for (const auto& one : placed(asked))
      all.push_back(one.alert.patient + " " + one.alert.finding.rule);
    return all;
  }
  FoldedRows rows_;
};

// ---- what raises and what ends ----
struct Case {
  std::string one, other, tier, rule;
};
std::vector<Case> pairs() {
  std::vector<Case> cases;
  std::ifstream text("tests/projections/knowledge/pairs.txt");
  for (std::string row; std::getline(text, row);) {
    if (row.empty() || row.front() == '#') continue;
    const auto halves = projections::knowledge::split(row, ": ");
    const auto drugs = projections::knowledge::split(halves.at(0), " + ");
    const auto card = projections::knowledge::split(halves.at(1), ", ");
    cases.push_back({std::string(drugs.at(0)), std::string(drugs.at(1)), std::string(card[0]),
                     card.size() > 1 ? std::string(card[1]) : std::string()});
  }
  return cases;
}

TEST_F(AlertsTest, EachPairOfPairsTxtIsRaisedWhicheverComesFirst) {
  std::set<std::string> high_priority;
  int number = 0;
  for (const auto& [one, other, tier, rule] : pairs()) {
    for (const auto& [first, second] : {std::pair(one, other), std::pair(other, one)}) {
      SCOPED_TRACE(first + " then " + second);
      const std::string who = "p" + std::to_string(++number);
      given_patient(who);
      takes(who + "-1", {first}, who);
      EXPECT_THAT(lines(who, "interaction"), IsEmpty());
      takes(who + "-2", {second}, who);
      if (tier == "silent") {
        EXPECT_THAT(lines(who, "interaction"), IsEmpty());
        continue;
      }
      EXPECT_THAT(lines(who, "interaction"), Contains(HasSubstr(tier + " interaction " + rule)));
      if (rule.starts_with("onc-high-")) high_priority.insert(rule.substr(0, 11));
    }
  }
  EXPECT_EQ(high_priority.size(), 15u);
}

TEST_F(AlertsTest, AnAlertSaysWhatItRestsOnByWhichKnowledgeAndSinceWhen) {
  takes("m1", {"phenelzine"});
  takes("m2", {"fluoxetine"});

  const auto found = of();

  ASSERT_EQ(found.in_force.size(), 1u);
  const auto& alert = found.in_force.front();
  EXPECT_EQ(line(alert), "stop interaction onc-high-08");
  EXPECT_TRUE(alert.interrupts());
  EXPECT_EQ(alert.patient, "ana");
  EXPECT_EQ(alert.since.offset.value, 2);
  EXPECT_EQ(alert.digest, projections::knowledge::test::shipped().digest());
  EXPECT_THAT(alert.finding.source, HasSubstr("Not clinically reviewed"));
  Texts rests_on;
  for (const auto& one : alert.finding.rests_on)
    rests_on.push_back(fmt::format("{}/{} {}", one.type, one.id, one.version.value));
  EXPECT_THAT(rests_on,
              ::testing::UnorderedElementsAre("MedicationRequest/m1 1", "MedicationRequest/m2 1"));
  ASSERT_TRUE(found.judged);
  EXPECT_EQ(found.judged->position.offset.value, 2);
}

TEST_F(AlertsTest, AnAllergyThatComesLaterRaisesAndItsRefutationEnds) {
  takes("m1", {"amoxicillin"});
  EXPECT_THAT(lines("ana", "allergy"), IsEmpty());

  rows_.send("Patient/ana", Type::AllergyIntolerance, "a1", allergy("a1", "penicillin"));
  ASSERT_EQ(lines("ana", "allergy").size(), 1u);
  EXPECT_EQ(of().in_force.front().since.offset.value, 2);

  rows_.send("Patient/ana", Type::AllergyIntolerance, "a1", allergy("a1", "penicillin", "refuted"));
  EXPECT_THAT(lines("ana", "allergy"), IsEmpty());
  ASSERT_EQ(of().ended.size(), 1u);
  EXPECT_EQ(of().ended.front().ended->offset.value, 3);
}

TEST_F(AlertsTest, AFoodThatIsInNoTableIsSaidAndIsNoAlert) {
  takes("m1", {"amoxicillin"});
  rows_.send("Patient/ana", Type::AllergyIntolerance, "a1",
             allergy("a1", "grandmother's cake", "confirmed", "food"));
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_THAT(of().judged->not_checked, Contains(HasSubstr("grandmother's cake")));
  rows_.send("Patient/ana", Type::AllergyIntolerance, "a1",
             allergy("a1", "grandmother's drops", "confirmed"));
  EXPECT_THAT(lines(), ElementsAre("note not_checkable not-checkable"));
}

TEST_F(AlertsTest, AStopEndsTheAlertWhichStaysToBeSeen) {
  takes("m1", {"simvastatin"});
  takes("m2", {"clarithromycin"});
  ASSERT_THAT(lines("ana", "interaction"), ElementsAre(HasSubstr("onc-high-25")));

  takes("m2", {"clarithromycin", "stopped"});

  const auto found = of();
  EXPECT_THAT(found.in_force, IsEmpty());
  ASSERT_EQ(found.ended.size(), 1u);
  EXPECT_EQ(found.ended.front().since.offset.value, 2);
  EXPECT_EQ(found.ended.front().ended->offset.value, 3);

  takes("m2", {"clarithromycin", "active"});
  EXPECT_EQ(of().in_force.front().since.offset.value, 4);
  EXPECT_EQ(of().in_force.front().id, found.ended.front().id);
  EXPECT_EQ(of().ended.size(), 1u);
}

TEST_F(AlertsTest, AStopOfUnknownDayLeavesAWashOutUndecidedAndThatIsSaid) {
  takes("m1", {"fluoxetine", "stopped"});  // when is not recorded: it was said today
  takes("m2", {"phenelzine"});
  EXPECT_THAT(of().judged->not_checked, Contains(HasSubstr("the day it was stopped")));
}

TEST_F(AlertsTest, WhatWasEnteredInErrorOrDeletedIsNoLongerInTheWay) {
  takes("m1", {"phenelzine"});
  takes("m2", {"fluoxetine"});
  takes("m2", {"fluoxetine", "entered-in-error"});
  EXPECT_THAT(lines(), IsEmpty());
  takes("m2", {"fluoxetine"});
  EXPECT_EQ(lines().size(), 1u);
  rows_.remove("Patient/ana", Type::MedicationRequest, "m1");
  EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(AlertsTest, ACorrectionOfTheDrugEndsOneAlertAndRaisesAnother) {
  takes("m1", {"phenelzine"});
  takes("m2", {"fluoxetine"});
  takes("m2", {"amitriptyline"});
  EXPECT_THAT(lines(), ElementsAre("stop interaction onc-high-20"));
  EXPECT_EQ(of().ended.size(), 1u);
}

TEST_F(AlertsTest, TheDeadHaveNoAlertInForce) {
  takes("m1", {"phenelzine"});
  takes("m2", {"fluoxetine"});
  given_patient("ana", "2026-11-01");
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_EQ(of().ended.size(), 1u);
  EXPECT_FALSE(of().judged);
  given_patient("ana");  // it was another person
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(AlertsTest, ARenewalGoesOnWithTheAlertAndRestsOnTheNewerOrder) {
  takes("m1", {"phenelzine"});
  takes("m2", {"fluoxetine"});
  takes("m3", {"fluoxetine", "active", "2026-10-01"});
  takes("m2", {"fluoxetine", "completed"});

  const auto found = of();
  ASSERT_EQ(found.in_force.size(), 1u);
  EXPECT_EQ(found.in_force.front().since.offset.value, 2);
  EXPECT_THAT(found.ended, IsEmpty());
  Texts ids;
  for (const auto& one : found.in_force.front().finding.rests_on) ids.push_back(one.id);
  EXPECT_THAT(ids, Contains("m3"));
}

TEST_F(AlertsTest, ADrugThatIsNotKnownIsSaidAndSoIsOneThatIsToBeAvoided) {
  takes("m1", {"grandmother's drops"});
  EXPECT_THAT(lines(), ElementsAre("warn not_checkable not-checkable"));
  EXPECT_THAT(of().judged->not_checked, Contains("grandmother's drops: not checkable"));
  takes("m2", {"ibuprofen"});
  takes("m3", {"ibuprofen", "active", "2026-02-01", "1", true});
  EXPECT_THAT(lines("ana", "avoid"), ElementsAre("warn avoid told-to-avoid"));
}

TEST_F(AlertsTest, AListWithoutDrugsWasNotChecked) {
  takes("m1", {"metformin"});
  ASSERT_TRUE(of().judged);
  rows_.remove("Patient/ana", Type::MedicationRequest, "m1");
  EXPECT_FALSE(of().judged);
}

TEST_F(AlertsTest, AValueThatArrivesIsLookedAt) {
  takes("m1", {"metformin 500 MG Oral Tablet"});
  EXPECT_THAT(lines("ana", "caution"), IsEmpty());
  rows_.send("Patient/ana", Type::Observation, "o1",
             observation("o1", "2026-11-20", {"98979-8", "25", "mL/min/{1.73_m2}"}));
  ASSERT_THAT(lines("ana", "caution"), Not(IsEmpty()));
  EXPECT_THAT(of().in_force.front().finding.detail, HasSubstr("eGFR 25 on 2026-11-20"));
  rows_.send("Patient/ana", Type::Observation, "o1",
             observation("o1", "2026-11-20", {"98979-8", "25", "mL/min/{1.73_m2}"}, {},
                         "entered-in-error"));
  EXPECT_THAT(lines("ana", "caution"), IsEmpty());
}

TEST_F(AlertsTest, WhatNobodyAsksForWritesNothing) {
  takes("m1", {"phenelzine"});
  const auto before = rows_.rows("alerts");
  rows_.send("Patient/ana", Type::Condition, "c1", condition("c1", "sinusitis", "2026-01-01"));
  rows_.send("Patient/ana", Type::Observation, "o1",
             observation("o1", "2026-01-01", {"2823-3", "4", "mmol/L"}));
  EXPECT_EQ(rows_.rows("alerts"), before);
}

TEST_F(AlertsTest, AForgottenPatientLeavesNoRow) {
  const auto before = rows_.rows("alerts");
  given_patient("ben");
  takes("m1", {"phenelzine"}, "ben");
  takes("m2", {"fluoxetine"}, "ben");
  takes("m2", {"fluoxetine", "entered-in-error"}, "ben");
  takes("m3", {"grandmother's drops"}, "ben");
  rows_.forget("Patient/ben");
  EXPECT_EQ(rows_.rows("alerts"), before);
}

// ---- across patients ----
TEST_F(AlertsTest, APageOverAllIsNewestFirstByTierAndByTime) {
  for (const char* who : {"ben", "eva", "zoe"}) given_patient(who);
  takes("b1", {"phenelzine"}, "ben");
  takes("b2", {"fluoxetine"}, "ben");
  takes("e1", {"grandmother's drops"}, "eva");
  takes("z1", {"simvastatin"}, "zoe");
  const auto later = of("eva").in_force.front().raised;
  takes("z2", {"clarithromycin"}, "zoe");
  takes("b2", {"fluoxetine", "stopped"}, "ben");
  takes("b2", {"fluoxetine"}, "ben");

  EXPECT_THAT(page({std::nullopt, std::nullopt, 10}),
              ElementsAre("ben onc-high-08", HasSubstr("zoe onc-high-25"), "eva not-checkable"));
  EXPECT_THAT(page({Tier::warn, std::nullopt, 10}), ElementsAre("eva not-checkable"));
  EXPECT_EQ(page({std::nullopt, later, 10}).size(), 3u);
  EXPECT_EQ(page({std::nullopt, later + events::Micros(1), 10}).size(), 2u);
  Texts paged;
  for (std::string place;;) {
    const auto one = placed({std::nullopt, std::nullopt, 1, place});
    if (one.empty()) break;
    paged.push_back(one.front().alert.patient + " " + one.front().alert.finding.rule);
    place = one.front().place;
  }
  EXPECT_EQ(paged, page({std::nullopt, std::nullopt, 10}));
}

TEST_F(AlertsTest, AlertsAreCountedByTierAndKind) {
  takes("m1", {"phenelzine"});
  takes("m2", {"fluoxetine"});
  takes("m2", {"fluoxetine", "entered-in-error"});
  takes("m2", {"fluoxetine"});
  const auto counts = projections::alert_counts(*rows_.view());
  ASSERT_TRUE(counts);
  ASSERT_EQ(counts->size(), 1u);
  EXPECT_EQ(counts->front().tier, Tier::stop);
  EXPECT_EQ(counts->front().kind, "interaction");
  EXPECT_EQ(counts->front().raised, 2u);
  EXPECT_EQ(counts->front().in_force, 1u);
}

// ---- knowledge that comes by the log ----
TEST_F(AlertsTest, OtherKnowledgeJudgesFromItsOffsetOnAndTouchesNothingBefore) {
  takes("m1", {"phenelzine"});
  takes("m2", {"fluoxetine"});
  given_patient("ben");
  takes("b1", {"phenelzine"}, "ben");

  rows_.send("settings/knowledge-0", Type::Setting, "knowledge",
             setting("less", without("onc-high-08")));

  EXPECT_EQ(lines().size(), 1u);  // as it was judged
  takes("b2", {"fluoxetine"}, "ben");
  EXPECT_THAT(lines("ben"), Not(Contains(HasSubstr("onc-high-08"))));
  EXPECT_NE(of("ben").judged->digest, projections::knowledge::test::shipped().digest());
  takes("m3", {"lisinopril"});
  EXPECT_THAT(lines(), Not(Contains(HasSubstr("onc-high-08"))));
  EXPECT_EQ(of().ended.size(), 1u);

  rows_.send("settings/knowledge-0", Type::Setting, "knowledge",
             setting("all", bundle([](std::string&) {})));
  takes("b3", {"lisinopril"}, "ben");
  EXPECT_THAT(lines("ben"), Contains("stop interaction onc-high-08"));
  EXPECT_EQ(of("ben").judged->digest, projections::knowledge::test::shipped().digest());
}

TEST_F(AlertsTest, WhereTheSettingIsDeletedTheTablesInTheProgramAreInForceAgain) {
  rows_.send("settings/7", Type::Setting, "knowledge", setting("less", without("onc-high-08")));
  takes("m1", {"phenelzine"});
  takes("m2", {"fluoxetine"});
  EXPECT_THAT(lines(), Not(Contains(HasSubstr("onc-high-08"))));
  rows_.remove("settings/7", Type::Setting, "knowledge");
  takes("m3", {"lisinopril"});
  EXPECT_THAT(lines(), Contains("stop interaction onc-high-08"));
}

TEST_F(AlertsTest, SettingsThatAreNoKnowledgeOrCannotBeReadChangeNothing) {
  takes("m1", {"phenelzine"});
  rows_.send("settings/knowledge-0", Type::Setting, "knowledge", setting("bad", "no tables"));
  rows_.send("settings/knowledge-0", Type::Setting, "other", setting("x", "y", "other"));
  rows_.send("other/Setting", Type::Setting, "knowledge", setting("less", without("onc-high-08")));
  takes("m2", {"fluoxetine"});
  EXPECT_THAT(lines(), ElementsAre("stop interaction onc-high-08"));
  EXPECT_EQ(of().judged->digest, projections::knowledge::test::shipped().digest());
}

TEST_F(AlertsTest, AForgottenSettingLeavesNoRow) {
  const auto before = rows_.rows("alerts");
  rows_.send("settings/knowledge-0", Type::Setting, "knowledge",
             setting("less", without("onc-high-08")));
  EXPECT_GT(rows_.rows("alerts").size(), before.size() + 5);  // in parts
  rows_.forget("settings/knowledge-0");
  EXPECT_EQ(rows_.rows("alerts"), before);
}

}  // namespace
}  // namespace tests
