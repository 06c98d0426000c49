// Our tables of search parameters against R4's own.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "events/fhir/definitions.h"
#include "projections/search/search_parameters.h"
#include "query/fhir/patient_search.h"

namespace query::fhir {
namespace {

namespace search = projections::search;

// Parameters that R4 does not have; each with who defines it.
const std::set<std::string> of_others{
    "CareTeam role",                             // US Core
    "Encounter discharge-disposition",           // US Core
    "Goal description",                          // US Core
    "MedicationAdministration medication.code",  // R4: a chain over `medication`
    "MedicationDispense medication.code",        // R4: a chain over `medication`
    "MedicationRequest medication.code",         // R4: a chain over `medication`
    "MedicationStatement medication.code",       // R4: a chain over `medication`
    "Condition asserted-date",                   // US Core
};

void expect_as_in_r4(std::string_view type, std::string_view name, std::string_view kind) {
  if (of_others.contains(std::string(type) + " " + std::string(name))) return;
  const auto* parameter = events::fhir::search_parameter(type, name);
  ASSERT_NE(parameter, nullptr) << type << " has no search parameter " << name;
  EXPECT_EQ(to_string(parameter->kind), kind) << type << " " << name;
}

TEST(FhirDefinitions, SearchParametersAreR4sOwn) {
  for (const auto& table : search::searched_types()) {
    const auto type = events::type_name(table.type);
    for (const auto parameters : {table.own, search::common_parameters()}) {
      for (const auto& parameter : parameters)
        expect_as_in_r4(type, parameter.name, to_string(parameter.kind));
    }
    for (const auto name : table.patient_names) expect_as_in_r4(type, name, "reference");
  }
}

// R4's own that we do not answer, each with why; metadata does not list them.
const std::set<std::string> unanswered{
    "Location near",           // a distance on the earth
    "MedicationRequest date",  // of Timing.event, a list of times
    "Organization phonetic",   // no algorithm is named
    "Practitioner phonetic",  "RelatedPerson phonetic",
};

TEST(FhirDefinitions, EverySearchParameterOfATypeWithFieldsOfItsOwnIsAnswered) {
  for (const auto& table : search::searched_types()) {
    const auto type = events::type_name(table.type);
    if (table.type > *events::type_of_name("RelatedPerson")) continue;  // those of General
    for (const auto& parameter : events::fhir::search_parameters(type)) {
      if (unanswered.contains(std::string(type) + " " + std::string(parameter.code))) continue;
      EXPECT_TRUE(search::find_parameter(table, parameter.code) != nullptr ||
                  search::is_patient_name(table, parameter.code))
          << type << " " << parameter.code;
    }
  }
}

}  // namespace
}  // namespace query::fhir
