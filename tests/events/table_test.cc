#include "events/table.h"

#include <gmock/gmock.h>

namespace events {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TableTest, RowsAreReadByTheNamesOfTheirColumns) {
  const auto table = Table::read("t", "# why\nid\tname\n\n1\tone\n2\t\n");
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->size(), 2u);
  EXPECT_EQ(table->at(0, "name"), "one");
  EXPECT_EQ(table->at(1, "id"), "2");
  EXPECT_EQ(table->at(1, "name"), "");
  EXPECT_EQ(table->get(1, "other"), "");
}

TEST(TableTest, WhatIsNoTableNamesItsLine) {
  EXPECT_THAT(Table::read("t", "id\tname\n# why\n1\n").error().message, HasSubstr("line 3"));
  EXPECT_THAT(Table::read("t", "# nothing\n").error().message, HasSubstr("empty"));
}

TEST(TableTest, TheTextOfATableIsFoundByItsWholeName) {
  const std::vector<TableText> tables{{"rules_old.tsv", "old"}, {"rules.tsv", "new"}};
  EXPECT_EQ(text_of_table(tables, "rules"), "new");
  EXPECT_EQ(text_of_table(tables, "rule"), "");
}

TEST(TableTest, PartsHaveNoSpacesAroundThem) {
  EXPECT_THAT(split(" a ; b;c", ';'), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(split("  ", ';').empty());
}

}  // namespace
}  // namespace events
