// Two drugs: the lists, their conditions, and what must stay silent.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <random>
#include <set>

#include "projections/knowledge/table.h"
#include "tests/ingest/test_data.h"
#include "tests/projections/knowledge/patient.h"

namespace projections::knowledge::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> pair_lines(DrugFact one, DrugFact other) {
  return lines_of(checked(taking({std::move(one)}), {std::move(other)}), CardKind::interaction);
}

// Cases that a pharmacist can read and add to.
struct Case {
  std::string one, other;
  std::string card;  // "stop interaction onc-high-08", or "silent"
};

std::vector<Case> cases_of(const std::string& file) {
  std::vector<Case> cases;
  std::ifstream text(file);
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto halves = split(line, ": ");
    const auto drugs = split(halves.at(0), " + ");
    const auto card = split(halves.at(1), ", ");
    cases.push_back({std::string(drugs.at(0)), std::string(drugs.at(1)),
                     card.size() == 1 ? std::string(card[0])
                                      : fmt::format("{} interaction {}", card.at(0), card.at(1))});
  }
  return cases;
}

TEST(KnowledgeInteractionsTest, EachCaseOfPairsTxtGivesItsCardInEitherOrderAndInOneBasket) {
  const auto cases = cases_of("tests/projections/knowledge/pairs.txt");
  ASSERT_GE(cases.size(), 70u);
  for (const auto& [one, other, card] : cases) {
    SCOPED_TRACE(one + " + " + other);
    const std::vector<std::vector<std::string>> answers{
        pair_lines(drug(one), drug(other)), pair_lines(drug(other), drug(one)),
        lines_of(checked(adult(), {drug(one), drug(other)}), CardKind::interaction)};
    for (const auto& lines : answers) {
      if (card == "silent") {
        EXPECT_THAT(lines, IsEmpty());
      } else {
        EXPECT_THAT(lines, Contains(StartsWith(card)));
      }
    }
  }
}

TEST(KnowledgeInteractionsTest, AllFifteenHighPriorityPairsHaveThreeCases) {
  std::map<std::string, int> count;
  for (const Case& one : cases_of("tests/projections/knowledge/pairs.txt")) {
    if (one.card.starts_with("stop interaction onc-high-")) ++count[one.card];
  }
  EXPECT_THAT(count, SizeIs(15));
  for (const auto& [card, times] : count) EXPECT_GE(times, 3) << card;
}

TEST(KnowledgeInteractionsTest, AMaoiReachesFourteenDaysBeyondItsEnd) {
  const auto after = [](int days) {
    return pair_lines(stopped(days_ago(days), drug("phenelzine")), drug("sertraline"));
  };
  EXPECT_THAT(after(13), Contains("stop interaction onc-high-08"));
  EXPECT_THAT(after(14), IsEmpty());
  EXPECT_THAT(after(15), IsEmpty());
}

TEST(KnowledgeInteractionsTest, SoDoesASerotoninReuptakeInhibitorBeforeAMaoi) {
  const auto after = [](int days) {
    return pair_lines(stopped(days_ago(days), drug("sertraline")), drug("phenelzine"));
  };
  EXPECT_THAT(after(13), Contains("stop interaction onc-high-08"));
  EXPECT_THAT(after(14), IsEmpty());
}

TEST(KnowledgeInteractionsTest, FluoxetineReachesFiveWeeksBeyondItsEnd) {
  const auto after = [](int days) {
    return pair_lines(stopped(days_ago(days), drug("fluoxetine")), drug("phenelzine"));
  };
  EXPECT_THAT(after(34), Contains("stop interaction onc-high-08-fluoxetine"));
  EXPECT_THAT(after(35), IsEmpty());
}

TEST(KnowledgeInteractionsTest, AmiodaroneReachesMonthsBeyondItsEnd) {
  const auto after = [](int days) {
    return pair_lines(stopped(days_ago(days), drug("amiodarone")), drug("warfarin"));
  };
  EXPECT_THAT(after(89), ElementsAre("note interaction warfarin-amiodarone-after"));
  EXPECT_THAT(after(90), IsEmpty());
}

TEST(KnowledgeInteractionsTest, AnEndNobodyKnowsIsSaidAndNotGuessed) {
  const auto result = checked(taking({stopped({}, drug("phenelzine"))}), {drug("sertraline")});
  EXPECT_THAT(lines_of(result, CardKind::interaction), IsEmpty());
  EXPECT_THAT(result.not_checked,
              Contains(AllOf(HasSubstr("sertraline"), HasSubstr("the day it was stopped"))));
}

TEST(KnowledgeInteractionsTest, AStoppedDrugIsSilentWhereTheRuleHasNoWashOut) {
  EXPECT_THAT(pair_lines(stopped(days_ago(1), drug("simvastatin")), drug("clarithromycin")),
              IsEmpty());
}

TEST(KnowledgeInteractionsTest, SimvastatinWithAmlodipineGoesByTheDayTotal) {
  EXPECT_THAT(pair_lines(coded("312961"), coded("308136")),
              ElementsAre("note interaction simvastatin-amlodipine-within-limit"));
  EXPECT_THAT(pair_lines(coded("198211"), coded("308136")),
              ElementsAre("stop interaction simvastatin-amlodipine-over-limit"));
  const auto both = checked(taking({coded("312961"), coded("314231")}), {coded("308136")});
  EXPECT_THAT(lines_of(both, CardKind::interaction),
              ElementsAre("stop interaction simvastatin-amlodipine-over-limit",
                          "stop interaction simvastatin-amlodipine-over-limit"));
}

TEST(KnowledgeInteractionsTest, AnUnknownDoseWarnsAndSaysWhatIsWanting) {
  const auto result = checked(taking({drug("simvastatin")}), {coded("308136")});
  ASSERT_THAT(lines_of(result, CardKind::interaction),
              ElementsAre("warn interaction simvastatin-amlodipine-over-limit"));
  EXPECT_THAT(result.cards[0].missing, ElementsAre("the daily dose of simvastatin"));
}

TEST(KnowledgeInteractionsTest, WhatIsPutOnTheSkinInteractsOnlyWhereARuleSaysSo) {
  EXPECT_THAT(pair_lines(by(Route::topical, drug("diclofenac")), drug("warfarin")), IsEmpty());
  EXPECT_THAT(pair_lines(by(Route::oral, drug("diclofenac")), drug("warfarin")), Not(IsEmpty()));
  EXPECT_THAT(pair_lines(by(Route::topical, drug("miconazole")), drug("warfarin")),
              ElementsAre("warn interaction warfarin-miconazole-local"));
  EXPECT_THAT(pair_lines(by(Route::ophthalmic, drug("timolol")), drug("verapamil")),
              ElementsAre("note interaction ophthalmic-beta-blocker-verapamil"));
}

TEST(KnowledgeInteractionsTest, AnIntrauterineSystemDoesNotMindInducers) {
  EXPECT_THAT(pair_lines(coded("807283"), drug("rifampin")),
              Not(Contains(HasSubstr("contraceptive-inducer"))));
  EXPECT_THAT(pair_lines(coded("748856"), drug("rifampin")),
              Contains("warn interaction contraceptive-inducer"));
}

TEST(KnowledgeInteractionsTest, PartsOfOneProductAreNoPair) {
  EXPECT_THAT(lines_of(checked(adult(), {coded("197885")}), CardKind::interaction), IsEmpty());
  EXPECT_THAT(pair_lines(coded("197885"), coded("197886")), IsEmpty());
  EXPECT_THAT(pair_lines(coded("314076"), coded("310798")),
              ElementsAre("note interaction onc-low-05"));
}

TEST(KnowledgeInteractionsTest, SaltsAreCheckedAsTheirBase) {
  EXPECT_THAT(pair_lines(drug("metoprolol succinate"), drug("verapamil hydrochloride")),
              ElementsAre("warn interaction beta-blocker-verapamil"));
}

TEST(KnowledgeInteractionsTest, OurRuleSpeaksForAListThatSaysNoMore) {
  const auto result = checked(taking({coded("312961")}), {coded("308136")});
  ASSERT_THAT(result.cards, SizeIs(1));
  EXPECT_THAT(result.cards[0].also, ElementsAre("ndfrt-17767-36567"));
}

TEST(KnowledgeInteractionsTest, ACardShowsItsSourceAndThatNobodyReviewedIt) {
  const auto result = checked(taking({drug("fluoxetine")}), {drug("phenelzine")});
  ASSERT_THAT(result.cards, Not(IsEmpty()));
  EXPECT_THAT(result.cards[0].source,
              AllOf(HasSubstr("Phansalkar"), HasSubstr("table 2, no. 8"), HasSubstr("2012"),
                    HasSubstr("Not clinically reviewed")));
}

TEST(KnowledgeInteractionsTest, WithoutOrdersTheListIsCheckedAgainstItself) {
  EXPECT_THAT(lines_of(checked(taking({drug("fluoxetine"), drug("phenelzine")}), {})),
              Contains("stop interaction onc-high-08"));
}

TEST(KnowledgeInteractionsTest, TheListIsLeftAloneWhenSomethingIsOrdered) {
  EXPECT_THAT(
      lines_of(checked(taking({drug("fluoxetine"), drug("phenelzine")}), {drug("loratadine")}),
               CardKind::interaction),
      IsEmpty());
}

// --- against the shared data

std::vector<std::vector<std::string>> rows_of(const std::string& name) {
  std::ifstream file(ingest::test::data_file(name));
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) rows.push_back(cells_of(line));
  return rows;
}

TEST(KnowledgeInteractionsTest, TheActivePairsOfSyntheaAreFoundWithTiersByDose) {
  NEEDS_DATA("ddi/expected-active-pairs-ma42-300.tsv");
  std::map<std::string, int> tiers;
  for (const auto& row : rows_of("ddi/expected-active-pairs-ma42-300.tsv")) {
    std::vector<DrugFact> drugs;
    for (const auto column : {6u, 7u}) {
      for (std::string_view code : split(row[column], ","))
        drugs.push_back(coded(std::string(code)));
    }
    std::set<std::string> lines;
    for (const auto& line : lines_of(checked(taking(drugs), {}), CardKind::interaction))
      lines.insert(line);
    ASSERT_THAT(lines, SizeIs(1)) << fmt::format("{} {}", row[3], row[4]);
    ++tiers[*lines.begin()];
  }
  EXPECT_THAT(tiers,
              ElementsAre(std::pair("note interaction aspirin-ibuprofen", 1),
                          std::pair("note interaction simvastatin-amlodipine-within-limit", 18),
                          std::pair("stop interaction simvastatin-amlodipine-over-limit", 5),
                          std::pair("warn interaction ndfrt-4917-8410", 2),
                          std::pair("warn interaction ssri-tramadol", 2)));
}

using NamePair = std::set<std::string>;

std::set<std::string> bases(const FoundDrug& found) {
  std::set<std::string> ids;
  for (const Strength& part : found.parts)
    ids.insert(shipped().ingredient(shipped().base(part.ingredient)).id);
  return ids;
}

// Pairs of base ingredients that some list names, read here without the knowledge's index.
std::set<NamePair> listed_pairs() {
  std::set<NamePair> listed;
  const auto by_names = [&](const std::string& one, const std::string& other) {
    for (const auto& a : bases(shipped().find({}, one))) {
      for (const auto& b : bases(shipped().find({}, other))) listed.insert({a, b});
    }
  };
  for (const auto& row : rows_of("ddi/ndfrt-2014.tsv")) by_names(row[0], row[1]);
  for (const auto& row : rows_of("ddi/onc-high-priority-pairs.tsv")) by_names(row[0], row[2]);
  for (const auto& row : rows_of("ddi/onc-non-interruptive-pairs.tsv")) by_names(row[2], row[5]);
  std::map<std::string, std::set<std::string>> classes;
  std::map<std::string, std::string_view> texts;
  for (const TableText& table : shipped_tables()) texts.emplace(table.file, table.text);
  for (std::string_view line : split(texts["classes.tsv"], "\n")) {
    if (const auto cells = cells_of(line); cells.size() > 2)
      classes["@" + cells[0]].insert(cells[1]);
  }
  for (std::string_view line : split(texts["interactions.tsv"], "\n")) {
    const auto cells = cells_of(line);
    if (cells.size() < 3 || cells[0] == "id") continue;
    const auto members = [&](const std::string& cell) {
      if (cell.starts_with('@')) return classes[cell];
      return std::set<std::string>{cell.substr(0, cell.find(' '))};
    };
    for (const auto& a : members(cells[1])) {
      for (const auto& b : members(cells[2])) listed.insert({a, b});
    }
  }
  return listed;
}

// Codes that somebody in ma42-300 takes at the end of the record, by patient.
std::map<std::string, std::set<std::string>> active_codes() {
  std::map<std::string, std::set<std::string>> active;
  for (const auto& [name, text] :
       ingest::test::files_of(ingest::test::data_file("synthea/ma42-300.csv.tar.zst"))) {
    if (!name.ends_with("medications.csv")) continue;
    for (std::string_view line : split(text, "\n")) {
      const auto cells = split(line, ",");
      if (cells.size() > 5 && cells[1].empty()) active[std::string(cells[2])].emplace(cells[5]);
    }
  }
  return active;
}

// The file of expected pairs takes ingredients as they are written, so a pair of a salt is not
// in it ("metoprolol succinate"). By base ingredient these are found beside its 28, no others;
// counted by patient with a separate Python script over the same tables.
TEST(KnowledgeInteractionsTest, ListedPairsOfSyntheaAreTheExpectedOnesAndThoseThatSaltsHid) {
  NEEDS_DATA("ddi/expected-active-pairs-ma42-300.tsv");
  NEEDS_DATA("synthea/ma42-300.csv.tar.zst");
  std::set<std::pair<std::string, std::string>> found, expected;  // patient, rule
  const auto add = [](auto& into, const std::string& patient, IngredientKey one,
                      IngredientKey other) {
    for (const auto& [rule, swapped] : shipped().interactions(one, other)) {
      if (rule->kind == RuleKind::listed_pair) into.emplace(patient, rule->id);
    }
  };
  for (const auto& row : rows_of("ddi/expected-active-pairs-ma42-300.tsv")) {
    add(expected, row[0], shipped().base(*shipped().ingredient_by_id(row[1])),
        shipped().base(*shipped().ingredient_by_id(row[2])));
  }
  for (const auto& [patient, codes] : active_codes()) {
    for (const auto& one : codes) {
      for (const auto& other : codes) {
        if (one >= other) continue;
        for (const Strength& a : shipped().product(one)->parts) {
          for (const Strength& b : shipped().product(other)->parts)
            add(found, patient, shipped().base(a.ingredient), shipped().base(b.ingredient));
        }
      }
    }
  }
  EXPECT_THAT(expected, SizeIs(28));
  EXPECT_TRUE(std::includes(found.begin(), found.end(), expected.begin(), expected.end()));
  std::map<std::string, int> hidden;
  for (const auto& one : found) {
    if (!expected.contains(one)) ++hidden[one.second];
  }
  const std::map<std::string, int> by_salts{
      {"ndfrt-10582-11289", 1}, {"ndfrt-11170-36567", 1}, {"ndfrt-1191-11289", 2},
      {"ndfrt-11289-32968", 2}, {"ndfrt-11289-36567", 2}, {"ndfrt-4493-6918", 3},
      {"ndfrt-5856-6185", 1},   {"ndfrt-5856-6918", 17},  {"ndfrt-6918-11170", 2},
      {"ndfrt-7258-11289", 1},  {"ndfrt-7804-11170", 1}};
  EXPECT_EQ(hidden, by_salts);
}

// "308136 amlodipine 2.5 MG Oral Tablet": the product by its code.
std::string code_in(const std::string& text) { return text.substr(0, text.find(' ')); }

TEST(KnowledgeInteractionsTest, EachCaseOfSilentPairsTxtIsSilent) {
  const auto cases = cases_of("tests/projections/knowledge/silent_pairs.txt");
  ASSERT_THAT(cases, SizeIs(200));
  for (const auto& [one, other, card] : cases) {
    SCOPED_TRACE(one + " + " + other);
    const auto first = coded(code_in(one)), second = coded(code_in(other));
    ASSERT_EQ(card, "silent");
    ASSERT_EQ(code_in(one) + " " + first.shown, one);
    ASSERT_EQ(code_in(other) + " " + second.shown, other);
    EXPECT_THAT(pair_lines(first, second), IsEmpty());
    EXPECT_THAT(pair_lines(second, first), IsEmpty());
    EXPECT_THAT(lines_of(checked(adult(), {first, second}), CardKind::interaction), IsEmpty());
  }
}

// Drugs that somebody of Synthea's takes together and that are in no list, drawn by a seed.
TEST(KnowledgeInteractionsTest, SilentPairsTxtIsWhatIsDrawn) {
  NEEDS_DATA("ddi/ndfrt-2014.tsv");
  NEEDS_DATA("synthea/ma42-300.csv.tar.zst");
  const auto listed = listed_pairs();
  const auto is_listed = [&](const std::string& one, const std::string& other) {
    for (const auto& a : bases(shipped().find(one, {}))) {
      for (const auto& b : bases(shipped().find(other, {}))) {
        if (a == b || listed.contains({a, b})) return true;
      }
    }
    return false;
  };
  std::set<std::pair<std::string, std::string>> unlisted;
  for (const auto& [patient, codes] : active_codes()) {
    for (const auto& one : codes) {
      for (const auto& other : codes) {
        if (one < other && !is_listed(one, other)) unlisted.emplace(one, other);
      }
    }
  }
  std::vector<std::pair<std::string, std::string>> drawn(unlisted.begin(), unlisted.end());
  std::mt19937 random(20261127);
  std::shuffle(drawn.begin(), drawn.end(), random);
  ASSERT_GE(drawn.size(), 200u);
  drawn.resize(200);
  std::sort(drawn.begin(), drawn.end());
  std::vector<std::pair<std::string, std::string>> written;
  for (const Case& one : cases_of("tests/projections/knowledge/silent_pairs.txt"))
    written.emplace_back(code_in(one.one), code_in(one.other));
  EXPECT_EQ(written, drawn);
  if (written == drawn) return;
  for (const auto& [one, other] : drawn)
    fmt::print("{} {} + {} {}: silent\n", one, coded(one).shown, other, coded(other).shown);
}

TEST(KnowledgeInteractionsTest, EveryNdfRtPairIsFound) {
  NEEDS_DATA("ddi/ndfrt-2014.tsv");
  std::size_t found = 0;
  std::vector<std::string> lost;
  for (const auto& row : rows_of("ddi/ndfrt-2014.tsv")) {
    const auto one = shipped().ingredient_by_id(row[5]);
    const auto other = shipped().ingredient_by_id(row[6]);
    if (!one || !other || shipped().base(*one) == shipped().base(*other)) continue;
    if (shipped().interactions(shipped().base(*one), shipped().base(*other)).empty())
      lost.push_back(row[0] + " " + row[1]);
    ++found;
  }
  EXPECT_THAT(lost, IsEmpty());
  EXPECT_GE(found, 5080u);
}

}  // namespace
}  // namespace projections::knowledge::test
