// Measures on a node: loaded as settings, kept current, asked about over HTTP.
#include "tests/ops/node/measures_node.h"

namespace ops::node {
namespace {

using projections::measures::test::payload_of;
using projections::measures::test::ratio_measure;
using projections::measures::test::referring_measure;
using projections::measures::test::small_measure;
using projections::measures::test::small_payload;
using projections::measures::test::two_groups;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(MeasuresTest, ARateIsThereAsSoonAsTheEventIs) {
  given_ana();
  const auto summary = read("/measures/Small-1.0?by=sex");
  const auto& female = summary.at("groups").at(0).at("strata").at(0);
  EXPECT_EQ(female.at("stratum").as_string(), "female");
  EXPECT_EQ(count(female, "denominator"), 1);
  EXPECT_EQ(count(female, "numerator"), 1);
  EXPECT_EQ(female.at("rate").to_number<double>(), 1.0);

  put(R"({"resourceType": "Observation", "id": "o1", "status": "final",
          "subject": {"reference": "Patient/ana"},
          "code": {"coding": [{"system": "s", "code": "mistaken"}]}})");
  const auto corrected = read("/measures/Small");
  EXPECT_EQ(count(corrected.at("groups").at(0).at("strata").at(0), "numerator"), 0);
}

TEST_F(MeasuresTest, AGroupSaysWhatItCountsAndWhichPopulationsItHas) {
  for (const auto& group : {read("/measures").at("measures").at(0).at("groups").at(0),
                            read("/measures/Small-1.0").at("groups").at(0)}) {
    EXPECT_EQ(group.at("counts").as_string(), "patients");
    EXPECT_EQ(json::serialize(group.at("populations")),
              R"(["initial-population","denominator","denominator-exclusion","numerator",)"
              R"("denominator-exception"])");
  }
}

TEST_F(MeasuresTest, APatientsAnswerNamesDefinitionsEventsAndWhatMoved) {
  given_ana();
  put(R"({"resourceType": "Observation", "id": "o2", "status": "final",
          "subject": {"reference": "Patient/ana"}, "code": {"coding": [{"system": "s", "code": "other"}]}})");
  const auto answer = read("/measures/Small-1.0/patients/ana");
  std::map<std::string, json::value> values;
  for (const auto& each : answer.at("definitions").as_array())
    values[std::string(each.at("name").as_string())] = each.at("value");
  EXPECT_EQ(values.at("numerator"), json::value(true));
  EXPECT_EQ(values.at("denominator-exclusion"), json::value(false));
  // What makes a definition true that is no list, and nothing of another code.
  std::vector<std::string> rests;
  for (const auto& each : answer.at("rests_on").as_array())
    rests.emplace_back(each.at("resource").as_string());
  EXPECT_THAT(rests, ::testing::UnorderedElementsAre("Encounter/e1", "Observation/o1"));
  const auto& flips = answer.at("flips").as_array();
  ASSERT_FALSE(flips.empty());
  EXPECT_EQ(flips.back().at("to").as_string(), "denominator initial-population numerator");
  EXPECT_EQ(answer.at("groups").at(0).at("populations").at("numerator").to_number<int>(), 1);
}

TEST_F(MeasuresTest, WhatAPatientsAnswerRestsOnHasItsName) {
  given_ana();
  put(R"({"resourceType": "Observation", "id": "o1", "status": "final",
          "subject": {"reference": "Patient/ana"},
          "code": {"coding": [{"system": "s", "code": "good", "display": "A good result"}]}})");
  const auto answer = read("/measures/Small-1.0/patients/ana");
  for (const auto& each : answer.at("rests_on").as_array()) {
    const bool is_result = each.at("resource").as_string() == "Observation/o1";
    EXPECT_EQ(each.as_object().contains("name"), is_result);
    if (is_result) {
      EXPECT_EQ(each.at("name").as_string(), "A good result");
    }
  }
}

TEST_F(MeasuresTest, TheListOfAFigureAndItsMonths) {
  given_ana();
  const auto page = read("/measures/Small-1.0/patients?population=numerator&by=age&stratum=40-64");
  ASSERT_EQ(page.at("patients").as_array().size(), 1u);
  EXPECT_EQ(page.at("patients").at(0).at("patient").as_string(), "ana");
  EXPECT_TRUE(read("/measures/Small-1.0/"
                   "patients?population=numerator&by=age&stratum=0-17")
                  .at("patients")
                  .as_array()
                  .empty());
  const auto months = read("/measures/Small-1.0/trend").at("months").as_array();
  ASSERT_FALSE(months.empty());
  EXPECT_EQ(count(months.back(), "numerator"), 1);
}

TEST_F(MeasuresTest, WhatIsLoadedIsListedAndGoesWhenItIsRemoved) {
  const auto list = read("/measures").at("measures").as_array();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].at("measure").as_string(), "Small-1.0");
  EXPECT_EQ(list[0].at("period").as_string(), "2025-01-01/2025-12-31");
  const auto removed = ask("DELETE", "/settings/measure-Small-1.0");
  ASSERT_EQ(removed.status, 200) << removed.body;
  position_ = *removed.header("chartlog-position");
  EXPECT_TRUE(read("/measures").at("measures").as_array().empty());
}

// What was compiled to explain it is kept, the package that it was compiled
// from is not.
TEST_F(MeasuresTest, AMeasureThatWasRemovedAndLoadedAgainIsExplained) {
  given_ana();
  for (int i = 0; i < 3; ++i) {
    const auto definitions = read("/measures/Small-1.0/patients/ana").at("definitions").as_array();
    ASSERT_EQ(definitions.size(), 5u);
    for (const auto& each : definitions) {
      if (each.at("name") == "numerator") {
        EXPECT_EQ(each.at("value"), json::value(true));
      }
    }
    position_ = *ask("DELETE", "/settings/measure-Small-1.0").header("chartlog-position");
    ASSERT_TRUE(read("/measures").at("measures").as_array().empty());
    const auto again =
        ask("PUT", "/settings/measure-Small-1.0", small_payload({"2025-01-01/2025-12-31"}));
    ASSERT_LT(again.status, 300) << again.body;
    position_ = *again.header("chartlog-position");
  }
}

// It may be kept under the number that the other one had.
TEST_F(MeasuresTest, WhatMovedInAMeasureThatHasGoneIsNotSaidOfTheNextOne) {
  given_ana();
  ASSERT_FALSE(read("/measures/Small-1.0/patients/ana").at("flips").as_array().empty());
  const auto removed = ask("DELETE", "/settings/measure-Small-1.0");
  ASSERT_EQ(removed.status, 200) << removed.body;
  position_ = *removed.header("chartlog-position");
  ASSERT_TRUE(read("/measures").at("measures").as_array().empty());
  const auto other =
      ask("PUT", "/settings/measure-Other-1.0", small_payload({"2025-01-01/2025-12-31"}, "Other"));
  ASSERT_EQ(other.status, 201) << other.body;
  position_ = *other.header("chartlog-position");
  EXPECT_TRUE(read("/measures/Other-1.0/patients/ana").at("flips").as_array().empty());
}

TEST_F(MeasuresTest, WhatCannotBeAnsweredSaysWhatAndWhy) {
  const std::vector<std::pair<std::string, std::pair<int, std::string>>> refused{
      {"/measures/None", {404, "there are: Small-1.0"}},
      {"/measures/Small-1.0?period=2031", {404, "not kept"}},
      {"/measures/Small-1.0?period=soon", {400, "period"}},
      {"/measures/Small-1.0?by=colour", {400, "by"}},
      {"/measures/Small-1.0?asOf=2025-01-01", {400, "asOf"}},
      {"/measures/Small-1.0/trend?by=sex", {400, "stratum"}},
      {"/measures/Small-1.0/trend?group=2", {400, "group"}},
      {"/measures/Small-1.0/patients", {400, "population"}},
      {"/measures/Small-1.0/patients?population=x", {400, "is none of initial-population"}},
      {"/measures/Small-1.0/patients?population=numerator&_count=0", {400, "_count"}},
      {"/measures/Small-1.0/patients?population=numerator&_cursor=y", {400, "cursor"}},
      {"/measures/Small-1.0/patients/nobody", {404, "nobody"}}};
  for (const auto& [path, expected] : refused) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, expected.first) << path << " " << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(expected.second)) << path;
  }
}

TEST_F(MeasuresTest, EvaluateMeasureAnswersOfOneOfAListAndOfAll) {
  given_ana();
  const std::string year = "periodStart=2025-01-01&periodEnd=2025-12-31";
  const auto one = read("/fhir/Measure/Small-1.0/$evaluate-measure?subject=Patient/ana&" + year);
  EXPECT_EQ(one.at("resourceType").as_string(), "MeasureReport");
  EXPECT_EQ(one.at("type").as_string(), "individual");
  EXPECT_EQ(one.at("subject").at("reference").as_string(), "Patient/ana");
  const auto& populations = one.at("group").at(0).at("population").as_array();
  ASSERT_EQ(populations.size(), 5u);
  EXPECT_EQ(populations[3].at("code").at("coding").at(0).at("code").as_string(), "numerator");
  EXPECT_EQ(populations[3].at("count").to_number<int>(), 1);
  std::vector<std::string> evaluated;
  for (const auto& each : one.at("evaluatedResource").as_array())
    evaluated.emplace_back(each.at("reference").as_string());
  EXPECT_THAT(evaluated, ::testing::UnorderedElementsAre("Encounter/e1/_history/1",
                                                         "Observation/o1/_history/1"));

  const auto all = read("/fhir/Measure/$evaluate-measure?measure=Small&" + year);
  EXPECT_EQ(all.at("type").as_string(), "summary");
  EXPECT_EQ(all.at("group").at(0).at("measureScore").at("value").to_number<double>(), 1.0);

  const auto list = read("/fhir/Measure/Small/$evaluate-measure?reportType=subject-list&" + year);
  EXPECT_EQ(list.at("contained").at(0).at("entry").at(0).at("item").at("reference").as_string(),
            "Patient/ana");
}

// Counters do not have what is observed: no rate is better than one of other things.
TEST_F(MeasuresTest, ARatioOfObservationsHasNoRateAndTwoPopulationsOfACodeTheirOwnCounts) {
  given_ana("mistaken");
  const auto loaded = ask("PUT", "/settings/measure-Ratio-1.0",
                          payload_of(ratio_measure(), {"2025-01-01/2025-12-31"}));
  ASSERT_EQ(loaded.status, 201) << loaded.body;
  position_ = *loaded.header("chartlog-position");
  put(R"({"resourceType": "Patient", "id": "ana", "gender": "female"})");
  const auto figures =
      read("/measures/Ratio-1.0").at("groups").at(0).at("strata").at(0).as_object();
  EXPECT_EQ(figures.at("populations").at("denominator").to_number<int>(), 1);
  EXPECT_FALSE(figures.contains("rate"));
  EXPECT_THAT(std::string(figures.at("rate_from").as_string()), HasSubstr("observations"));
  const auto report = read(
      "/fhir/Measure/Ratio/"
      "$evaluate-measure?reportType=subject-list&periodStart=2025"
      "&periodEnd=2025");
  const auto group = report.at("group").at(0).as_object();
  // Of what was observed, which each patient has kept: 0 of the numerator, 2 of the denominator.
  EXPECT_EQ(group.at("measureScore").at("value").to_number<double>(), 0.0);
  const auto& populations = group.at("population").as_array();
  ASSERT_EQ(populations.size(), 6u);
  EXPECT_EQ(populations[0].at("count").to_number<int>(), 1);
  EXPECT_EQ(populations[1].at("count").to_number<int>(), 0);
  EXPECT_EQ(populations[1].at("subjectResults").at("reference").as_string(), "#subjects-1-2");
  for (const auto& each : populations)
    EXPECT_THAT(
        std::string(each.at("code").at("coding").at(0).at("code").as_string()),
        ::testing::AnyOf("initial-population", "denominator", "numerator", "measure-observation"));
}

TEST_F(MeasuresTest, OnePatientsReportHasScoreStrataAndSupplementalData) {
  given_ana();
  const auto loaded = ask("PUT", "/settings/measure-Ratio-1.0",
                          payload_of(ratio_measure(), {"2025-01-01/2025-12-31"}));
  ASSERT_EQ(loaded.status, 201) << loaded.body;
  position_ = *loaded.header("chartlog-position");
  const auto report =
      read("/fhir/Measure/Ratio/$evaluate-measure?subject=ana&periodStart=2025&periodEnd=2025");
  const auto& group = report.at("group").at(0);
  EXPECT_EQ(group.at("measureScore").at("value").to_number<double>(), 1.0);
  EXPECT_EQ(group.at("stratifier").at(0).at("stratum").at(0).at("value").at("text"), "true");
  EXPECT_EQ(report.at("contained").at(0).at("code").at("text"), "SDE Result");
}

// Without what is said of the moment and of the period.
json::value without_date(json::value report) {
  report.as_object().erase("date");
  report.as_object().erase("period");
  return report;
}

TEST_F(MeasuresTest, AReportOfWhatIsKeptIsThatOfAnEvaluationFromScratch) {
  given_ana();
  const auto before = position_;  // ben comes later
  put(R"({"resourceType": "Patient", "id": "ben", "gender": "male"})");
  put(R"({"resourceType": "Encounter", "id": "e2", "status": "finished",
          "class": {"code": "AMB"}, "subject": {"reference": "Patient/ben"},
          "participant": [{"individual": {"reference": "Practitioner/dr"}}],
          "period": {"start": "2025-03-01"}})");
  for (const auto& [name, resources] :
       {std::pair("Ratio", ratio_measure()), std::pair("Two", two_groups())}) {
    const auto loaded = ask("PUT", std::string("/settings/measure-") + name + "-1.0",
                            payload_of(resources, {"2025-01-01/2025-12-31"}));
    ASSERT_EQ(loaded.status, 201) << loaded.body;
    position_ = *loaded.header("chartlog-position");
    wait_until_filled();
    for (const std::string type :
         {"summary", "subject-list", "summary&practitioner=Practitioner/dr",
          "subject-list&practitioner=Practitioner/dr", "summary&practitioner=Practitioner/no"}) {
      const auto path =
          std::string("/fhir/Measure/") + name + "/$evaluate-measure?reportType=" + type;
      const auto kept = read(path + "&periodStart=2025&periodEnd=2025");
      // Not kept, so evaluated; what the measure asks for does not depend on the period.
      const auto evaluated = read(path + "&periodStart=2025-01-01&periodEnd=2025-12-30");
      EXPECT_EQ(evaluated.at("period").at("end").as_string(), "2025-12-30");
      EXPECT_EQ(json::serialize(without_date(kept)), json::serialize(without_date(evaluated)))
          << path;
      const auto kept_then = read(path + "&periodStart=2025&periodEnd=2025&_asOf=" + before);
      const auto evaluated_then =
          read(path + "&periodStart=2025-01-01&periodEnd=2025-12-30&_asOf=" + before);
      EXPECT_EQ(json::serialize(without_date(kept_then)),
                json::serialize(without_date(evaluated_then)))
          << path;
    }
  }
  const auto report = read("/fhir/Measure/Ratio/$evaluate-measure?periodStart=2025&periodEnd=2025");
  const auto& group = report.at("group").at(0);
  EXPECT_EQ(group.at("measureScore").at("value").to_number<double>(), 0.5);
  const auto& strata = group.at("stratifier").at(0).at("stratum").as_array();
  ASSERT_EQ(strata.size(), 2u);
  EXPECT_EQ(strata[0].at("value").at("text").as_string(), "false");
  EXPECT_EQ(strata[1].at("measureScore").at("value").to_number<double>(), 1.0);
}

TEST_F(MeasuresTest, TwoPeriodsAndVersionsAreKeptBesideEachOther) {
  given_ana();
  const auto folder = folder_.path() / "content";
  write_content(folder / "one.ndjson", small_measure());
  write_content(folder / "two.ndjson", small_measure("Small", "2.0", "mistaken"));
  load(folder / "one.ndjson", {"2099"});
  load(folder / "two.ndjson", {"2025"});
  EXPECT_THAT(boards(), ElementsAre("Small-2.0 2025", "Small-1.0 2099 default", "Small-1.0 2025"));

  const auto asked = [&](const std::string& parameters) {
    const auto summary = read("/measures/Small" + parameters);
    return std::string(summary.at("measure").as_string()) + " " + year_of(summary) + " " +
           std::to_string(count(summary.at("groups").at(0).at("strata").at(0), "numerator"));
  };
  wait_until_filled();
  EXPECT_EQ(asked(""), "Small-1.0 2099 1");
  EXPECT_EQ(asked("?period=2025"), "Small-2.0 2025 0");
  EXPECT_EQ(asked("?period=2025&version=1.0"), "Small-1.0 2025 1");
  EXPECT_THAT(get("/measures/Small?period=2099&version=2.0").body,
              HasSubstr("period 2099-01-01/2099-12-31, version 2.0: is not kept"));

  unload({{"Small-1.0"}, {"2025"}});
  EXPECT_THAT(boards(), ElementsAre("Small-2.0 2025", "Small-1.0 2099 default"));
  const auto ambiguous = unload_measures({{"Small"}, {}}, url(), [](std::string_view) {});
  ASSERT_FALSE(ambiguous);
  EXPECT_THAT(ambiguous.error().message, HasSubstr("give one of Small-1.0, Small-2.0"));
  unload({{"Small-2.0"}, {}});
  EXPECT_EQ(asked(""), "Small-1.0 2099 1");
}

TEST_F(MeasuresTest, WhatAnEvaluationCostsAndHowOftenItFailedIsInTheMetrics) {
  given_ana();
  for (const std::string id : {"p1", "p2"})  // exactly one is asked for
    put(R"({"resourceType": "Procedure", "id": ")" + id + R"(", "status": "completed",
            "code": {"text": "x"}, "subject": {"reference": "Patient/ana"}})");
  read("/measures/Small-1.0");  // waits until it is looked at
  const auto metrics = get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("measure_evaluation_failures_total{measure=\"Small-1.0\"} 1"));
  EXPECT_THAT(metrics, HasSubstr("measure_evaluations_total{measure=\"Small-1.0\"}"));
  EXPECT_THAT(metrics, HasSubstr("measure_evaluation_seconds_total{measure=\"Small-1.0\"}"));
}

// Its commit has the code that the reference led to: no other stream is read.
TEST_F(MeasuresTest, AMedicationOfTheDirectoryIsInTheRecordOfWhoIsGivenIt) {
  given_ana("mistaken");
  const auto loaded = ask("PUT", "/settings/measure-Referred-1.0",
                          payload_of(referring_measure(), {"2025-01-01/2025-12-31"}));
  ASSERT_EQ(loaded.status, 201) << loaded.body;
  put(R"({"resourceType": "Medication", "id": "m1",
          "code": {"coding": [{"system": "s", "code": "good"}]}})");
  put(R"({"resourceType": "MedicationRequest", "id": "r1", "status": "active", "intent": "order",
          "medicationReference": {"reference": "Medication/m1"},
          "subject": {"reference": "Patient/ana"}})");
  const auto summary = read("/measures/Referred");
  EXPECT_EQ(count(summary.at("groups").at(0).at("strata").at(0), "numerator"), 1);
  const auto report =
      read("/fhir/Measure/Referred/$evaluate-measure?subject=ana&periodStart=2025&periodEnd=2025");
  EXPECT_EQ(report.at("group").at(0).at("population").at(3).at("count").to_number<int>(), 1);
  EXPECT_THAT(json::serialize(report.at("evaluatedResource")), HasSubstr("Medication/m1"));
}

// A definition that is true, and a count of one, are of all that was looked at.
TEST_F(MeasuresTest, WhatAnEvaluationOpenedIsOnTheAccessLog) {
  given_ana();
  read("/measures/Small-1.0/patients/ana");
  read("/fhir/Measure/Small-1.0/$evaluate-measure?subject=ana&periodStart=2025&periodEnd=2025");
  std::map<std::string, std::vector<std::string>> opened;  // by route
  const auto answer = read("/audit/access?_count=100");
  for (const auto& access : answer.at("accesses").as_array()) {
    for (const auto& one : access.at("resources").as_array())
      opened[std::string(access.at("route").as_string())].push_back(
          std::string(one.at("type").as_string()) + "/" + std::string(one.at("id").as_string()));
  }
  const auto all = ::testing::UnorderedElementsAre("Patient/ana", "Encounter/e1", "Observation/o1");
  EXPECT_THAT(opened["/measures/{measure}/patients/{patient}"], all);
  EXPECT_THAT(opened["/fhir/Measure/{id}/$evaluate-measure"], all);
}

TEST_F(MeasuresTest, AGapIsOpenUntilItIsClosed) {
  given_ana("mistaken");
  const std::string path =
      "/fhir/Measure/$care-gaps?subject=Patient/"
      "ana&periodStart=2025&periodEnd=2025";
  const auto status = [&] {
    const auto issue = read(path).at("parameter").at(0).at("resource").at("entry").at(1);
    return issue.at("resource")
        .at("modifierExtension")
        .at(0)
        .at("valueCodeableConcept")
        .at("coding")
        .at(0)
        .at("code");
  };
  EXPECT_EQ(status().as_string(), "open-gap");
  put(R"({"resourceType": "Observation", "id": "o2", "status": "final",
          "subject": {"reference": "Patient/ana"},
          "code": {"coding": [{"system": "s", "code": "good"}]}})");
  EXPECT_EQ(status().as_string(), "closed-gap");
}

TEST_F(MeasuresTest, OperationsRefuseWhatTheyCannotAnswer) {
  const std::string operation = "/fhir/Measure/$evaluate-measure?";
  const std::string year = "periodStart=2025&periodEnd=2025";
  const std::vector<std::pair<std::string, int>> refused{
      {operation + "measure=Small", 400},
      {operation + year, 400},
      {operation + year + "&measure=Other", 404},
      {operation + year + "&measure=Small&reportType=novel", 400},
      {operation + year + "&measure=Small&reportType=subject", 400},
      {operation + year + "&measure=Small&subject=Group/1", 400},
      {operation + year + "&measure=Small&subject=Patient/nobody", 404},
      {operation + year + "&measure=Small&lastReceivedOn=2025", 400},
      {operation + year + "&measure=Small&colour=red", 400},
      {operation + "periodStart=2031&periodEnd=2030&measure=Small", 400},
      {"/fhir/Measure/$care-gaps?" + year + "&status=odd", 400},
      {"/fhir/Measure/$care-gaps?" + year + "&subject=nobody", 404}};
  for (const auto& [path, expected] : refused) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, expected) << path << " " << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("OperationOutcome")) << path;
  }
  EXPECT_EQ(ask("POST", "/fhir/Measure/$evaluate-measure", "nonsense").status, 400);
}

TEST_F(MeasuresTest, ASettingThatIsNoMeasureIsRefused) {
  EXPECT_EQ(ask("PUT", "/settings/measure-Other-1.0", "nonsense").status, 400);
  const auto other =
      ask("PUT", "/settings/measure-Other-1.0", small_payload({"2025-01-01/2025-12-31"}));
  EXPECT_EQ(other.status, 422) << other.body;
  EXPECT_EQ(ask("PUT", "/settings/colour", "x").status, 404);
}

TEST_F(MeasuresTest, FiguresAreThereAfterARestart) {
  given_ana();
  read("/measures/Small-1.0");
  node_.reset();
  start();
  wait_until_ready();
  const auto summary = read("/measures/Small-1.0");
  EXPECT_EQ(count(summary.at("groups").at(0).at("strata").at(0), "numerator"), 1);
}

}  // namespace
}  // namespace ops::node
