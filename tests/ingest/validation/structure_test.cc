#include "ingest/validation/structure.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>

#include "events/fhir/definitions.h"
#include "ingest/validation/invariants.h"
#include "tests/ingest/test_data.h"

namespace ingest::validation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> messages(std::string_view text) {
  const auto document = json::Document::parse(text).value();
  Issues issues;
  check_structure(document.root(), issues);
  std::vector<std::string> found;
  for (const auto& issue : issues.kept()) found.push_back(issue.message);
  return found;
}

std::vector<std::string> in_patient(std::string members) {
  std::replace(members.begin(), members.end(), '\'', '"');
  return messages(R"({"resourceType":"Patient",)" + members + "}");
}

std::vector<std::string> in_observation(std::string members) {
  std::replace(members.begin(), members.end(), '\'', '"');
  return messages(R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)" +
                  members + "}");
}

TEST(StructureTest, EveryFaultNamesElementValueAndRemedy) {
  struct Case {
    const char *members, *begins;
  };
  const Case cases[] = {
      {"'wolf':1", "Patient.wolf: Patient of FHIR R4 has no element of this name; leave it out"},
      {"'name':[]", "Patient.name: an empty array; leave it out"},
      {"'name':{}", "Patient.name: an object where FHIR R4 has an array; send it in [ ]"},
      {"'name':[{}]", "Patient.name[0]: has no content (ele-1"},
      {"'name':[{'id':'a'}]", "Patient.name[0]: has no content (ele-1"},
      {"'name':['Ana']", "Patient.name[0]: a string where FHIR R4 has one object (HumanName)"},
      {"'name':[null]", "Patient.name[0]: null where FHIR R4 has one object (HumanName)"},
      {"'active':[true]", "Patient.active: an array where FHIR R4 has one value"},
      {"'active':'true'", "Patient.active: \"true\" is not a boolean; send true or false"},
      {"'birthDate':'2020-02-30'", "Patient.birthDate: \"2020-02-30\" is not a date; write YYYY"},
      {"'birthDate':'2020-02-03T10:00:00Z'", "Patient.birthDate: \"2020-02-03T10:00:00Z\" is not"},
      {"'birthDate':20200203", "Patient.birthDate: 20200203 is not a date"},
      {"'gender':'F'",
       "Patient.gender: \"F\" is not a code of "
       "http://hl7.org/fhir/ValueSet/administrative-gender; send one of female, male, other, "
       "unknown"},
      {"'gender':' female'", "Patient.gender: \" female\" is not a code; write it without spaces"},
      {"'name':[{'family':''}]", "Patient.name[0].family: \"\" is not a string"},
      {"'deceasedBoolean':true,'deceasedDateTime':'2020'",
       "Patient.deceasedDateTime: deceasedBoolean is there too, and deceased[x] may be said in "
       "one form only"},
      {"'contact':[{'gender':'male'}]", "Patient.contact[0]: breaks pat-1: SHALL at least contain"},
      {"'communication':[{'preferred':true}]",
       "Patient.communication[0].language: missing; FHIR R4 requires it in Patient.communication"},
      {"'link':[{'type':'refer','other':{'reference':'Location/1'}}]",
       "Patient.link[0].other: refers to a Location; it may refer to Patient, RelatedPerson"},
      {"'managingOrganization':{'reference':'#none'}",
       "Patient.managingOrganization: breaks ref-1"},
      {"'extension':[{'url':'urn:x'}]", "Patient.extension[0]: breaks ext-1"},
      {"'extension':[{'valueString':'x'}]", "Patient.extension[0].url: missing"},
      {"'multipleBirthInteger':2147483648",
       "Patient.multipleBirthInteger: 2147483648 is not an integer"},
      {"'photo':[{'contentType':'image/png','data':'abc'}]",
       "Patient.photo[0].data: the text is not base64"},
      {"'meta':{'lastUpdated':'2020-01-01'}", "Patient.meta.lastUpdated: \"2020-01-01\" is not an"},
      {"'id':'a_b'", "Patient.id: \"a_b\" is not an id"},
      {"'text':{'status':'generated','div':'<div>x<script>y</script></div>'}",
       "Patient.text.div: the text is not xhtml of a narrative"},
      {"'text':{'status':'generated','div':'<div> </div>'}", "Patient.text.div: the text is not"},
  };
  for (const auto& [members, begins] : cases)
    EXPECT_THAT(in_patient(members), ElementsAre(StartsWith(begins))) << members;
}

TEST(StructureTest, WhatIsRightIsRight) {
  for (const char* members : {
           "'active':true",
           "'deceasedBoolean':false",
           "'birthDate':'2020','_birthDate':{'extension':[{'url':'urn:t','valueTime':'10:00:00'}]}",
           "'name':[{'given':['Ana',null],'_given':[null,{'id':'x','extension':[{'url':'urn:x',"
           "'valueCode':'y'}]}]}]",
           "'contained':[{'resourceType':'Organization','id':'o','name':'x'}],"
           "'managingOrganization':{'reference':'#o'}",
           "'link':[{'type':'refer','other':{'reference':'http://x.org/fhir/Patient/1'}}]",
           "'text':{'status':'generated','div':'<div xmlns=\\'u\\'><p class=\\'on "
           "x\\'>a</p></div>'}",
       }) {
    std::string escaped(members);
    for (auto at = escaped.find("\\'"); at != std::string::npos; at = escaped.find("\\'"))
      escaped.replace(at, 2, "\\\"");
    EXPECT_THAT(in_patient(escaped), IsEmpty()) << members;
  }
}

TEST(StructureTest, AReferenceNamesItsType) {
  EXPECT_EQ(referenced_type("Patient/1"), "Patient");
  EXPECT_EQ(referenced_type("http://x.org/fhir/Patient/1/_history/2"), "Patient");
  EXPECT_EQ(referenced_type("Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1"),
            "Practitioner");
  EXPECT_EQ(referenced_type("urn:uuid:1"), "");
  EXPECT_EQ(referenced_type("http://x.org/sid/1"), "");
  EXPECT_EQ(referenced_type("/1"), "");
}

TEST(StructureTest, ANullInAListNeedsItsExtensions) {
  EXPECT_THAT(in_patient("'name':[{'given':['Ana',null]}]"),
              ElementsAre(StartsWith("Patient.name[0].given[1]: null without extensions")));
  EXPECT_THAT(
      in_patient("'name':[{'given':['Ana'],'_given':[null,null]}]"),
      ElementsAre(StartsWith("Patient.name[0]._given[1]: null where the value is missing")));
}

TEST(StructureTest, ARequiredElementMayBeAnExtension) {
  EXPECT_THAT(
      messages(
          R"({"resourceType":"Observation","_status":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"code":{"text":"x"}})"),
      IsEmpty());
  EXPECT_THAT(messages(R"({"resourceType":"Observation"})"),
              ElementsAre("Observation.status: missing; FHIR R4 requires it in Observation",
                          "Observation.code: missing; FHIR R4 requires it in Observation"));
}

TEST(StructureTest, ElementsOfElementsAreOfTheTypeThatIsReferredTo) {
  EXPECT_THAT(in_observation("'component':[{'code':{'text':'y'},'referenceRange':[{'wolf':1}]}]"),
              ElementsAre(StartsWith("Observation.component[0].referenceRange[0].wolf: "
                                     "Observation.referenceRange of FHIR R4 has no element"),
                          StartsWith("Observation.component[0].referenceRange[0]: breaks obs-3")));
}

TEST(StructureTest, ACodedRequiredElementHasACodeOfItsValueSet) {
  const std::string begin =
      R"({"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/1"},"clinicalStatus":)";
  EXPECT_THAT(
      messages(
          begin +
          R"({"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]}})"),
      IsEmpty());
  EXPECT_THAT(messages(begin + R"({"text":"active"}})"),
              ElementsAre(StartsWith("AllergyIntolerance.clinicalStatus: has no code of "
                                     "http://hl7.org/fhir/ValueSet/allergyintolerance-clinical")));
}

TEST(StructureTest, InvariantsAreChecked) {
  const std::pair<const char*, const char*> cases[] = {
      {"'valueString':'x','dataAbsentReason':{'text':'y'}", "Observation: breaks obs-6"},
      {"'effectivePeriod':{'start':'2020-02-02','end':'2020-02-01'}",
       "Observation.effectivePeriod: breaks per-1"},
      {"'valueQuantity':{'value':1,'code':'mg'}", "Observation.valueQuantity: breaks qty-3"},
      {"'valueRatio':{'numerator':{'value':1}}", "Observation.valueRatio: breaks rat-1"},
      {"'valueRange':{'low':{'value':2},'high':{'value':1}}",
       "Observation.valueRange: breaks rng-2"},
      {"'referenceRange':[{'appliesTo':[{'text':'x'}]}]",
       "Observation.referenceRange[0]: breaks obs-3"},
      {"'valueRange':{'low':{'value':2,'comparator':'<'}}",
       "Observation.valueRange.low.comparator: not allowed in a SimpleQuantity"},
  };
  for (const auto& [members, begins] : cases)
    EXPECT_THAT(in_observation(members), ElementsAre(StartsWith(begins))) << members;
  EXPECT_THAT(in_observation("'effectivePeriod':{'start':'2020-02-02','end':'2020'}"), IsEmpty());
}

TEST(StructureTest, ContainedResourcesFollowTheirRules) {
  const std::string used = "'generalPractitioner':[{'reference':'#p'}],'contained':[";
  EXPECT_THAT(in_patient(used + "{'resourceType':'Practitioner','id':'p','wolf':1}]"),
              ElementsAre(StartsWith("Patient.contained[0].wolf")));
  EXPECT_THAT(
      in_patient(used + "{'resourceType':'Practitioner','id':'p','meta':{'versionId':'1'}}]"),
      ElementsAre(StartsWith("Patient.contained[0].meta.versionId: breaks dom-4")));
  EXPECT_THAT(in_patient("'contained':[{'resourceType':'Practitioner','id':'p','active':true}]"),
              ElementsAre(StartsWith("Patient.contained[0]: breaks dom-3")));
}

TEST(StructureTest, AllIssuesAreCountedAndFiftyAreKept) {
  std::string names;
  for (int i = 0; i < 80; ++i) names += (i ? ",{'wolf':1}" : "{'wolf':1}");
  std::string text = R"({"resourceType":"Patient","name":[)" + names + "]}";
  std::replace(text.begin(), text.end(), '\'', '"');
  const auto document = json::Document::parse(text).value();
  Issues issues;
  check_structure(document.root(), issues);
  EXPECT_EQ(issues.count(), 80u);
  EXPECT_THAT(issues.kept(), SizeIs(50));
  EXPECT_NE(outcome_json(issues, "").find("30 more issues are not shown"), std::string::npos);
}

// A key that no definition has, or that means different things in two types, checks nothing or
// the wrong thing.
TEST(StructureTest, EveryCheckedInvariantIsR4sAndMeansOneThing) {
  for (const auto& checked : checked_invariants()) {
    std::set<std::string_view> expressions;
    for (const auto& type : events::fhir::all_definitions()) {
      for (const auto* invariant : type.invariants) {
        const bool meant = checked.type.empty() || checked.type == type.name;
        if (meant && invariant->key == checked.key) expressions.insert(invariant->expression);
      }
    }
    EXPECT_THAT(expressions, SizeIs(1)) << checked.key;
  }
}

std::vector<std::string> complaints_of(const char* file) {
  std::vector<std::string> complaints;
  ingest::test::for_each_line(ingest::test::data_file(file), 100'000, [&](std::string_view line) {
    const auto document = json::Document::parse(line).value();
    Issues issues;
    check_structure(document.root(), issues);
    if (!issues.has_errors()) return;
    complaints.push_back(issues.kept().front().message);
  });
  return complaints;
}

// Seven of 368 are truly invalid: six refer to what R4 does not allow there or lack an element,
// two (as R4 publishes them) have an empty narrative, which breaks txt-2.
TEST(StructureTest, TheOfficialExamplesAreValidButForThese) {
  NEEDS_DATA("fhir/r4-examples.ndjson.zst");
  EXPECT_THAT(
      complaints_of("fhir/r4-examples.ndjson.zst"),
      ::testing::UnorderedElementsAre(
          StartsWith("ActivityDefinition.text.div: the text is not xhtml of a narrative"),
          StartsWith("EventDefinition.text.div: the text is not xhtml of a narrative"),
          StartsWith("DeviceMetric.parent: refers to a DeviceDefinition; it may refer to Device"),
          StartsWith("DeviceUseStatement.reasonReference[0]: refers to a Procedure"),
          StartsWith("MedicationRequest.dispenseRequest.performer: refers to a Practitioner"),
          StartsWith("Observation.performer[0]: refers to a Encounter"),
          StartsWith("Questionnaire.item[0].item[0].linkId: missing")));
}

TEST(StructureTest, TheUsCoreExamplesAreValidButForOne) {
  NEEDS_DATA("fhir/us-core-examples.ndjson.zst");
  EXPECT_THAT(complaints_of("fhir/us-core-examples.ndjson.zst"),
              ElementsAre(StartsWith("DiagnosticReport.text.div: missing")));
}

}  // namespace
}  // namespace ingest::validation
