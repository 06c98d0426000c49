#include "projections/fold.h"

#include <gmock/gmock.h>

namespace projections {
namespace {

TEST(Fold, CaseAccentsAndPunctuationDoNotMatter) {
  EXPECT_EQ(fold("O'Brien-Łukasz"), "obrien lukasz");
  EXPECT_EQ(fold("  Dr.  Ñandú "), "dr nandu");
  EXPECT_EQ(fold("Groß Æther"), "gross aether");
  EXPECT_EQ(fold("Nguyễn"), "nguyen");
  EXPECT_EQ(fold("Ω ΆΛΦΑ"), "ω αλφα");
  EXPECT_EQ(fold("ИВАНОВ Ёлкин"), "иванов елкин");
  EXPECT_EQ(fold("李小龍"), "李小龍");
}

TEST(Fold, BytesThatAreNotUtf8AreKeptAndHarmNothing) {
  EXPECT_EQ(fold("a\xC3"), "a\xC3");
  EXPECT_EQ(fold("\xF0\x9F"), "\xF0\x9F");
}

TEST(Fold, APrefixBeginsAWord) {
  EXPECT_TRUE(has_word_prefix("van der berg", "der b"));
  EXPECT_TRUE(has_word_prefix("ananda nanda", "nanda"));
  EXPECT_FALSE(has_word_prefix("anderson", "der"));
}

}  // namespace
}  // namespace projections
