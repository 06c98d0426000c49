// What mapping.cc says of a type's patient against R4's own search parameters.
#include "events/fhir/definitions.h"

#include <gtest/gtest.h>

#include <string>

#include "events/resource_type.h"
#include "ingest/fhir/mapping.h"

namespace ingest::fhir {
namespace {

// "Encounter.subject.where(resolve() is Patient)" -> "subject"
std::string element_of(const events::fhir::SearchParameter& parameter) {
  const auto begin = parameter.expression.find('.') + 1;
  const auto size = parameter.expression.find_first_of(". )", begin);
  return std::string(
      parameter.expression.substr(begin, size == std::string_view::npos ? size : size - begin));
}

TEST(MappingDefinitions, TheSubjectIsTheElementOfThePatientOrSubjectParameter) {
  for (const auto type : events::all_types()) {
    const auto name = events::type_name(type);
    const auto subject = subject_element(type);
    if (subject.empty()) continue;
    const auto* parameter = events::fhir::search_parameter(name, "patient");
    if (parameter == nullptr) parameter = events::fhir::search_parameter(name, "subject");
    ASSERT_NE(parameter, nullptr) << name;
    EXPECT_EQ(subject, element_of(*parameter)) << name << ": " << parameter->expression;
  }
}

TEST(MappingDefinitions, ATypeWithoutASubjectHasNoPatientParameter) {
  for (const auto type : events::all_types()) {
    const auto name = events::type_name(type);
    if (!subject_element(type).empty() || name == "Patient") continue;
    for (const auto parameter : {"patient", "subject"}) {
      EXPECT_EQ(events::fhir::search_parameter(name, parameter), nullptr) << name;
    }
  }
}

}  // namespace
}  // namespace ingest::fhir
