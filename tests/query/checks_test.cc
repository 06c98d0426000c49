// Drafted orders against a chart, through the route: what a clinician would be told.
#include <gmock/gmock.h>

#include <set>

#include "tests/query/checks_fixture.h"

namespace tests {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Order amlodipine{"308136", "amLODIPine 2.5 MG Oral Tablet"};
const Order simvastatin_20{"312961", "Simvastatin 20 MG Oral Tablet"};
const Order simvastatin_10{"314231", "Simvastatin 10 MG Oral Tablet"};
constexpr const char* once_daily =
    R"(,"dosageInstruction":[{"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}},
    "doseAndRate":[{"doseQuantity":{"value":1}}]}])";

class ChecksTest : public ChecksFixture {
 protected:
  static std::string simvastatin(const std::string& code, const std::string& mg,
                                 const std::string& dosage = once_daily) {
    return draft("new", code, "Simvastatin " + mg + " MG Oral Tablet", dosage);
  }
};

TEST_F(ChecksTest, ATierFollowsTheDoseAndEachCardSaysWhatItRestsOn) {
  given_patient();
  takes("list-1", amlodipine);

  const auto within = check(simvastatin("312961", "20"));
  const auto over = check(simvastatin("198211", "40"));

  EXPECT_THAT(lines(within, "interaction"),
              ElementsAre("note interaction simvastatin-amlodipine-within-limit"));
  EXPECT_THAT(lines(over, "interaction"),
              ElementsAre("stop interaction simvastatin-amlodipine-over-limit"));
  const auto& card = over.at("cards").at(0);
  EXPECT_EQ(card.at("rests_on").at(0).at("draft").as_string(), "MedicationRequest/new");
  EXPECT_EQ(card.at("rests_on").at(1).at("type").as_string(), "MedicationRequest");
  EXPECT_EQ(card.at("rests_on").at(1).at("id").as_string(), "list-1");
  EXPECT_EQ(card.at("rests_on").at(1).at("version").as_int64(), 1);
  EXPECT_FALSE(card.at("source").at("title").as_string().empty());
  EXPECT_TRUE(card.at("source").at("compared").as_bool());
  EXPECT_THAT(std::string(over.at("notice").as_string()), HasSubstr("not clinically reviewed"));
  EXPECT_EQ(over.at("knowledge").at("digest").as_string().size(), 32u);
}

TEST_F(ChecksTest, DrugsAreListedByHowTheirNamesBegin) {
  given_patient();
  const auto names = [&](const std::string& target) {
    std::vector<std::string> all;
    const auto answer = read_.json("/charts/ana/medications/drugs?" + target);
    for (const auto& one : answer.at("drugs").as_array())
      all.emplace_back(one.at("drug").at("display").as_string());
    return all;
  };
  EXPECT_THAT(names("name=simva%2040"), ElementsAre("simvastatin 40 MG Oral Tablet"));
  EXPECT_THAT(names("name=Phenelz"), ElementsAre("phenelzine"));
  EXPECT_THAT(names("name=nosuchdrug"), IsEmpty());
  EXPECT_EQ(names("name=tablet&_count=3").size(), 3u);
  EXPECT_EQ(read_.get("/charts/ana/medications/drugs?name=%20").status, 400);
}

TEST_F(ChecksTest, ACardThatWasNotComparedWithItsSourceSaysSo) {
  given_patient();

  const auto answer = check(bundle({text_draft("a", "lisinopril"), text_draft("b", "enalapril")}));

  ASSERT_THAT(lines(answer, "duplicate"), ElementsAre("warn duplicate class-ace-inhibitors"));
  for (const auto& card : answer.at("cards").as_array()) {
    if (card.at("kind").as_string() != "duplicate") continue;
    EXPECT_FALSE(card.at("source").at("compared").as_bool());
    EXPECT_EQ(card.at("source").as_object().if_contains("compared_on"), nullptr);
  }
}

TEST_F(ChecksTest, APairFiresInEitherOrderAndInOneBasket) {
  given_patient();
  takes("list-1", {"", "phenelzine"});
  EXPECT_THAT(lines(check(text_draft("new", "fluoxetine")), "interaction"),
              ElementsAre("stop interaction onc-high-08"));
  read_.send("ana", "MedicationRequest", "list-1", "");
  takes("list-2", {"", "fluoxetine"});
  EXPECT_THAT(lines(check(text_draft("new", "phenelzine")), "interaction"),
              ElementsAre("stop interaction onc-high-08"));
  read_.send("ana", "MedicationRequest", "list-2", "");
  EXPECT_THAT(lines(check(bundle({text_draft("a", "phenelzine"), text_draft("b", "fluoxetine")})),
                    "interaction"),
              ElementsAre("stop interaction onc-high-08"));
}

TEST_F(ChecksTest, WithoutDraftsTheListIsCheckedAgainstItself) {
  given_patient();
  takes("s10", simvastatin_10);
  takes("s20", simvastatin_20);
  takes("a", amlodipine);

  // Both strengths together are 30 mg a day.
  EXPECT_THAT(lines(check_list(), "interaction"),
              ElementsAre("stop interaction simvastatin-amlodipine-over-limit",
                          "stop interaction simvastatin-amlodipine-over-limit"));
}

TEST_F(ChecksTest, RefutedAndInactiveAllergiesAreSilentAndAnActiveOneStops) {
  given_patient();
  allergic("refuted", "penicillin", "active", "refuted");
  allergic("over", "penicillin", "inactive");
  EXPECT_THAT(lines(check(text_draft("new", "amoxicillin")), "allergy"), IsEmpty());

  allergic("true", "amoxicillin");
  const auto answer = check(text_draft("new", "amoxicillin"));
  ASSERT_THAT(lines(answer, "allergy"), ElementsAre(HasSubstr("stop allergy")));
  EXPECT_EQ(answer.at("cards").at(0).at("rests_on").at(1).at("id").as_string(), "true");
}

TEST_F(ChecksTest, AnAllergyToFoodIsNamedOnceAndGivesNoCard) {
  given_patient();
  schema::AllergyIntoleranceT of;
  of.code = text_only("Peanut butter");
  of.clinical_status = code_of("clinical", "active");
  of.categories = {"food"};
  read_.send("ana", "AllergyIntolerance", "food",
             facts_of(schema::ResourceType::AllergyIntolerance, "food", std::move(of)));

  const auto answer = check(text_draft("new", "metformin"));

  EXPECT_THAT(lines(answer, "not_checkable"), IsEmpty());
  EXPECT_THAT(not_checked(answer), Contains(HasSubstr("Peanut butter")));
}

TEST_F(ChecksTest, AllergiesThatNobodyAskedForAreSaid) {
  given_patient();
  EXPECT_THAT(not_checked(check(text_draft("new", "metformin"))),
              Contains("Allergies: the patient was not asked"));
}

TEST_F(ChecksTest, OfADeceasedPatientNoDrugCountsAsTaken) {
  given_patient("1970-05-06", "female", "2026-03-01");
  takes("list-1", {"", "phenelzine"});
  takes("list-2", {"", "fluoxetine"});

  const auto answer = check_list();

  EXPECT_THAT(lines(answer), IsEmpty());
  EXPECT_THAT(not_checked(answer), Contains(HasSubstr("deceased 2026-03-01")));
  EXPECT_THAT(not_checked(check(text_draft("new", "fluoxetine"))),
              Not(Contains(HasSubstr("phenelzine"))));  // nor as one that was stopped lately
}

TEST_F(ChecksTest, ADoseThatSourcesDisagreeAboutIsSaid) {
  given_patient();
  takes("one", simvastatin_20);
  Order two = simvastatin_20;
  two.tablets = "2";
  two.authored = "2026-02-05";
  takes("two", two);

  EXPECT_THAT(not_checked(check(text_draft("new", "amlodipine"))),
              Contains(AllOf(HasSubstr("sources disagree"), HasSubstr("MedicationRequest/two"))));
}

TEST_F(ChecksTest, AMedicationReferenceLeadsToContainedToTheBundleAndToTheRecord) {
  given_patient();
  takes("list-1", amlodipine);
  schema::MedicationT of;
  of.code = code_of(rxnorm, "198211", "simvastatin 40 MG Oral Tablet");
  read_.send("ana", "Medication", "recorded",
             facts_of(schema::ResourceType::Medication, "recorded", std::move(of)));
  const std::string medication =
      R"({"resourceType":"Medication","id":"m","code":{"coding":[{"system":")" +
      std::string(rxnorm) + R"(","code":"198211","display":"simvastatin 40 MG Oral Tablet"}]}})";
  const auto referring = [](const std::string& to, const std::string& more) {
    return R"({"resourceType":"MedicationRequest","id":"new","status":"draft","intent":"order",
    "medicationReference":{"reference":")" +
           to + "\"}" + once_daily + more + "}";
  };

  for (const auto& body : {referring("#m", ",\"contained\":[" + medication + "]"),
                           bundle({medication, referring("Medication/m", "")}),
                           referring("Medication/recorded", "")}) {
    EXPECT_THAT(lines(check(body), "interaction"),
                ElementsAre("stop interaction simvastatin-amlodipine-over-limit"))
        << body;
  }
  EXPECT_THAT(lines(check(referring("Medication/nowhere", "")), "not_checkable"),
              ElementsAre("warn not_checkable not-checkable"));
}

TEST_F(ChecksTest, ALineThatRefersToAMedicationOfTheRecordIsReadThroughIt) {
  given_patient();
  schema::MedicationT of;
  of.code = text_only("phenelzine");
  read_.send("ana", "Medication", "m1",
             facts_of(schema::ResourceType::Medication, "m1", std::move(of)));
  Order referring{"", ""};
  referring.medication_reference = "m1";
  takes("list-1", referring);

  EXPECT_THAT(lines(check(text_draft("new", "fluoxetine")), "interaction"),
              ElementsAre("stop interaction onc-high-08"));
}

TEST_F(ChecksTest, FreeTextAndUnknownCodesAreNotCheckableAndNeverSilent) {
  given_patient();
  takes("list-1", {"", "grandmother's tea"});

  const auto answer = check(bundle({text_draft("a", "a white pill"), draft("b", "999999", "")}));

  EXPECT_THAT(lines(answer, "not_checkable"),
              ElementsAre("note not_checkable not-checkable", "warn not_checkable not-checkable",
                          "warn not_checkable not-checkable"));
  EXPECT_THAT(not_checked(answer), Contains(HasSubstr("a white pill")));
  EXPECT_THAT(not_checked(answer), Contains(HasSubstr("grandmother's tea")));
}

TEST_F(ChecksTest, AChildWithoutWeightIsSaidAndOneWithWeightIsNot) {
  given_patient("2020-05-06");
  EXPECT_THAT(not_checked(check(text_draft("new", "ibuprofen"))),
              Contains(HasSubstr("a child without weight")));
  measured("w", "29463-7", "20", "kg");
  EXPECT_THAT(not_checked(check(text_draft("new", "ibuprofen"))),
              Not(Contains(HasSubstr("a child without weight"))));
}

TEST_F(ChecksTest, KidneyFunctionComesFromTheNewestCreatinineAndIsNamed) {
  given_patient();
  measured("k1", "2160-0", "0.8", "mg/dL", "2024-01-02");
  EXPECT_THAT(lines(check(text_draft("new", "alendronate")), "caution"),
              Not(Contains("warn caution renal-alendronate")));
  measured("k2", "2160-0", "3.2", "mg/dL", "2026-06-01");

  const auto answer = check(text_draft("new", "alendronate"));

  EXPECT_THAT(lines(answer, "caution"), Contains("warn caution renal-alendronate"));
  for (const auto& card : answer.at("cards").as_array()) {
    if (card.at("rule").as_string() != "renal-alendronate") continue;
    EXPECT_THAT(boost::json::serialize(card.at("rests_on")),
                HasSubstr(R"({"type":"Observation","id":"k2","version":1})"));
  }
}

TEST_F(ChecksTest, ADrugThatWasStoppedReachesAsFarAsItsWashOut) {
  given_patient();
  const auto statement = [&](const std::string& ended) {
    schema::MedicationStatementT of;
    of.status = "completed";
    of.medication = text_only("phenelzine");
    of.effective_period = std::make_unique<schema::PeriodT>();
    of.effective_period->start = when("2026-01-01");
    of.effective_period->end = when(ended);
    read_.send("ana", "MedicationStatement", "maoi",
               facts_of(schema::ResourceType::MedicationStatement, "maoi", std::move(of)));
  };
  statement("2026-11-20");
  EXPECT_THAT(lines(check(text_draft("new", "fluoxetine")), "interaction"),
              ElementsAre("stop interaction onc-high-08"));
  statement("2026-11-01");
  EXPECT_THAT(lines(check(text_draft("new", "fluoxetine")), "interaction"), IsEmpty());
}

TEST_F(ChecksTest, ADrugThatTheBasketStopsCountsAsStoppedToday) {
  given_patient();
  takes("list-1", {"", "phenelzine"});
  std::string stopping = text_draft("list-1", "phenelzine");
  stopping.replace(stopping.find("\"draft\""), 7, "\"stopped\"");

  EXPECT_THAT(lines(check(bundle({stopping, text_draft("new", "fluoxetine")})), "interaction"),
              ElementsAre("stop interaction onc-high-08"));
  takes("list-1", {"", "clarithromycin"});
  EXPECT_THAT(lines(check(bundle({stopping, text_draft("new", "simvastatin")})), "interaction"),
              IsEmpty());
}

TEST_F(ChecksTest, AnOrderThatIsDraftedAnewIsNotADuplicateOfItself) {
  given_patient();
  takes("list-1", simvastatin_20);
  EXPECT_THAT(lines(check(draft("list-1", "312961", "Simvastatin 20 MG Oral Tablet")), "duplicate"),
              IsEmpty());
  EXPECT_THAT(lines(check(draft("other", "312961", "Simvastatin 20 MG Oral Tablet")), "duplicate"),
              Not(IsEmpty()));
}

TEST_F(ChecksTest, ADrugThatTheRecordSaysToAvoidIsAWarningUntilThatIsOver) {
  given_patient();
  const auto avoid = [&](const std::string& status) {
    schema::MedicationRequestT of;
    of.status = status;
    of.intent = "order";
    of.do_not_perform = true;
    of.medication = text_only("ibuprofen");
    read_.send("ana", "MedicationRequest", "never",
               facts_of(schema::ResourceType::MedicationRequest, "never", std::move(of)));
  };
  avoid("active");
  const auto order = text_draft("new", "Advil");
  EXPECT_THAT(lines(check(order), "avoid"), ElementsAre("warn avoid told-to-avoid"));
  EXPECT_THAT(lines(check(text_draft("new", "metformin")), "avoid"), IsEmpty());
  takes("list-1", {"", "ibuprofen 400 mg"});
  EXPECT_THAT(lines(check_list(), "avoid"), ElementsAre("warn avoid told-to-avoid"));
  avoid("stopped");
  EXPECT_THAT(lines(check(order), "avoid"), IsEmpty());
}

TEST_F(ChecksTest, NoRuleReachesFurtherBackThanTheListIsRead) {
  double longest = 0;
  for (const auto& rule : knowledge_->rows().rules) {
    for (const auto& condition : rule.conditions) {
      if (condition.measure == projections::knowledge::Measure::stopped_days)
        longest = std::max(longest, condition.value);
    }
  }
  EXPECT_GT(longest, 0);
  EXPECT_LE(longest, static_cast<double>(query::checks::wash_out_max.count()));
}

TEST_F(ChecksTest, ADoseInDropsAndSeveralInstructionsAreSaidNotGuessed) {
  given_patient();
  const auto drops =
      check(simvastatin("312961", "20", R"(,"dosageInstruction":[{"doseAndRate":[{"doseQuantity":
      {"value":5,"unit":"drops"}}]}])"));
  const auto several =
      check(simvastatin("312961", "20", R"(,"dosageInstruction":[{"text":"one"},{"text":"two"}])"));

  EXPECT_THAT(not_checked(drops), Contains(HasSubstr("\"5 drops\" was not computed")));
  EXPECT_THAT(not_checked(several), Contains(HasSubstr("2 dosage instructions")));
}

TEST_F(ChecksTest, WithoutKnowledgeAnAnswerSaysThatNothingWasChecked) {
  given_patient();
  knowledge_ = nullptr;

  const auto answer = check(text_draft("new", "metformin"));

  EXPECT_TRUE(answer.at("knowledge").is_null());
  EXPECT_THAT(lines(answer), ElementsAre("warn not_checkable not-checked"));
  EXPECT_THAT(not_checked(answer), Contains(HasSubstr("no drug knowledge")));
}

std::string test_order(const std::string& id, const std::string& loinc) {
  return R"({"resourceType":"ServiceRequest","id":")" + id +
         R"(","status":"draft","intent":"order","code":{"coding":[{"system":"http://loinc.org",
         "code":")" +
         loinc + R"("}],"text":"a test"}})";
}

TEST_F(ChecksTest, ATestWithAResultOfItsAnalyteInTheWindowIsANote) {
  given_patient();
  measured("k", "38483-4", "1.1", "mg/dL", "2026-11-20");

  const auto asked =
      answer_of("/charts/ana/medications/$check?duplicate_test_days=14", test_order("t", "2160-0"));
  EXPECT_THAT(lines(asked), ElementsAre("note duplicate_test duplicate-test"));
  EXPECT_EQ(asked.at("cards").at(0).at("rests_on").at(1).at("id").as_string(), "k");
  EXPECT_THAT(lines(answer_of("/charts/ana/medications/$check?duplicate_test_days=7",
                              test_order("t", "2160-0"))),
              IsEmpty());
  EXPECT_THAT(lines(check(test_order("t", "2160-0"))), IsEmpty());  // by the table: one day

  measured("a1c", "4548-4", "6.1", "%", "2026-10-01");
  EXPECT_THAT(lines(check(test_order("t", "17856-6"))),
              ElementsAre("note duplicate_test duplicate-test"));
}

TEST_F(ChecksTest, ATestThatIsOrderedTwiceInOneBasketIsANote) {
  given_patient();
  EXPECT_THAT(lines(check(bundle({test_order("t1", "2160-0"), test_order("t2", "38483-4")}))),
              ElementsAre("note duplicate_test duplicate-test"));
}

TEST_F(ChecksTest, TheSameQuestionHasTheSameAnswer) {
  given_patient();
  takes("a", amlodipine);
  takes("s", simvastatin_20);
  allergic("p", "penicillin");
  const auto body = bundle({text_draft("x", "amoxicillin"), text_draft("y", "fluoxetine")});
  EXPECT_EQ(post("/charts/ana/medications/$check", body).body,
            post("/charts/ana/medications/$check", body).body);
}

TEST_F(ChecksTest, AWrongBodyIsRefusedByName) {
  given_patient();
  struct Case {
    const char* body;
    int status;
    const char* says;
  };
  for (const auto& [body, status, says] : {
           Case{"", 400, "not JSON"},
           Case{"[]", 400, "JSON object"},
           Case{"{}", 400, "send a"},
           Case{R"({"resourceType":"Patient"})", 400, "Patient"},
           Case{R"({"resourceType":"Bundle","entry":{}})", 400, "entry"},
           Case{R"({"resourceType":"Bundle","entry":[{}]})", 400, "entry[0]"},
           Case{R"({"resourceType":"Parameters","parameter":[{"name":"a"}]})", 400, "parameter[0]"},
           Case{R"({"resourceType":"MedicationRequest","subject":{"reference":"Patient/bea"}})",
                422, "another patient"},
       }) {
    const auto response = post("/charts/ana/medications/$check", body);
    EXPECT_EQ(response.status, status) << body;
    EXPECT_THAT(response.body, HasSubstr(says)) << body;
  }
  EXPECT_EQ(post("/charts/nobody/medications/$check", "{}").status, 404);
  EXPECT_EQ(post("/charts/ana/medications/$check?colour=red", "{}").status, 400);
}

}  // namespace
}  // namespace tests
