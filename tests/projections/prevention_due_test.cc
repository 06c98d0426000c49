#include "projections/prevention_due.h"

#include <gmock/gmock.h>

#include <chrono>
#include <random>
#include <set>

#include "projections/prevention/immunization/shipped_schedule.h"
#include "projections/prevention/screening/rule_reader.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/fixture.h"
#include "tests/projections/folded_rows.h"

namespace tests {
namespace {

using projections::DueItem;
using projections::immunization::Day;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using Type = events::ResourceType;
using Set = std::set<std::string>;

const projections::PreventionRules& rules() {
  static const auto& schedule = projections::immunization::shipped_schedule();
  static const auto& screenings = projections::screening::shipped_rules();
  static const projections::PreventionRules both{schedule.value(), screenings.value()};
  return both;
}

Day day(const std::string& text) {
  return projections::immunization::recorded_date(*events::parse_clinical_time(text)).first;
}
std::string text_of(Day day) { return projections::immunization::to_text(day); }

std::string person(const std::string& id, const std::string& birth, const std::string& sex) {
  schema::PatientT of;
  of.birth_date = when(birth);
  of.birth_sex = sex;
  return facts_of(Type::Patient, id, std::move(of));
}
std::string procedure(const std::string& id, const std::string& code, const std::string& on,
                      const std::string& status = "completed") {
  schema::ProcedureT of;
  of.status = status;
  of.code = code_of("http://snomed.info/sct", code);
  of.performed = when(on);
  return facts_of(Type::Procedure, id, std::move(of));
}
std::string dose(const std::string& id, const std::string& cvx, const std::string& on) {
  schema::ImmunizationT of;
  of.status = "completed";
  of.vaccine = code_of("http://hl7.org/fhir/sid/cvx", cvx);
  of.occurrence = when(on);
  return facts_of(Type::Immunization, id, std::move(of));
}
const std::string mammography = "71651007";

class PreventionDueTest : public ::testing::Test {
 protected:
  PreventionDueTest() { known_on("2026-01-10"); }
  void known_on(const std::string& text) { rows_.known_from(day(text).time_since_epoch()); }
  void given(const std::string& patient, Type type, const std::string& id,
             const std::string& facts) {
    rows_.send("Patient/" + patient, type, id, facts);
  }
  std::vector<DueItem> page(const std::string& on, std::size_t count = 100'000,
                            const std::string& place = {}) const {
    auto items = projections::due_on(*rows_.view(), rules(), day(on), count, place);
    EXPECT_TRUE(items) << items.error().message;
    return *items;
  }
  static std::string text(const DueItem& item) {
    return item.patient + " " + item.item + " " + item.state;
  }
  Set due(const std::string& on) const {
    Set texts;
    for (const auto& item : page(on)) texts.insert(text(item));
    return texts;
  }
  FoldedRows rows_;
};

TEST_F(PreventionDueTest, WhatIsNotDoneIsDueAndWhatIsDoneIsNot) {
  given("ana", Type::Patient, "ana", person("ana", "1985-05-01", "F"));
  EXPECT_THAT(due("2026-01-10"), Contains("ana screening/breast-cancer overdue"));

  given("ana", Type::Procedure, "m1", procedure("m1", mammography, "2026-01-05"));
  EXPECT_THAT(due("2026-01-10"), Not(Contains("ana screening/breast-cancer overdue")));

  given("ana", Type::Procedure, "m1",
        procedure("m1", mammography, "2026-01-05", "entered-in-error"));
  EXPECT_THAT(due("2026-01-10"), Contains("ana screening/breast-cancer overdue"));
}

TEST_F(PreventionDueTest, TimeAloneMakesThingsDue) {
  given("ana", Type::Patient, "ana", person("ana", "1985-05-01", "F"));
  given("ana", Type::Procedure, "m1", procedure("m1", mammography, "2026-01-05"));

  const auto on = [&](const std::string& day) {
    for (const auto& one : due(day)) {
      if (one.starts_with("ana screening/breast-cancer ")) return one.substr(28);
    }
    return std::string();
  };
  EXPECT_EQ(on("2027-12-05"), "");
  EXPECT_EQ(on("2027-12-06"), "due soon");
  EXPECT_EQ(on("2028-01-04"), "due soon");
  EXPECT_EQ(on("2028-01-05"), "due");
  EXPECT_EQ(on("2028-07-04"), "due");
  EXPECT_EQ(on("2028-07-05"), "overdue");
  EXPECT_EQ(on("2060-04-30"), "overdue");
  EXPECT_EQ(on("2060-05-01"), "");
}

TEST_F(PreventionDueTest, VaccinesAreInItToo) {
  given("ben", Type::Patient, "ben", person("ben", "1976-06-01", "M"));
  EXPECT_THAT(due("2026-01-10"), Not(Contains("ben vaccine/Zoster/Standard due")));
  EXPECT_THAT(due("2026-06-01"), Contains("ben vaccine/Zoster/Standard due"));
  given("ben", Type::Immunization, "z1", dose("z1", "187", "2026-01-01"));
  given("ben", Type::Immunization, "z2", dose("z2", "187", "2026-01-09"));
  EXPECT_THAT(due("2026-06-01"), Contains("ben vaccine/Zoster/Standard due"));  // before fifty
}

TEST_F(PreventionDueTest, WhatNobodyAsksForWritesNothing) {
  given("ana", Type::Patient, "ana", person("ana", "1985-05-01", "F"));
  const auto before = rows_.rows("prevention_due");
  given("ana", Type::Condition, "c1", condition("c1", "sinusitis", "2026-01-01"));
  given("ana", Type::Observation, "o1", observation("o1", "2026-01-01", {"2823-3", "4", "mmol/L"}));
  EXPECT_EQ(rows_.rows("prevention_due"), before);
}

TEST_F(PreventionDueTest, DeletedFactsAreGone) {
  given("ana", Type::Patient, "ana", person("ana", "1985-05-01", "F"));
  const auto before = due("2026-01-10");
  given("ana", Type::Procedure, "m1", procedure("m1", mammography, "2026-01-05"));
  EXPECT_NE(due("2026-01-10"), before);
  rows_.remove("Patient/ana", Type::Procedure, "m1");
  EXPECT_EQ(due("2026-01-10"), before);
  rows_.remove("Patient/ana", Type::Patient, "ana");
  EXPECT_THAT(due("2026-01-10"), IsEmpty());
}

TEST_F(PreventionDueTest, AForgottenPatientLeavesNoRow) {
  given("ben", Type::Patient, "ben", person("ben", "1956-06-01", "M"));
  const auto before = rows_.rows("prevention_due");
  given("ana", Type::Patient, "ana", person("ana", "1985-05-01", "F"));
  given("ana", Type::Procedure, "m1", procedure("m1", mammography, "2026-01-05"));
  rows_.forget("Patient/ana");
  EXPECT_EQ(rows_.rows("prevention_due"), before);
}

TEST_F(PreventionDueTest, PagesFollowEachOther) {
  for (const char* id : {"ana", "ben", "eva"}) {
    given(id, Type::Patient, id, person(id, "1960-05-01", "F"));
  }
  const auto all = page("2026-01-10");
  ASSERT_GT(all.size(), 20u);
  std::vector<std::string> paged;
  std::string place;
  while (true) {
    const auto part = page("2026-01-10", 7, place);
    if (part.empty()) break;
    for (const auto& item : part) paged.push_back(text(item));
    place = part.back().place;
  }
  std::vector<std::string> whole;
  for (const auto& item : all) whole.push_back(text(item));
  EXPECT_EQ(paged, whole);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LE(all[i - 1].since, all[i].since);
}

// Whoever is asked directly, by the chart, gives the same answer as the index.
TEST_F(PreventionDueTest, TheIndexMissesNothingAndInventsNothing) {
  std::mt19937 random(60);
  const auto number = [&](int max) { return static_cast<int>(random() % unsigned(max)); };
  const Day today = day("2026-01-10");
  std::vector<std::string> patients;
  for (int i = 0; i < 40; ++i) {
    const std::string id = "p" + std::to_string(i);
    patients.push_back(id);
    const Day birth = today - std::chrono::days(number(30'000));
    given(id, Type::Patient, id, person(id, text_of(birth), i % 2 ? "M" : "F"));
    for (int k = 0; k < 6; ++k) {
      const std::string fact = id + "-" + std::to_string(k);
      const auto on = text_of(std::max(birth, today - std::chrono::days(number(4000))));
      const char* const codes[] = {"71651007", "73761001", "385763009", "171207006", "104435004"};
      const char* const vaccines[] = {"187", "216", "03", "20", "115", "62"};
      if (number(2)) {
        given(id, Type::Procedure, fact, procedure(fact, codes[number(5)], on));
      } else {
        given(id, Type::Immunization, fact, dose(fact, vaccines[number(6)], on));
      }
    }
  }
  std::size_t found = 0;
  for (int k = 0; k < 25; ++k) {
    const Day on = today + std::chrono::days(k == 0 ? 0 : number(4000));
    Set expected;
    for (const auto& id : patients) {
      const auto facts = projections::prevention_facts(
          *rows_.view(), FoldedRows::stream("Patient/" + id), rules());
      const auto prevention = projections::assess_prevention(rules(), *facts, on);
      const auto add = [&](const std::string& item, const std::string& state) {
        if (state.starts_with("due") || state == "overdue")
          expected.insert(id + " " + item + " " + state);
      };
      for (const auto& one : prevention.vaccines) {
        if (one.group.shared_decision) continue;
        add("vaccine/" + one.group.group + "/" + one.group.series_group, one.state);
      }
      for (const auto& one : prevention.screenings.answers) {
        add("screening/" + one.rule->id, to_string(one.state));
      }
    }
    found += expected.size();
    EXPECT_EQ(due(text_of(on)), expected) << text_of(on);
  }
  EXPECT_GT(found, 1000u);
}

TEST_F(PreventionDueTest, PagesOverManyPatientsAreFullAndGoOnWhereTheyEnded) {
  std::mt19937 random(61);
  for (int i = 0; i < 1'000; ++i) {
    const std::string id = "p" + std::to_string(i);
    const Day birth = day("2026-01-10") - std::chrono::days(random() % 30'000u);
    given(id, Type::Patient, id, person(id, text_of(birth), i % 2 ? "M" : "F"));
  }
  const auto view = rows_.view();
  const auto all = projections::due_on(*view, rules(), day("2026-01-17"), 1'000, {});
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 1'000u);
  std::string place;
  for (std::size_t at = 0; at < 150; at += 50) {
    const auto page = projections::due_on(*view, rules(), day("2026-01-17"), 50, place);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), 50u);
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ((*page)[i].place, (*all)[at + i].place);
    place = page->back().place;
  }
}

// ---- through the worker ----
Act due_act(Type type, const std::string& id, const std::string& facts) {
  Act made;
  made.type = events::type_name(type);
  made.id = id;
  made.content = std::to_string(std::hash<std::string>()(facts));
  made.facts = facts;
  return made;
}

TEST(PreventionDueShardTest, ACommitIsAssessedOnceAndBordersOfBatchesChangeNothing) {
  ShardsFixture shards;
  shards.open();
  Act last = create("c1");  // of no interest, and the end of the commit
  shards.submit({due_act(Type::Patient, "ana", person("ana", "1985-05-01", "F")),
                 due_act(Type::Procedure, "m1", procedure("m1", mammography, "2020-01-05")), last});
  shards.submit({due_act(Type::Procedure, "m2", procedure("m2", "73761001", "2022-01-05"))});
  shards.settle();

  std::size_t index = 0, facts = 0, touched = 0;
  {
    const auto view = shards.view();  // not held over the crash
    const auto rows = view->rows().scan(view->family("prevention_due"), "");
    for (; rows->valid(); rows->next()) {
      index += rows->key()[0] == 0;
      facts += rows->key()[0] == 1;
      touched += rows->key()[0] == 3;
    }
  }
  EXPECT_GT(index, 10u);
  EXPECT_EQ(facts, 3u);
  EXPECT_EQ(touched, 0u);
  EXPECT_EQ(shards.state_hash(), shards.state_hash_of_fresh_fold(1));
  EXPECT_EQ(shards.state_hash(), shards.state_hash_of_fresh_fold(4u << 20));
  shards.crash();
  shards.settle();
  EXPECT_EQ(shards.state_hash(), shards.state_hash_of_fresh_fold(1));
}

}  // namespace
}  // namespace tests
