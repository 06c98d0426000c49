#include "events/resource_type.h"

#include <gtest/gtest.h>

namespace events {
namespace {

TEST(ResourceTypeTest, EveryTypeIsFoundByItsName) {
  EXPECT_EQ(all_types().size(), 46u);
  for (ResourceType type : all_types()) EXPECT_EQ(type_of_name(type_name(type)), type);
}

TEST(ResourceTypeTest, NamesTheSchemaDoesNotHaveAreNothing) {
  for (const char* name : {"", "none", "patient", "Patients", "Basic", "Setting"})
    EXPECT_EQ(type_of_name(name), std::nullopt) << name;
}

TEST(ResourceTypeTest, TheDirectoryHoldsWhatBelongsToNoPatient) {
  EXPECT_TRUE(is_directory_type(*type_of_name("Organization")));
  EXPECT_TRUE(is_directory_type(*type_of_name("Medication")));
  EXPECT_FALSE(is_directory_type(*type_of_name("Patient")));
  EXPECT_FALSE(is_directory_type(*type_of_name("Observation")));
}

}  // namespace
}  // namespace events
