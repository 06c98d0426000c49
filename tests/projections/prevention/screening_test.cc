#include <gmock/gmock.h>

#include <random>
#include <set>

#include "projections/prevention/screening/rule_reader.h"
#include "tests/projections/prevention/screening_scenario.h"

namespace projections::screening::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Rules& rules() {
  static const auto& read = shipped_rules();
  EXPECT_TRUE(read) << read.error().message;
  return *read;
}

TEST(ScreeningScenariosTest, EachScenarioComesOutAsItSays) {
  std::size_t played = 0;
  for (const char* file : {"tests/projections/prevention/screening_ages.txt",
                           "tests/projections/prevention/screening_evidence.txt"}) {
    for (const auto& scenario : immunization::test::read_scenarios(file)) {
      EXPECT_THAT(play(scenario, rules()), IsEmpty()) << file << ": " << scenario.name;
      ++played;
    }
  }
  EXPECT_GE(played, 35u);
}

TEST(ScreeningScenariosTest, EachRuleHasCasesInBothFiles) {
  for (const char* file : {"tests/projections/prevention/screening_ages.txt",
                           "tests/projections/prevention/screening_evidence.txt"}) {
    std::set<std::string> asked;
    for (const auto& scenario : immunization::test::read_scenarios(file)) {
      for (const auto& line : scenario.lines) {
        if (line.starts_with("when  ")) asked.insert(line.substr(6, line.find(" on ") - 6));
      }
    }
    for (const auto& rule : rules().rules) EXPECT_TRUE(asked.contains(rule.id)) << rule.id;
  }
}

// ---- the tables ----
std::string with(std::string_view table, std::string_view from, std::string_view to) {
  std::string text(table);
  const auto at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}
std::string refusal(std::string_view from, std::string_view to) {
  const auto read = read_rules(with(table_text("screenings"), from, to), table_text("code_lists"));
  return read ? "read" : read.error().message;
}

TEST(ScreeningTablesTest, ARowWithoutItsSourceOrWithWordsThatNobodyKnowsIsRefused) {
  const std::string title = "USPSTF Final Recommendation Statement: Breast Cancer: Screening";
  EXPECT_THAT(refusal(title, ""), HasSubstr("breast-cancer: no source"));
  EXPECT_THAT(refusal("https://www.uspreventiveservicestaskforce.org/uspstf/recommendation/"
                      "breast-cancer-screening",
                      ""),
              HasSubstr("breast-cancer: no url"));
  EXPECT_THAT(refusal("\t2024-04-30\t2024", "\t\t2024"), HasSubstr("no dated"));
  EXPECT_THAT(refusal("\tnot compared\t", "\tsoon\t"), HasSubstr("\"soon\" is not a day"));
  EXPECT_THAT(refusal("\t40 to 74", "\t40 up 74"), HasSubstr("ages \"40 up 74\""));
  EXPECT_THAT(refusal("mammography 2 years", "mamography 2 years"),
              HasSubstr("there is no code list mamography"));
  EXPECT_THAT(refusal("mammography 2 years", "mammography 2 yeers"), HasSubstr("2 yeers"));
  EXPECT_THAT(refusal("bmi >= 25", "bmi > 25"), HasSubstr("needs \"bmi > 25\""));
  EXPECT_THAT(refusal("\tB\tfemale", "\tB\twomen"), HasSubstr("\"women\" is no sex"));
}

TEST(ScreeningTablesTest, ACodeListWithoutSourceIsRefused) {
  const auto read = read_rules(table_text("screenings"),
                               with(table_text("code_lists"), "eCQM 2025 value set", "\t"));
  EXPECT_FALSE(read);
  const auto lists = with(table_text("code_lists"), "\tSNOMED CT, written from memory\t", "\t\t");
  const auto unsourced = read_rules(table_text("screenings"), lists);
  ASSERT_FALSE(unsourced);
  EXPECT_THAT(unsourced.error().message, HasSubstr("a row without source"));
}

TEST(ScreeningTablesTest, EachRowIsOfGradeAOrBAndLeadsToItsRecommendation) {
  for (const auto& rule : rules().rules) {
    EXPECT_TRUE(rule.grade == "A" || rule.grade == "B") << rule.id;
    EXPECT_THAT(rule.source.url,
                HasSubstr("https://www.uspreventiveservicestaskforce.org/uspstf/recommendation/"));
    EXPECT_EQ(immunization::to_text(*rule.effective), rule.source.dated) << rule.id;
  }
}

// ---- changes_on ----
// Around `day`, some of it after it: that comes to be known as time passes.
Fact random_fact(std::mt19937& random, Day day) {
  Fact fact;
  const auto number = [&](int max) { return static_cast<int>(random() % unsigned(max)); };
  fact.lists.push_back(ListId(number(static_cast<int>(rules().lists.size()))));
  fact.id = rules().name_of(fact.lists[0]);
  fact.kind = number(3) == 0 ? FactKind(number(4)) : FactKind::done;
  fact.on = day + std::chrono::days(number(5000) - 4000);
  if (number(3) == 0) fact.until = fact.on->first + std::chrono::days(number(2000));
  if (number(2) == 0) fact.number = 15 + number(20);
  if (number(2) == 0) fact.day = day - std::chrono::days(number(9000));
  return fact;
}

TEST(ScreeningTest, NothingChangesBeforeTheDayThatItSays) {
  std::mt19937 random(5);
  std::size_t changes = 0;
  for (int person = 0; person < 60; ++person) {
    const Day from = Day(std::chrono::days(18300 + static_cast<int>(random() % 1500u)));
    Patient patient;
    patient.id = "someone";
    patient.birth = from - std::chrono::days(13000 + static_cast<int>(random() % 16000u));
    patient.sex = person % 2 ? Sex::male : Sex::female;
    for (int i = 0; i < 20; ++i) patient.facts.push_back(random_fact(random, from));
    auto last = assess(rules(), patient, from);
    for (int day = 1; day < 700; ++day) {
      const auto now = assess(rules(), patient, from + std::chrono::days(day));
      for (std::size_t i = 0; i < now.answers.size(); ++i) {
        if (text_of(now.answers[i]) == text_of(last.answers[i])) continue;
        ++changes;
        ASSERT_TRUE(last.answers[i].changes_on) << text_of(now.answers[i]);
        EXPECT_EQ(*last.answers[i].changes_on, now.as_of) << text_of(last.answers[i]) << "\n"
                                                          << text_of(now.answers[i]);
      }
      last = now;
    }
  }
  EXPECT_GT(changes, 300u);
}

}  // namespace
}  // namespace projections::screening::test
