// A patient's resources: parts of FHIR elements, and which resource fits which profile.
#include "projections/quality/record.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "events/fhir/definitions.h"
#include "projections/quality/fhir_model.h"
#include "projections/quality/literal_text.h"
#include "projections/quality/property.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;

// `path` of the resource, dotted, as a literal.
std::string part(const std::string& resource, std::string_view path) {
  const auto document = json::parse(resource);
  Value value = resource_value(document);
  while (!path.empty()) {
    const auto dot = path.find('.');
    value = property_of(value, intern(path.substr(0, dot)));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return literal_text(value);
}

TEST(FhirModelTest, PrimitivesHaveTheSystemsValueOfTheirType) {
  const std::string patient = R"({"resourceType": "Patient", "birthDate": "1960-04",
      "active": true, "multipleBirthInteger": 2, "gender": "female",
      "deceasedDateTime": "2024-05-06T07:08:09+02:00"})";

  EXPECT_EQ(part(patient, "birthDate.value"), "@1960-04");
  EXPECT_EQ(part(patient, "active.value"), "true");
  EXPECT_EQ(part(patient, "multipleBirth.value"), "2");
  EXPECT_EQ(part(patient, "gender.value"), "'female'");
  EXPECT_EQ(part(patient, "deceased.value"), "@2024-05-06T07:08:09.000+02:00");
  EXPECT_EQ(part(patient, "maritalStatus.coding"), "null");
  EXPECT_EQ(part(patient, "wings"), "null");
}

TEST(FhirModelTest, AWholeNumberIsADecimalWhereFhirHasDecimals) {
  EXPECT_EQ(part(R"({"resourceType": "Observation", "valueQuantity": {"value": 7}})",
                 "value.value.value"),
            "7.0");
  EXPECT_EQ(part(R"({"resourceType": "Observation", "valueQuantity": {"value": 0.07}})",
                 "value.value.value"),
            "0.07");
}

bool fits(const std::string& resource, const std::string& profile) {
  const auto document = json::parse(resource);
  return fits_profile(resource_value(document).element(), profile);
}
const std::string qicore = "http://hl7.org/fhir/us/qicore/StructureDefinition/";

TEST(ProfileTest, WithoutAProfileItsStructureSaysWhatWasNotDone) {
  const std::string done = R"({"resourceType": "Procedure", "status": "completed"})";
  const std::string not_done = R"({"resourceType": "Procedure", "status": "not-done"})";
  const std::string avoid =
      R"({"resourceType": "MedicationRequest", "status": "active", "doNotPerform": true})";

  EXPECT_TRUE(fits(done, qicore + "qicore-procedure"));
  EXPECT_FALSE(fits(done, qicore + "qicore-procedurenotdone"));
  EXPECT_TRUE(fits(not_done, qicore + "qicore-procedurenotdone"));
  EXPECT_FALSE(fits(not_done, qicore + "qicore-procedure"));
  EXPECT_FALSE(fits(avoid, qicore + "qicore-medicationrequest"));
  EXPECT_TRUE(fits(avoid, qicore + "qicore-mednotrequested"));
}

TEST(ProfileTest, AProfileOfQiCoreDecides) {
  const std::string named = R"({"resourceType": "Procedure", "status": "completed",
      "meta": {"profile": [")" +
                            qicore + R"(qicore-procedurenotdone|6.0.0"]}})";

  EXPECT_TRUE(fits(named, qicore + "qicore-procedurenotdone"));
  EXPECT_FALSE(fits(named, qicore + "qicore-procedure"));
}

TEST(ProfileTest, VitalSignsAreToldByLoinc) {
  const std::string pressure = R"({"resourceType": "Observation", "status": "final",
      "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}})";

  EXPECT_TRUE(fits(pressure, "http://hl7.org/fhir/StructureDefinition/bp"));
  EXPECT_FALSE(fits(pressure, "http://hl7.org/fhir/StructureDefinition/bmi"));
}

TEST(RecordTest, WhatR4DoesNotHaveIsLeftOut) {
  const auto bundle = json::parse(R"({"entry": [{"resource": {"resourceType": "Starship"}}, {}, 5,
      {"resource": {"resourceType": "Patient"}}]})");
  const Record record(bundle);

  EXPECT_EQ(record.of(events::fhir::definition("Patient")).size(), 1u);
  EXPECT_EQ(record.of(events::fhir::definition("Encounter")).size(), 0u);
}

}  // namespace
}  // namespace projections::quality::test
