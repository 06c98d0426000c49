// What each family of types keeps of a resource: small ones made here.
#include "tests/ingest/fhir/mapped.h"

namespace ingest::fhir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace test;

TEST(People, APatientKeepsNamesDatesAndUsCoreExtensions) {
  const auto patient = fields_of<schema::PatientT>(R"({'resourceType':'Patient','active':true,
    'extension':[
      {'url':'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race','extension':[
        {'url':'ombCategory','valueCoding':{'code':'2028-9'}},{'url':'ombCategory','valueCoding':{'code':'2106-3'}},
        {'url':'detailed','valueCoding':{'code':'2036-2'}},{'url':'text','valueString':'x'}]},
      {'url':'http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity','extension':[
        {'url':'detailed','valueCoding':{'code':'2148-5'}}]},
      {'url':'http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex','valueCode':'F'}],
    'name':[{'use':'official','family':'Solis','given':['Ana',null,'María']}],
    'telecom':[{'system':'phone','value':'555','use':'home'}],
    'gender':'female','birthDate':'1974-12','deceasedDateTime':'2020-02-29T10:00:00Z',
    'address':[{'line':['1 Road'],'city':'Town','postalCode':'01234'}],
    'communication':[{'language':{'text':'French'}},{'language':{'text':'Spanish'},'preferred':true}],
    'multipleBirthInteger':2,'generalPractitioner':[{'reference':'Practitioner/p'}]})");

  EXPECT_EQ(patient.names.at(0)->family, "Solis");
  EXPECT_THAT(patient.names.at(0)->given, ElementsAre("Ana", "María"));
  EXPECT_EQ(patient.telecom.at(0)->value, "555");
  EXPECT_EQ(patient.gender, "female");
  EXPECT_EQ(text_of(patient.birth_date), "1974-12");
  EXPECT_LT(patient.birth_date->low, patient.birth_date->high);
  EXPECT_EQ(patient.deceased, true);
  EXPECT_EQ(text_of(patient.deceased_at), "2020-02-29T10:00:00Z");
  EXPECT_EQ(patient.addresses.at(0)->postal_code, "01234");
  ASSERT_EQ(patient.race.size(), 2u) << "the OMB categories, not the detailed codes under them";
  EXPECT_EQ(patient.race[1]->code, "2106-3");
  EXPECT_EQ(patient.ethnicity.at(0)->code, "2148-5");
  EXPECT_EQ(patient.birth_sex, "F");
  EXPECT_EQ(patient.language->text, "Spanish");
  EXPECT_EQ(patient.multiple_birth, "2");
  EXPECT_EQ(target_of(patient.general_practitioners), "Practitioner/p");
}

TEST(People, AbsentBooleansStayAbsent) {
  const auto patient =
      fields_of<schema::PatientT>("{'resourceType':'Patient','deceasedBoolean':false}");
  EXPECT_EQ(patient.active, flatbuffers::nullopt);
  EXPECT_EQ(patient.deceased, false);
}

TEST(People, RolesAndRelatedPersonsKeepWhoTheyLinkTo) {
  const auto role = fields_of<schema::PractitionerRoleT>(R"({'resourceType':'PractitionerRole',
    'practitioner':{'reference':'Practitioner/p'},'organization':{'reference':'Organization/o'},
    'code':[{'coding':[{'code':'208D00000X'}]}],'location':[{'reference':'Location/l'}]})");
  EXPECT_EQ(target_of(role.practitioner) + " " + target_of(role.organization),
            "Practitioner/p Organization/o");
  EXPECT_EQ(code_of(role.codes.at(0)), "208D00000X");
  EXPECT_EQ(target_of(role.locations), "Location/l");
  const auto mother =
      mapped_quoted("{'resourceType':'RelatedPerson','patient':{'reference':'Patient/ana'}}");
  EXPECT_THAT(mother.resource.subjects, ElementsAre("ana"));
  const auto practitioner = fields_of<schema::PractitionerT>(
      "{'resourceType':'Practitioner','qualification':[{'code':{'coding':[{'code':'MD'}]}}]}");
  EXPECT_EQ(code_of(practitioner.qualifications.at(0)), "MD");
}

TEST(Places, OrganizationsAndLocationsKeepNameAndPlace) {
  const auto place =
      fields_of<schema::LocationT>(R"({'resourceType':'Location','status':'active','name':'West',
    'address':{'city':'Town'},'position':{'latitude':42.30,'longitude':-71.1},
    'managingOrganization':{'reference':'Organization/o'}})");
  EXPECT_EQ(place.latitude + " " + place.longitude, "42.30 -71.1") << "digits as sent";
  EXPECT_EQ(place.address->city, "Town");
  EXPECT_EQ(target_of(place.managing_organization), "Organization/o");
  const auto hospital = fields_of<schema::OrganizationT>(
      "{'resourceType':'Organization','name':'General','type':[{'coding':[{'code':'prov'}]}]}");
  EXPECT_EQ(hospital.name + " " + code_of(hospital.types.at(0)), "General prov");
}

TEST(Encounters, KeepClassPeriodAndWhoTookPart) {
  const auto visit =
      fields_of<schema::EncounterT>(R"({'resourceType':'Encounter','status':'finished',
    'class':{'code':'AMB'},'type':[{'coding':[{'code':'185345009'}]}],
    'period':{'start':'2020-01-02T03:04:05-05:00','end':'2020-01-02'},
    'participant':[{'type':[{'coding':[{'code':'PPRF'}]}],'individual':{'reference':'Practitioner/p'}}],
    'location':[{'location':{'reference':'Location/l'}}],'serviceProvider':{'reference':'Organization/o'},
    'diagnosis':[{'condition':{'reference':'Condition/c'}}],
    'hospitalization':{'dischargeDisposition':{'coding':[{'code':'home'}]}}})");
  EXPECT_EQ(visit.class_->code, "AMB");
  EXPECT_EQ(text_of(visit.period->start), "2020-01-02T03:04:05-05:00");
  EXPECT_EQ(code_of(visit.participants.at(0)->role.at(0)), "PPRF");
  EXPECT_EQ(target_of(visit.participants.at(0)->who), "Practitioner/p");
  EXPECT_EQ(target_of(visit.locations) + " " + target_of(visit.diagnoses),
            "Location/l Condition/c");
  EXPECT_EQ(code_of(visit.discharge_disposition), "home");
}

TEST(Conditions, KeepOnsetAndAbatementInEachForm) {
  const std::string head = "{'resourceType':'Condition','subject':{'reference':'Patient/ana'},";
  auto problem =
      fields_of<schema::ConditionT>(head +
                                    "'code':{'coding':[{'code':'44054006'}]},'onsetDateTime':'2011'"
                                    ",'abatementString':'long ago'}");
  EXPECT_EQ(code_of(problem.code) + " " + text_of(problem.onset) + " " + problem.abatement_text,
            "44054006 2011 long ago");
  problem = fields_of<schema::ConditionT>(head + "'onsetAge':{'value':52,'unit':'years'}}");
  EXPECT_EQ(problem.onset_text, "52 years");
  problem = fields_of<schema::ConditionT>(
      head + "'onsetRange':{'low':{'value':3,'code':'a'},'high':{'value':5,'code':'a'}}}");
  EXPECT_EQ(problem.onset_text, "3 a - 5 a");
  problem = fields_of<schema::ConditionT>(head + "'onsetPeriod':{'start':'2010'}}");
  EXPECT_EQ(text_of(problem.onset_period->start), "2010");
}

TEST(Conditions, AnAllergyKeepsItsReactionsAndCriticality) {
  const auto allergy =
      fields_of<schema::AllergyIntoleranceT>(R"({'resourceType':'AllergyIntolerance',
    'patient':{'reference':'Patient/ana'},'type':'allergy','category':['food','environment'],'criticality':'high',
    'code':{'text':'peanut'},'reaction':[{'manifestation':[{'text':'hives'}],'severity':'severe'}]})");
  EXPECT_THAT(allergy.categories, ElementsAre("food", "environment"));
  EXPECT_EQ(allergy.criticality + " " + allergy.code->text, "high peanut");
  EXPECT_EQ(
      allergy.reactions.at(0)->manifestation.at(0)->text + " " + allergy.reactions[0]->severity,
      "hives severe");
}

TEST(Observations, ValuesKeepTheirDigitsAndKinds) {
  const std::string head = "{'resourceType':'Observation','status':'final','code':{'text':'x'},";
  const auto value = [&](const std::string& member) {
    return fields_of<schema::ObservationT>(head + member + "}");
  };
  const auto amount = value("'valueQuantity':{'value':185.00,'comparator':'<','unit':'mg'}");
  EXPECT_EQ(amount_of(amount.value->quantity), "<185.00 mg");
  EXPECT_EQ(code_of(value("'valueCodeableConcept':{'coding':[{'code':'c'}]}").value->concept_),
            "c");
  EXPECT_EQ(value("'valueString':'clear'").value->text, "clear");
  EXPECT_EQ(value("'valueTime':'10:00:00'").value->text, "10:00:00");
  EXPECT_EQ(value("'valueBoolean':false").value->boolean, false);
  EXPECT_EQ(value("'valueInteger':7").value->integer, "7");
  EXPECT_EQ(text_of(value("'valueDateTime':'2020'").value->when), "2020");
  EXPECT_EQ(text_of(value("'valuePeriod':{'end':'2020'}").value->period->end), "2020");
  EXPECT_EQ(amount_of(value("'valueRange':{'high':{'value':2}}").value->range->high), "2 ");
  EXPECT_EQ(amount_of(value("'valueRatio':{'denominator':{'value':128}}").value->ratio_denominator),
            "128 ");
  EXPECT_EQ(value("'issued':'2020-01-01T00:00:00Z'").value, nullptr);
}

TEST(Observations, ComponentsRangesAndMembersAreKept) {
  const auto panel =
      fields_of<schema::ObservationT>(R"({'resourceType':'Observation','status':'final',
    'code':{'coding':[{'code':'85354-9'}]},'effectiveInstant':'2020-01-01T00:00:00Z',
    'component':[{'code':{'coding':[{'code':'8480-6'}]},'valueQuantity':{'value':120,'unit':'mmHg'}},
                 {'code':{'coding':[{'code':'8462-4'}]},'dataAbsentReason':{'coding':[{'code':'unknown'}]}}],
    'referenceRange':[{'high':{'value':140,'unit':'mmHg'},'text':'adult'}],
    'hasMember':[{'reference':'Observation/m'}]})");
  ASSERT_EQ(panel.components.size(), 2u);
  EXPECT_EQ(amount_of(panel.components[0]->value->quantity), "120 mmHg");
  EXPECT_EQ(code_of(panel.components[1]->absent), "unknown");
  EXPECT_EQ(amount_of(panel.reference_ranges.at(0)->high), "140 mmHg");
  EXPECT_EQ(target_of(panel.members), "Observation/m");
  EXPECT_EQ(text_of(panel.effective), "2020-01-01T00:00:00Z");
}

TEST(Observations, ReportsAndSpecimensKeepTheirLinks) {
  const auto report =
      fields_of<schema::DiagnosticReportT>(R"({'resourceType':'DiagnosticReport','status':'final',
    'code':{'text':'panel'},'result':[{'reference':'Observation/a'},{'reference':'Observation/b'}],
    'media':[{'link':{'reference':'Media/m'}}],'presentedForm':[{'title':'Report'}],'conclusion':'fine'})");
  EXPECT_EQ(target_of(report.results) + " " + target_of(report.media),
            "Observation/a Observation/b Media/m");
  EXPECT_THAT(report.presented_titles, ElementsAre("Report"));
  const auto specimen = fields_of<schema::SpecimenT>(
      "{'resourceType':'Specimen','collection':{'collectedDateTime':'2020','bodySite':{'text':'arm'"
      "}}}");
  EXPECT_EQ(text_of(specimen.collected) + " " + specimen.body_site->text, "2020 arm");
}

TEST(Procedures, KeepWhenWhoAndWhat) {
  const auto done =
      fields_of<schema::ProcedureT>(R"({'resourceType':'Procedure','status':'completed',
    'subject':{'reference':'Patient/ana'},'code':{'text':'cast'},'performedPeriod':{'start':'2020'},
    'performer':[{'actor':{'reference':'Practitioner/p'}}]})");
  EXPECT_EQ(text_of(done.performed_period->start) + " " + target_of(done.performers),
            "2020 Practitioner/p");
  const auto shot =
      fields_of<schema::ImmunizationT>(R"({'resourceType':'Immunization','status':'completed',
    'patient':{'reference':'Patient/ana'},'vaccineCode':{'coding':[{'code':'140'}]},'occurrenceDateTime':'2020-10-01',
    'primarySource':false,'doseQuantity':{'value':0.50,'unit':'mL'},
    'protocolApplied':[{'doseNumberPositiveInt':2,'series':'flu'}]})");
  EXPECT_EQ(code_of(shot.vaccine) + " " + amount_of(shot.dose) + " " + shot.dose_number,
            "140 0.50 mL 2");
  EXPECT_EQ(shot.primary_source, false);
  const auto device = fields_of<schema::DeviceT>(R"({'resourceType':'Device','status':'active',
    'udiCarrier':[{'deviceIdentifier':'084','carrierHRF':'(01)084'}],'deviceName':[{'name':'Pump','type':'other'}]})");
  EXPECT_EQ(device.udi + " " + device.udi_carrier + " " + device.name, "084 (01)084 Pump");
  const auto study =
      fields_of<schema::ImagingStudyT>(R"({'resourceType':'ImagingStudy','status':'available',
    'subject':{'reference':'Patient/ana'},'series':[{'uid':'1.2','modality':{'code':'CT'},'instance':[{},{}]}]})");
  EXPECT_EQ(study.series.at(0)->modality->code, "CT");
  EXPECT_EQ(study.series[0]->instances, 2u);
  const auto supply = fields_of<schema::SupplyDeliveryT>(R"({'resourceType':'SupplyDelivery',
    'suppliedItem':{'quantity':{'value':3},'itemCodeableConcept':{'text':'mask'}},'occurrenceDateTime':'2021'})");
  EXPECT_EQ(amount_of(supply.quantity) + supply.item->text, "3 mask");
}

TEST(Plans, KeepStatusIntentAndWhatIsPlanned) {
  const auto plan =
      fields_of<schema::CarePlanT>(R"({'resourceType':'CarePlan','status':'active','intent':'plan',
    'subject':{'reference':'Patient/ana'},'activity':[{'reference':{'reference':'Task/t'}},
      {'detail':{'status':'in-progress','code':{'text':'walk'}}}],'goal':[{'reference':'Goal/g'}]})");
  ASSERT_EQ(plan.activities.size(), 1u);
  EXPECT_EQ(plan.activities[0]->status + " " + plan.activities[0]->code->text, "in-progress walk");
  const auto team = fields_of<schema::CareTeamT>(
      "{'resourceType':'CareTeam','participant':[{'role':[{'text':'nurse'}],'member':{'reference':'"
      "Practitioner/p'}}]}");
  EXPECT_EQ(team.participants.at(0)->role.at(0)->text + target_of(team.participants[0]->who),
            "nursePractitioner/p");
  const auto goal = fields_of<schema::GoalT>(R"({'resourceType':'Goal','lifecycleStatus':'active',
    'description':{'text':'weight'},'subject':{'reference':'Patient/ana'},'startDate':'2020-01-01',
    'target':[{'measure':{'text':'kg'},'dueDate':'2020-06'}]})");
  EXPECT_EQ(text_of(goal.start) + " " + text_of(goal.target_due) + " " + goal.targets.at(0)->text,
            "2020-01-01 2020-06 kg");
  const auto order =
      fields_of<schema::ServiceRequestT>(R"({'resourceType':'ServiceRequest','status':'active',
    'intent':'order','subject':{'reference':'Patient/ana'},'doNotPerform':true,'authoredOn':'2020'})");
  EXPECT_TRUE(order.do_not_perform);
  const auto answers = fields_of<schema::QuestionnaireResponseT>(
      "{'resourceType':'QuestionnaireResponse','status':'completed','identifier':{'value':'7'},'"
      "questionnaire':'http://q'}");
  EXPECT_EQ(answers.identifier->value + " " + answers.questionnaire, "7 http://q");
}

TEST(Documents, KeepKindDateAndAuthors) {
  const auto document =
      fields_of<schema::DocumentReferenceT>(R"({'resourceType':'DocumentReference',
    'status':'current','date':'2020-01-01T00:00:00Z','author':[{'reference':'Practitioner/p'}],
    'content':[{'attachment':{'contentType':'text/plain','title':'Note'},'format':{'code':'f'}}],
    'context':{'encounter':[{'reference':'Encounter/e'}]}})");
  EXPECT_THAT(document.content_types, ElementsAre("text/plain"));
  EXPECT_EQ(document.formats.at(0)->code + " " + target_of(document.encounters), "f Encounter/e");
}

TEST(Documents, AProvenanceBelongsToThePatientsAmongItsTargets) {
  const auto origin =
      mapped_quoted(R"({'resourceType':'Provenance','recorded':'2020-01-01T00:00:00Z',
    'target':[{'reference':'Condition/c'},{'reference':'Patient/ana'}],'agent':[{'who':{'reference':'Practitioner/p'}}]})");
  EXPECT_THAT(origin.messages(), IsEmpty());
  EXPECT_THAT(origin.resource.subjects, ElementsAre("ana"));
}

TEST(Money, ClaimsBenefitsAndCoverageKeepAmountsAndLinks) {
  const auto claim =
      fields_of<schema::ClaimT>(R"({'resourceType':'Claim','status':'active','type':{'text':'t'},
    'use':'claim','patient':{'reference':'Patient/ana'},'created':'2020','provider':{'reference':'Organization/o'},
    'priority':{'text':'n'},'insurance':[{'coverage':{'reference':'Coverage/c'}}],
    'item':[{'encounter':[{'reference':'Encounter/e'}]}],'total':{'value':85.50,'currency':'USD'}})");
  EXPECT_EQ(claim.total->value + " " + claim.total->code, "85.50 USD");
  EXPECT_EQ(target_of(claim.encounters) + " " + target_of(claim.coverages),
            "Encounter/e Coverage/c");
  const auto benefit =
      fields_of<schema::ExplanationOfBenefitT>(R"({'resourceType':'ExplanationOfBenefit',
    'status':'active','type':{'text':'t'},'use':'claim','patient':{'reference':'Patient/ana'},'created':'2020',
    'insurer':{'display':'I'},'provider':{'reference':'Organization/o'},'outcome':'complete',
    'payment':{'amount':{'value':1.0,'currency':'USD'}}})");
  EXPECT_EQ(benefit.payment->value + " " + benefit.insurer->display, "1.0 I");
  const auto coverage = mapped_quoted(R"({'resourceType':'Coverage','status':'active',
    'beneficiary':{'reference':'Patient/ana'},'payor':[{'reference':'Organization/o'}],
    'class':[{'type':{'coding':[{'code':'group'}]},'value':'G1'}]})");
  EXPECT_THAT(coverage.resource.subjects, ElementsAre("ana"));
  const auto* kept = coverage.facts.of.AsCoverage();
  ASSERT_TRUE(kept);
  EXPECT_EQ(code_of(kept->class_values.at(0)) + kept->class_values[0]->text, "groupG1");
}

TEST(General, TypesWithoutATableKeepWhatAlmostAllHave) {
  const auto task = mapped_quoted(
      R"({'resourceType':'Task','status':'requested','intent':'order','authoredOn':'2020',
    'for':{'reference':'Patient/ana'},'owner':{'reference':'Practitioner/p'},'focus':{'reference':'Condition/c'}})");
  EXPECT_THAT(task.messages(), IsEmpty());
  EXPECT_THAT(task.resource.subjects, ElementsAre("ana"));
  const auto* kept = task.facts.of.AsGeneral();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->status + " " + text_of(kept->when), "requested 2020");
  EXPECT_EQ(target_of(kept->actors) + " " + target_of(kept->references),
            "Practitioner/p Condition/c");
}

}  // namespace
}  // namespace ingest::fhir
