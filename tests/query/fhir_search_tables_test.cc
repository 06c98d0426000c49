#include <gtest/gtest.h>

#include <set>

#include "projections/search/search_parameters.h"
#include "projections/search/values.h"
#include "tests/query/fhir_facts.h"

namespace projections::search {
namespace {

TEST(FhirSearchTables, EveryTypeButPatientAndGroupHasOne) {
  for (const auto type : events::all_types()) {
    const auto name = events::type_name(type);
    EXPECT_EQ(search_table(type) != nullptr, name != "Patient" && name != "Group") << name;
  }
}

TEST(FhirSearchTables, NamesAreUniqueWithinAType) {
  for (const TypeParameters& table : searched_types()) {
    std::set<std::string_view> names(table.patient_names.begin(), table.patient_names.end());
    std::size_t expected = names.size() + table.own.size() + common_parameters().size();
    for (const auto parameters : {table.own, common_parameters()}) {
      for (const Parameter& parameter : parameters) names.insert(parameter.name);
    }
    EXPECT_EQ(names.size(), expected) << events::type_name(table.type);
  }
}

// A table that reads the fields of another type would crash or find nonsense.
TEST(FhirSearchTables, AParameterFindsNothingInAResourceOfAnotherType) {
  const auto patient = query::fhir::testing::facts_of<schema::PatientT>(
      schema::ResourceType::Patient, [](auto& made) { made.gender = "male"; });
  for (const TypeParameters& table : searched_types()) {
    for (const Parameter& parameter : table.own) {
      Values values;
      parameter.take(patient.get(), values);
      EXPECT_TRUE(values.empty()) << events::type_name(table.type) << " " << parameter.name;
    }
  }
}

TEST(FhirSearchTables, OnlyPatientsResourcesNeedAPatient) {
  EXPECT_EQ(home_of(*search_table(schema::ResourceType::Condition)), Home::patient);
  EXPECT_EQ(home_of(*search_table(schema::ResourceType::Medication)), Home::directory);
  EXPECT_EQ(home_of(*search_table(schema::ResourceType::Questionnaire)), Home::others);
  for (const TypeParameters& table : searched_types()) {
    EXPECT_EQ(home_of(table) == Home::directory, events::is_directory_type(table.type))
        << events::type_name(table.type);
  }
}

}  // namespace
}  // namespace projections::search
