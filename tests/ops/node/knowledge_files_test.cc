// `chartlog knowledge check`: files in place of shipped tables.
#include "ops/node/knowledge_files.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/temporary_folder.h"

namespace ops::node {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* version_header = "version\tissued\treview\n";

TEST(KnowledgeFilesTest, AFileStandsForTheShippedTableOfItsName) {
  tests::TemporaryFolder folder;
  std::ofstream(folder.path() / "version.tsv")
      << version_header << "site-7\t2026-12-01\tby nobody\n";
  const auto texts = read_knowledge_texts({folder.path() / "version.tsv"});
  ASSERT_TRUE(texts);
  const auto knowledge = knowledge_of(*texts);
  ASSERT_TRUE(knowledge) << knowledge.error().message;
  EXPECT_THAT(describe(**knowledge),
              AllOf(HasSubstr("version site-7 "), HasSubstr("review by nobody"),
                    HasSubstr("263 products"), HasSubstr("5179 listed pairs")));
}

TEST(KnowledgeFilesTest, AFolderGivesItsTables) {
  tests::TemporaryFolder folder;
  std::ofstream(folder.path() / "version.tsv")
      << version_header << "site-8\t2026-12-01\tby nobody\n";
  std::ofstream(folder.path() / "README.md") << "not a table";
  EXPECT_EQ((*knowledge_of(*read_knowledge_texts({folder.path()})))->label(), "site-8");
}

TEST(KnowledgeFilesTest, EachFaultIsALineThatNamesItsPlace) {
  tests::TemporaryFolder folder;
  std::ofstream(folder.path() / "duplicates.tsv")
      << "id\tscope\tordinary\ttier\tclaim\tsource\tsection\tread\n"
      << "x\t@nothing\t1\twarn\tTwice.\tchartlog\tpage 1\tnot compared\n"
      << "y\t@ssri\t0\twarn\tTwice.\tchartlog\tpage 1\tnot compared\n";
  const auto knowledge = knowledge_of(*read_knowledge_texts({folder.path()}));
  ASSERT_FALSE(knowledge);
  EXPECT_THAT(knowledge.error().message, AllOf(HasSubstr("duplicates.tsv:2 scope: \"nothing\""),
                                               HasSubstr("\nduplicates.tsv:3 ordinary: \"0\"")));
}

TEST(KnowledgeFilesTest, WhatIsNotThereOrThereTwiceIsNamed) {
  tests::TemporaryFolder folder;
  EXPECT_THAT(read_knowledge_texts({folder.path() / "none.tsv"}).error().message,
              HasSubstr("none.tsv: is not there"));
  std::filesystem::create_directory(folder.path() / "other");
  for (const char* file : {"version.tsv", "other/version.tsv"})
    std::ofstream(folder.path() / file) << version_header;
  EXPECT_THAT(read_knowledge_texts({folder.path(), folder.path() / "other"}).error().message,
              HasSubstr("another file has this name"));
}

}  // namespace
}  // namespace ops::node
