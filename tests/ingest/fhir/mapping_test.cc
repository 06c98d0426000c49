#include "ingest/fhir/mapping.h"

#include "tests/ingest/fhir/mapped.h"

namespace ingest::fhir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace test;

const std::string prescription =
    R"({'resourceType':'MedicationRequest','status':'active','intent':'order',
  'subject':{'reference':'Patient/ana'},)";

TEST(Mapping, EveryRefusalNamesElementValueAndRemedy) {
  struct Case {
    const char *text, *message;
  };
  const Case cases[] = {
      {"{'resourceType':'Spaceship'}",
       R"(resourceType: "Spaceship" is not a type this server keeps; /fhir/metadata lists those)"},
      {"{}", "resourceType: missing; send a FHIR resource, a JSON object that says its type"},
      {"[]", "resourceType: missing; send a FHIR resource, a JSON object that says its type"},
      {"{'resourceType':'Patient','id':'a b'}",
       R"(Patient.id: "a b" is not an id; write 1 to 64 of A-Z a-z 0-9 - .)"},
      {"{'resourceType':'Patient','name':{'family':'X'}}",
       "Patient.name: an object where FHIR R4 has an array; send it in [ ]"},
      {"{'resourceType':'Patient','maritalStatus':[{}]}",
       "Patient.maritalStatus: an array where FHIR R4 has one object; send it in { }"},
      {"{'resourceType':'Patient','name':['Secret Name']}",
       "Patient.name[0]: a string where FHIR R4 has one object; send it in { }"},
      {"{'resourceType':'Patient','name':[{'family':5}]}",
       "Patient.name[0].family: 5 where FHIR R4 has a string; send it in quotes"},
      {"{'resourceType':'Patient','name':[{'family':null}]}",
       "Patient.name[0].family: null where FHIR R4 has a string; send it in quotes"},
      {"{'resourceType':'Patient','name':[{'family':'a\\u0000b'}]}",
       "Patient.name[0].family: a string with control characters; send it without them"},
      {"{'resourceType':'Patient','active':'true'}",
       "Patient.active: a string where FHIR R4 has a boolean; send true or false without quotes"},
      {"{'resourceType':'Patient','gender':'F'}",
       R"(Patient.gender: "F" is not a code FHIR R4 has here; send one of male, female, other, unknown)"},
      {"{'resourceType':'Patient','birthDate':'2024-01-02T10:00:00Z'}",
       R"(Patient.birthDate: "2024-01-02T10:00:00Z" has a time of day; write YYYY, YYYY-MM or YYYY-MM-DD)"},
      {"{'resourceType':'Patient','deceasedBoolean':true,'deceasedDateTime':'2020'}",
       "Patient.deceasedDateTime: deceased[x] is said twice; send one of them"},
      {"{'resourceType':'Condition'}", "Condition.subject: missing; FHIR R4 requires it, send it"},
      {"{'resourceType':'Observation','status':'final','code':{},'valueQuantity':{'value':'5'}}",
       "Observation.valueQuantity.value: a string where FHIR R4 has a number; send its digits "
       "without quotes"},
      {"{'resourceType':'Observation','status':'final','code':{},'valueDecimal':5}",
       "Observation.valueDecimal: not an element of FHIR R4; value[x] is one of valueQuantity, "
       "valueCodeableConcept, valueString, valueBoolean, valueInteger, valueRange, valueRatio, "
       "valueSampledData, "
       "valueTime, valueDateTime, valuePeriod"},
      {"{'resourceType':'Immunization','status':'completed','vaccineCode':{},'patient':{'reference'"
       ":'Patient/a'}}",
       "Immunization.occurrence[x]: missing; FHIR R4 requires it, send it"},
  };
  for (const Case& bad : cases)
    EXPECT_THAT(mapped_quoted(bad.text).messages(), ElementsAre(bad.message)) << bad.text;
}

TEST(Mapping, AnImpossibleDateIsRefusedWithItsElementAndValue) {
  const auto result = mapped_quoted("{'resourceType':'Patient','birthDate':'2024-13-01'}");
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_THAT(result.errors[0].message, ::testing::HasSubstr("Patient.birthDate: \"2024-13-01\""));
  EXPECT_EQ(result.errors[0].element, "Patient.birthDate");
  EXPECT_EQ(result.errors[0].code, events::ErrorCode::unprocessable);
}

TEST(Mapping, AllErrorsOfAResourceAreFoundAndPlacedInTheBundle) {
  const auto text = R"({"resourceType":"Bundle","entry":[{},{"resource":
    {"resourceType":"MedicationRequest","status":"on","authoredOn":"x","subject":[]}}]})";
  const auto document = json::Document::parse(text).value();
  const auto result =
      map_resource(document.root()["entry"].at(1)["resource"], "made", {literal, nullptr});
  ASSERT_FALSE(result);
  std::vector<std::string> elements;
  for (const auto& error : result.error()) elements.push_back(error.element);
  EXPECT_THAT(elements, ::testing::UnorderedElementsAre("Bundle.entry[1].resource.status",
                                                        "Bundle.entry[1].resource.intent",
                                                        "Bundle.entry[1].resource.authoredOn",
                                                        "Bundle.entry[1].resource.subject",
                                                        "Bundle.entry[1].resource.medication[x]"));
}

TEST(Mapping, AnExtensionMayStandForARequiredPrimitive) {
  const auto result = mapped_quoted(R"({'resourceType':'Observation','code':{'text':'x'},
    '_status':{'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/data-absent-reason','valueCode':'unknown'}]}})");
  EXPECT_THAT(result.messages(), IsEmpty());
}

TEST(Mapping, MetaAndIdentifiersAreKept) {
  const auto result =
      mapped_quoted(R"({'resourceType':'Patient','id':'ana','meta':{'profile':['http://p'],
    'tag':[{'code':'t'}],'security':[{'code':'HTEST'}]},
    'identifier':[{'system':'urn:mrn','value':'1'},{'system':'urn:empty'},{'value':'2'}]})");
  EXPECT_EQ(result.facts.id, "ana");
  EXPECT_THAT(result.facts.profiles, ElementsAre("http://p"));
  EXPECT_EQ(result.facts.tags.at(0)->code + result.facts.security.at(0)->code, "tHTEST");
  ASSERT_EQ(result.resource.identifiers.size(), 2u);
  EXPECT_EQ(result.resource.identifiers[0].system + result.resource.identifiers[0].value,
            "urn:mrn1");
  EXPECT_EQ(result.resource.identifiers[1].system + result.resource.identifiers[1].value, "2");
}

// Also where no table looks: in contained resources and extensions.
TEST(Mapping, EveryReferenceIsAskedForOnceAndReplacedWhereItLies) {
  const std::string text = R"({"resourceType":"Condition","subject":{"reference":"urn:uuid:p"},
    "contained":[{"resourceType":"Device","id":"d","patient":{"reference":"urn:uuid:p"}}],
    "extension":[{"url":"x","valueReference":{"reference":"Group?name=y"}},{"url":"z","valueReference":{"reference":"#d"}}]})";
  std::vector<std::string> asked;
  const auto resolve = [&](std::string_view sent,
                           const json::Value& place) -> events::Result<ResolvedReference> {
    asked.push_back(std::string(sent));
    EXPECT_EQ(place.string(), sent);
    if (sent.starts_with("Group")) return ResolvedReference{events::ResourceType::Group, "g", true};
    return ResolvedReference{events::ResourceType::Patient, "ana", true};
  };
  const auto result = mapped(text, {resolve, nullptr});

  EXPECT_THAT(asked, ElementsAre("urn:uuid:p", "urn:uuid:p", "Group?name=y"));
  std::vector<std::string> replaced;
  for (const auto& at : result.resource.replaced_references) {
    replaced.push_back(text.substr(at.begin, at.end - at.begin) + "=" + at.text);
  }
  EXPECT_THAT(replaced, ElementsAre("urn:uuid:p=Patient/ana", "urn:uuid:p=Patient/ana",
                                    "Group?name=y=Group/g"));
  EXPECT_THAT(result.resource.subjects, ElementsAre("ana"));
}

TEST(Mapping, AReferenceThatLeadsNowhereRefusesTheResourceAndOneFromElsewhereIsKept) {
  const auto nowhere = [](std::string_view,
                          const json::Value& place) -> events::Result<ResolvedReference> {
    return events::unprocessable("leads nowhere", place.path());
  };
  const auto refused = mapped_quoted(
      "{'resourceType':'Condition','subject':{'reference':'urn:uuid:x'}}", {nowhere, nullptr});
  ASSERT_EQ(refused.errors.size(), 1u);
  EXPECT_EQ(refused.errors[0].element, "Condition.subject.reference");

  const auto kept =
      mapped_quoted("{'resourceType':'Condition','subject':{'reference':'http://else/Patient/1'}}");
  EXPECT_THAT(kept.resource.subjects, IsEmpty());
  EXPECT_EQ(kept.facts.subjects.at(0)->literal, "http://else/Patient/1");
}

TEST(Medications, APrescriptionKeepsDoseAndSupply) {
  const auto order = fields_of<schema::MedicationRequestT>(
      prescription + R"('doNotPerform':true,'reportedBoolean':false,
    'medicationCodeableConcept':{'coding':[{'code':'860975'}]},'authoredOn':'2020-01-02','note':[{'text':'with food'}],
    'dosageInstruction':[{'text':'1 tablet twice daily','asNeededBoolean':true,'route':{'text':'oral'},
      'timing':{'code':{'text':'BID'},'repeat':{'frequency':2,'period':1.0,'periodUnit':'d'}},
      'doseAndRate':[{'doseRange':{'low':{'value':1},'high':{'value':2}}}]}],
    'dispenseRequest':{'numberOfRepeatsAllowed':3,'quantity':{'value':60,'unit':'tab'},'validityPeriod':{'end':'2021'}}})");
  EXPECT_EQ(code_of(order.medication), "860975");
  EXPECT_TRUE(order.do_not_perform);
  EXPECT_EQ(order.reported, false);
  const auto& dosage = *order.dosages.at(0);
  EXPECT_EQ(dosage.text + "|" + dosage.route->text + "|" + dosage.timing_text,
            "1 tablet twice daily|oral|BID");
  EXPECT_EQ(dosage.frequency + " " + dosage.period + " " + dosage.period_unit, "2 1.0 d");
  EXPECT_TRUE(dosage.as_needed);
  EXPECT_EQ(amount_of(dosage.dose) + amount_of(dosage.dose_high), "1 2 ");
  EXPECT_EQ(order.repeats_allowed + " " + amount_of(order.dispense_quantity), "3 60 tab");
  EXPECT_EQ(text_of(order.dispense_validity->end), "2021");
  EXPECT_THAT(order.notes, ElementsAre("with food"));
}

TEST(Medications, TheCodeOfAReferencedMedicationIsCopied) {
  const auto medication =
      mapped_quoted("{'resourceType':'Medication','code':{'coding':[{'code':'860975'}]}}");
  const auto look_up = [&](const ResolvedReference& reference) -> events::Result<std::string> {
    EXPECT_EQ(reference.id, "m");
    return medication.resource.facts;
  };
  const auto order = mapped_quoted(
      prescription + "'medicationReference':{'reference':'Medication/m'}}", {literal, look_up});
  ASSERT_THAT(order.messages(), IsEmpty());
  EXPECT_EQ(code_of(order.facts.of.AsMedicationRequest()->medication), "860975");
  EXPECT_EQ(target_of(order.facts.of.AsMedicationRequest()->medication_reference), "Medication/m");
}

TEST(Medications, TheCodeOfAContainedMedicationIsCopiedAndAMissingOneRefused) {
  const auto order = fields_of<schema::MedicationRequestT>(
      prescription + R"('medicationReference':{'reference':'#m'},
    'contained':[{'resourceType':'Medication','id':'m','code':{'coding':[{'code':'860975'}]}}]})");
  EXPECT_EQ(code_of(order.medication), "860975");
  EXPECT_EQ(target_of(order.medication_reference), "#m");
  EXPECT_THAT(mapped_quoted(prescription + "'medicationReference':{'reference':'#n'}}").messages(),
              ElementsAre("MedicationRequest.medicationReference.reference: leads to no contained "
                          "Medication; send it "
                          "in `contained`"));
}

TEST(Medications, StatementsDispensesAndAdministrationsKeepTheirTimes) {
  const std::string drug =
      "'subject':{'reference':'Patient/ana'},'medicationCodeableConcept':{'text':'aspirin'},";
  const auto taken = fields_of<schema::MedicationStatementT>(
      "{'resourceType':'MedicationStatement','status':'not-taken'," + drug +
      "'effectivePeriod':{'start':'2020'}}");
  EXPECT_EQ(taken.status + " " + text_of(taken.effective_period->start), "not-taken 2020");
  const auto handed = fields_of<schema::MedicationDispenseT>(
      "{'resourceType':'MedicationDispense','status':'completed'," + drug +
      "'whenHandedOver':'2021','daysSupply':{'value':30,'unit':'d'},"
      "'authorizingPrescription':[{'reference':'MedicationRequest/r'}]}");
  EXPECT_EQ(text_of(handed.handed_over) + " " + amount_of(handed.days_supply), "2021 30 d");
  EXPECT_EQ(target_of(handed.prescriptions), "MedicationRequest/r");
  const auto given = fields_of<schema::MedicationAdministrationT>(
      "{'resourceType':'MedicationAdministration','status':'completed'," + drug +
      "'effectiveDateTime':'2022','dosage':{'dose':{'value':81,'unit':'mg'}}}");
  EXPECT_EQ(text_of(given.effective) + " " + amount_of(given.dose) + " " + given.medication->text,
            "2022 81 mg aspirin");
  const auto pill = fields_of<schema::MedicationT>(
      "{'resourceType':'Medication','ingredient':[{'itemCodeableConcept':{'text':'aspirin'}}]}");
  EXPECT_EQ(pill.ingredients.at(0)->text, "aspirin");
}

}  // namespace
}  // namespace ingest::fhir
