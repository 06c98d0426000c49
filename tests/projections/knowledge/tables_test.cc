// The shipped tables, and what is said of tables that are wrong.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "projections/knowledge/table.h"
#include "tests/projections/knowledge/shipped.h"

namespace projections::knowledge::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(KnowledgeTablesTest, TheShippedTablesRead) {
  const auto& knowledge = shipped();
  EXPECT_EQ(knowledge.label(), "2026-11");
  EXPECT_EQ(knowledge.digest().size(), 32u);
  EXPECT_THAT(knowledge.review(), HasSubstr("nothing here is clinically reviewed"));
}

TEST(KnowledgeTablesTest, EveryRowNamesASourceThatIsThere) {
  std::vector<std::string> without;
  for (const TableText& table : shipped_tables()) {
    const auto lines = split(table.text, "\n");
    std::size_t column = std::string::npos;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].empty() || lines[i].front() == '#') continue;
      const auto cells = cells_of(lines[i]);
      const auto found = std::find(cells.begin(), cells.end(), "source");
      if (column == std::string::npos && found == cells.end()) break;  // sources, version
      if (column == std::string::npos) {
        column = static_cast<std::size_t>(found - cells.begin());
      } else if (cells.at(column).empty()) {
        without.push_back(fmt::format("{}:{}", table.file, i + 1));
      }
    }
  }
  EXPECT_THAT(without, IsEmpty());
}

TEST(KnowledgeTablesTest, EveryRuleHasASentenceATierAndADayOrSaysItWasNotCompared) {
  std::vector<std::string> wrong;
  for (const Rule& rule : shipped().rows().rules) {
    const bool dated = rule.read == "not compared" || rule.read.starts_with("2026-");
    if (!rule.claim.ends_with('.') || rule.section.empty() || !dated) wrong.push_back(rule.id);
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(KnowledgeTablesTest, TheDigestFollowsWhatIsSaidAndNotComments) {
  ChangedTables tables;
  tables["classes.tsv"] += "# a comment\n";
  EXPECT_EQ((*tables.read())->digest(), shipped().digest());
  tables["version.tsv"].replace(tables["version.tsv"].find("2026-11-27"), 10, "2026-11-28");
  EXPECT_NE((*tables.read())->digest(), shipped().digest());
}

struct Fault {
  const char* file;
  const char* row;      // appended
  const char* column;   // where it is wrong
  const char* message;  // what is said
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << fault.file << " " << fault.column;
}

class FaultyTable : public ::testing::TestWithParam<Fault> {};

TEST_P(FaultyTable, IsRefusedWithLineAndColumn) {
  const Fault& fault = GetParam();
  ChangedTables tables;
  const auto line = tables.next_line(fault.file);
  tables[fault.file] += std::string(fault.row) + "\n";
  const auto read = tables.read();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            fmt::format("{}:{} {}: {}", fault.file, line, fault.column, fault.message));
}

INSTANTIATE_TEST_SUITE_P(
    Faults, FaultyTable,
    ::testing::Values(
        Fault{"interactions.tsv",
              "x\t1191 aspirin\t@ssri\t\twarn\tA sentence.\t\tpage 1\tnot compared", "source",
              "\"\" names no source; each row needs one of sources.tsv"},
        Fault{"interactions.tsv",
              "x\t1191 aspirin\t@ssri\t\twarn\tA sentence.\tbook\tpage 1\tnot compared", "source",
              "\"book\" is no source; add it to sources.tsv"},
        Fault{"interactions.tsv",
              "x\t1191 aspirin\t@ssri\t\thalt\tA sentence.\tchartlog\tpage 1\tnot compared", "tier",
              "\"halt\" is no tier; write stop, warn or note"},
        Fault{"interactions.tsv",
              "x\t1191 aspirin\t@none\t\twarn\tA sentence.\tchartlog\tpage 1\tnot compared",
              "second",
              "\"none\" is no class or allergen group, or has no members; add a row to classes.tsv "
              "or allergens.tsv"},
        Fault{"interactions.tsv",
              "x\t1191 asprin\t@ssri\t\twarn\tA sentence.\tchartlog\tpage 1\tnot compared", "first",
              "\"asprin\" is not 1191; ingredients.tsv calls it aspirin"},
        Fault{"interactions.tsv",
              "x\t235743 metformin hydrochloride\t@ssri\t\twarn\tA sentence.\tchartlog\tp\tnot "
              "compared",
              "first", "\"235743\" is a salt; name its base ingredient 6809"},
        Fault{"interactions.tsv",
              "x\t99999999 nothing\t@ssri\t\twarn\tA sentence.\tchartlog\tpage 1\tnot compared",
              "first", "\"99999999\" is no ingredient; add it to ingredients.tsv"},
        Fault{"interactions.tsv",
              "x\t1191 aspirin\t@ssri\tfirst daily > many mg\twarn\tA sentence.\tchartlog\tp\tnot "
              "compared",
              "when",
              "\"first daily > many mg\" holds \"first daily > many mg\", which is no condition; "
              "README.md lists them"},
        Fault{"interactions.tsv",
              "x\t1191 aspirin\t@ssri\t\twarn\tA sentence.\tchartlog\tp\tlast week", "read",
              "\"last week\" is no day; write YYYY-MM-DD, the day it was compared with its source, "
              "or not compared"},
        Fault{"interactions.tsv",
              "aspirin-ibuprofen\t1191 aspirin\t@ssri\t\twarn\tA sentence.\tchartlog\tp\tnot "
              "compared",
              "id", "\"aspirin-ibuprofen\" is there twice; ids are used once"},
        Fault{"allergens.tsv", "nsaids\t1191\taspirin\tchartlog\tp\tnot compared", "group",
              "\"nsaids\" is a group of another table; give it another name"},
        Fault{"duplicates.tsv", "x\t@ssri\tone\twarn\tA sentence.\tchartlog\tp\tnot compared",
              "ordinary", "\"one\" is no whole number above zero"},
        Fault{"interactions.tsv",
              "x\t1191 aspirin\t@ssri\tegfr < 30\twarn\tA sentence.\tchartlog\tp\tnot compared",
              "when",
              "\"egfr < 30\" holds a condition that this table cannot have; README.md says which "
              "can"},
        Fault{"cautions.tsv",
              "x\t1191 aspirin\trenal\tsecond daily > 1 mg\twarn\tA sentence.\tchartlog\tp\tnot "
              "compared",
              "when",
              "\"second daily > 1 mg\" holds a condition that this table cannot have; README.md "
              "says which can"},
        Fault{"products.tsv", "1\tSomething\t1191 many mg\timmediate\toral\tchartlog", "parts",
              "\"1191 many mg\" is no part; write the ingredient's id, or id, strength and unit"},
        Fault{"products.tsv", "1\tSomething\t1191 81 mg\timmediate\tby mouth\tchartlog", "route",
              "\"by mouth\" is no route; README.md lists them"},
        Fault{"ingredients.tsv", "161\tparacetamol\t\tchartlog", "rxcui",
              "\"161\" is there twice; ids are used once"},
        Fault{"ingredients.tsv", "x\tx hydrochloride\t235743\tchartlog", "base",
              "\"235743\" is a salt itself; name the ingredient below it"},
        Fault{"names.tsv", "wonder\tbrand\t99999999\tchartlog", "target",
              "\"99999999\" is no ingredient; add it to ingredients.tsv"}));

TEST(KnowledgeTablesTest, AllFaultsAreSaidAtOnce) {
  ChangedTables tables;
  tables["cautions.tsv"] += "x\t1191 aspirin\n";
  tables["sources.tsv"] += "y\t\tissuer\tlicence\t\t\n";
  tables.remove("duplicates.tsv");
  tables.add("notes.tsv", "a\tb\n");
  const auto read = tables.read();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message,
              AllOf(HasSubstr(": \"x\t1191 aspirin\" has 2 cells; write 9, separated by tabs"),
                    HasSubstr(" title: \"\" is empty; fill it in"),
                    HasSubstr("duplicates.tsv: \"duplicates.tsv\" is missing"),
                    HasSubstr("notes.tsv: \"notes.tsv\" is no table of ours")));
}

TEST(KnowledgeTablesTest, AWrongHeaderIsRefused) {
  ChangedTables tables;
  tables["version.tsv"] = "version issued review\n2026-11\t2026-11-27\tnone\n";
  EXPECT_THAT(
      tables.read().error().message,
      HasSubstr("version.tsv:1: \"version issued review\" are not the columns, separated by tabs"));
}

}  // namespace
}  // namespace projections::knowledge::test
