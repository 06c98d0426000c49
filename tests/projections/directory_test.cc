#include "projections/directory.h"

#include <gmock/gmock.h>

#include "tests/projections/facts_builder.h"
#include "tests/projections/folded_rows.h"

namespace tests {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Type = events::ResourceType;

class DirectoryTest : public ::testing::Test {
 protected:
  projections::DirectoryReader reader() const {
    return {rows_.view(), FoldedRows::stream("directory")};
  }
  FoldedRows rows_;
};

TEST_F(DirectoryTest, AnOrganizationIsFoundByIdIdentifierAndWords) {
  rows_.send("directory", Type::Organization, "o1",
             organization("o1", "Saint Élise General Hospital", "77"));

  EXPECT_EQ((*reader().find(Type::Organization, "o1"))->name, "Saint Élise General Hospital");
  EXPECT_THAT(*reader().find_by_identifier(Type::Organization, "urn:npi", "77", 10), SizeIs(1));
  EXPECT_THAT(*reader().find_by_identifier(Type::Organization, "urn:x", "77", 10), IsEmpty());
  EXPECT_THAT(*reader().find_by_name(Type::Organization, "hosp elise", 10), SizeIs(1));
  EXPECT_THAT(*reader().find_by_name(Type::Organization, "hosp mary", 10), IsEmpty());
  EXPECT_THAT(*reader().find_by_name(Type::Location, "hosp", 10), IsEmpty());
}

TEST_F(DirectoryTest, ANewNameReplacesTheOldOne) {
  rows_.send("directory", Type::Organization, "o1", organization("o1", "Old Name", "1"));
  rows_.send("directory", Type::Organization, "o1", organization("o1", "New Name", "1"));

  EXPECT_THAT(*reader().find_by_name(Type::Organization, "old", 10), IsEmpty());
  EXPECT_EQ((*reader().find(Type::Organization, "o1"))->name, "New Name");
  rows_.remove("directory", Type::Organization, "o1");
  EXPECT_THAT(rows_.rows("directory"), IsEmpty());
}

TEST_F(DirectoryTest, OnlyTheStreamDirectoryIsADirectory) {
  rows_.send("Patient/ana", Type::Organization, "o1", organization("o1", "Name", "1"));

  EXPECT_THAT(rows_.rows("directory"), IsEmpty());
}

}  // namespace
}  // namespace tests
