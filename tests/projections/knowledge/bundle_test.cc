#include "projections/knowledge/bundle.h"

#include <gmock/gmock.h>

#include "tests/projections/knowledge/shipped.h"

namespace projections::knowledge {
namespace {

using ::testing::HasSubstr;

TEST(BundleTest, WhatIsShippedComesBackAsItWas) {
  const auto bundle = write_bundle(shipped_tables());
  const auto tables = tables_of_bundle(bundle);
  ASSERT_TRUE(tables) << tables.error().message;
  ASSERT_EQ(tables->size(), shipped_tables().size());
  for (std::size_t i = 0; i < tables->size(); ++i) {
    EXPECT_EQ((*tables)[i].file, shipped_tables()[i].file);
    EXPECT_EQ((*tables)[i].text, shipped_tables()[i].text);
  }
  const auto read = read_bundle(bundle);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ((*read)->digest(), test::shipped().digest());
}

TEST(BundleTest, ATableWithoutItsLastLineEndDoesNotSwallowTheNext) {
  const std::vector<TableText> tables{{"a.tsv", "x\ty\n1\t2"}, {"b.tsv", ""}, {"c.tsv", "z\n"}};
  const auto bundle = write_bundle(tables);
  const auto back = tables_of_bundle(bundle);
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_EQ(back->size(), 3u);
  EXPECT_EQ((*back)[0].text, "x\ty\n1\t2\n");
  EXPECT_EQ((*back)[1].file, "b.tsv");
  EXPECT_EQ((*back)[2].text, "z\n");
}

TEST(BundleTest, OtherTextIsRefusedWithWhatIsWrong) {
  EXPECT_THAT(read_bundle("version\tissued").error().message, HasSubstr("=== <file>"));
  EXPECT_THAT(tables_of_bundle("=== a.tsv\n=== a.tsv\n").error().message, HasSubstr("twice"));
  EXPECT_THAT(read_bundle("=== other.tsv\nx\n").error().message, HasSubstr("other.tsv"));
  EXPECT_FALSE(read_bundle(""));
}

TEST(BundleTest, WhoAsksForTheSameGetsTheSame) {
  const auto bundle = write_bundle(shipped_tables());
  int brought = 0;
  const auto ask = [&](const std::string& text) {
    return shared_bundle(bundle_digest(text), [&]() -> events::Result<std::string> {
      ++brought;
      return text;
    });
  };
  const auto one = ask(bundle), other = ask(bundle);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->get(), other->get());
  EXPECT_FALSE(ask("no bundle"));
  const int once = brought;
  EXPECT_FALSE(ask("no bundle"));
  EXPECT_EQ(brought, once);
}

}  // namespace
}  // namespace projections::knowledge
