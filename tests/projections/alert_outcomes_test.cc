#include "projections/alert_outcomes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <random>

#include "tests/projections/facts_builder.h"
#include "tests/projections/fixture.h"
#include "tests/projections/folded_rows.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Type = events::ResourceType;

// An alert as the record has it; what a test does not name is a stop that was shown.
struct ShownAlert {
  std::string rule = "onc-high-08", severity = "high", at = "2026-11-27T12:00:00Z";
  std::string status = "preliminary";
  std::vector<std::pair<std::string, std::string>> done;  // system and code, the last one counts
};

std::string issue(const std::string& id, const ShownAlert& alert) {
  schema::DetectedIssueT of;
  of.status = alert.status;
  of.code = code_of(std::string(projections::alert_rule_system), alert.rule);
  of.severity = alert.severity;
  if (!alert.at.empty()) of.identified = when(alert.at);
  for (const auto& [system, code] : alert.done) {
    auto mitigation = std::make_unique<schema::MitigationT>();
    mitigation->action = code_of(system, code);
    of.mitigations.push_back(std::move(mitigation));
  }
  return facts_of(Type::DetectedIssue, id, std::move(of));
}

const std::string outcome(projections::alert_outcome_system);
const std::string reason(projections::override_reason_system);
ShownAlert accepted() { return {.status = "final", .done = {{outcome, "accepted"}}}; }
ShownAlert overridden(const std::string& because = "monitored") {
  return {.status = "final", .done = {{reason, because}}};
}

std::vector<std::string> totals(const projections::ShardView& view, std::string_view rule = {}) {
  const auto all = projections::alert_totals(view, rule);
  EXPECT_TRUE(all) << all.error().message;
  std::vector<std::string> texts;
  for (const auto& one : *all)
    texts.push_back(fmt::format("{} {}-{:02} {} {}{} {}", one.of.rule, 1970 + one.of.month / 12,
                                1 + one.of.month % 12, to_string(one.of.tier),
                                to_string(one.of.outcome),
                                one.of.reason.empty() ? "" : " " + one.of.reason, one.count));
  return texts;
}

class AlertOutcomesTest : public ::testing::Test {
 protected:
  void record(const std::string& id, const ShownAlert& alert, const std::string& patient = "ana") {
    rows_.send("Patient/" + patient, Type::DetectedIssue, id, issue(id, alert));
  }
  std::vector<std::string> counted() const { return totals(*rows_.view()); }
  FoldedRows rows_;
};

TEST_F(AlertOutcomesTest, AnAlertCountsOnceAsShownAndOnceAsWhatWasDoneWithIt) {
  record("a", {});
  EXPECT_THAT(counted(), ElementsAre("onc-high-08 2026-11 stop shown 1"));
  record("a", overridden());
  EXPECT_THAT(counted(), ElementsAre("onc-high-08 2026-11 stop shown 1",
                                     "onc-high-08 2026-11 stop overridden monitored 1"));
}

TEST_F(AlertOutcomesTest, AVersionTakesBackWhatTheOneBeforeCounted) {
  record("a", overridden("monitored"));
  record("a", overridden("other"));
  EXPECT_THAT(counted(), ElementsAre("onc-high-08 2026-11 stop shown 1",
                                     "onc-high-08 2026-11 stop overridden other 1"));
  record("a", accepted());
  EXPECT_THAT(counted(), ElementsAre("onc-high-08 2026-11 stop shown 1",
                                     "onc-high-08 2026-11 stop accepted 1"));
  record("a", {.severity = "moderate"});
  EXPECT_THAT(counted(), ElementsAre("onc-high-08 2026-11 warn shown 1"));
}

TEST_F(AlertOutcomesTest, WhatWasAnErrorOrIsDeletedCountsNothing) {
  record("a", overridden());
  record("b", accepted());
  record("a", {.status = "entered-in-error"});
  rows_.remove("Patient/ana", Type::DetectedIssue, "b");
  EXPECT_THAT(counted(), IsEmpty());
  EXPECT_TRUE(rows_.rows("alert_outcomes").empty());
  record("b", accepted());
  EXPECT_THAT(counted(), ElementsAre("onc-high-08 2026-11 stop shown 1",
                                     "onc-high-08 2026-11 stop accepted 1"));
}

TEST_F(AlertOutcomesTest, RulesMonthsAndPatientsAddUp) {
  record("a", {});
  record("b", {}, "ben");
  record("c", {.rule = "told-to-avoid", .severity = "moderate", .at = "2026-10-31T23:59:59Z"});
  EXPECT_THAT(counted(), ElementsAre("onc-high-08 2026-11 stop shown 2",
                                     "told-to-avoid 2026-10 warn shown 1"));
  EXPECT_THAT(totals(*rows_.view(), "onc-high-08"),
              ElementsAre("onc-high-08 2026-11 stop shown 2"));
  EXPECT_THAT(totals(*rows_.view(), "onc-high"), IsEmpty());
}

TEST_F(AlertOutcomesTest, AnIssueOfSomebodyElseIsNoAlertOfOurs) {
  schema::DetectedIssueT of;
  of.status = "final";
  of.code = code_of("http://terminology.hl7.org/CodeSystem/v3-ActCode", "DRG");
  rows_.send("Patient/ana", Type::DetectedIssue, "x",
             facts_of(Type::DetectedIssue, "x", std::move(of)));
  EXPECT_TRUE(rows_.rows("alert_outcomes").empty());
}

TEST_F(AlertOutcomesTest, AForgottenPatientIsTakenOutOfTheCounters) {
  record("b", overridden(), "ben");
  const auto before = rows_.rows("alert_outcomes");
  record("a", overridden());
  record("c", {.rule = "other-rule"});
  rows_.forget("Patient/ana");
  EXPECT_EQ(rows_.rows("alert_outcomes"), before);
}

// However the alerts came to be as they are, the counters are those of the alerts as they are.
TEST_F(AlertOutcomesTest, CountersAreThoseOfTheNewestVersions) {
  std::mt19937 random(5);
  std::map<std::pair<std::string, std::string>, ShownAlert> now;
  const auto pick = [&](auto... words) {
    const std::string all[] = {words...};
    return all[random() % sizeof...(words)];
  };
  for (int i = 0; i < 400; ++i) {
    const auto patient = pick("ana", "ben", "eva"), id = patient + pick("1", "2", "3", "4");
    if (random() % 8 == 0 && now.contains({patient, id})) {
      rows_.remove("Patient/" + patient, Type::DetectedIssue, id);
      now.erase({patient, id});
      continue;
    }
    ShownAlert alert{pick("r1", "r2"),
                     pick("high", "moderate", "low"),
                     pick("2026-10-01", "2026-11-30"),
                     pick("preliminary", "final", "cancelled"),
                     {}};
    if (random() % 2) alert.done = {{outcome, "accepted"}};
    if (random() % 2) alert.done.emplace_back(reason, pick("monitored", "other"));
    record(id, alert, patient);
    now[{patient, id}] = alert;
  }
  FoldedRows fresh;
  for (const auto& [name, alert] : now)
    fresh.send("Patient/" + name.first, Type::DetectedIssue, name.second,
               issue(name.second, alert));
  EXPECT_EQ(rows_.rows("alert_outcomes"), fresh.rows("alert_outcomes"));
}

// ---- through the worker ----
Act outcome_act(const std::string& id, const ShownAlert& alert) {
  Act made;
  made.type = "DetectedIssue";
  made.id = id;
  made.facts = issue(id, alert);
  made.content = std::to_string(std::hash<std::string>()(made.facts));
  return made;
}

TEST(AlertOutcomesShardTest, BordersOfBatchesACrashAndARefoldChangeNothing) {
  ShardsFixture shards;
  shards.open();
  shards.submit({outcome_act("a", {}), outcome_act("b", {})});
  shards.submit({outcome_act("a", overridden()), outcome_act("a", overridden("other"))});
  shards.submit({outcome_act("c", accepted()), remove("nobody")});
  shards.settle();
  const auto expected = totals(*shards.view());
  EXPECT_THAT(expected,
              ElementsAre("onc-high-08 2026-11 stop shown 3", "onc-high-08 2026-11 stop accepted 1",
                          "onc-high-08 2026-11 stop overridden other 1"));
  EXPECT_EQ(shards.state_hash(), shards.state_hash_of_fresh_fold(1));
  EXPECT_EQ(shards.state_hash(), shards.state_hash_of_fresh_fold(4u << 20));

  const auto before = shards.state_hash();
  const auto repaired = shards.shards->repair(
      {"alert_outcomes", shards.stream("ana"), {{0}, {0}}, "asked for by the test"});
  ASSERT_TRUE(repaired) << repaired.error().message;
  EXPECT_EQ(shards.state_hash(), before);
  shards.crash();
  shards.settle();
  EXPECT_EQ(shards.state_hash(), shards.state_hash_of_fresh_fold(1));
}

}  // namespace
}  // namespace tests
