// Measures on a node: loaded as settings, kept current, asked about over HTTP.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>

#include "ops/node/measure_settings.h"
#include "tests/ops/node/running_node.h"
#include "tests/projections/measures/small_measure.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using projections::measures::test::payload_of;
using projections::measures::test::ratio_measure;
using projections::measures::test::referring_measure;
using projections::measures::test::small_measure;
using projections::measures::test::small_payload;
using projections::measures::test::two_groups;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MeasuresTest : public RunningNode {
 protected:
  MeasuresTest() {
    start();
    const auto answer =
        ask("PUT", "/settings/measure-Small-1.0", small_payload({"2025-01-01/2025-12-31"}));
    EXPECT_EQ(answer.status, 201) << answer.body;
    position_ = answer.header("chartlog-position") ? *answer.header("chartlog-position") : "";
  }
  // Written, and seen by the measures.
  void put(const std::string& resource) {
    const auto read = json::parse(resource);
    const auto path = "/fhir/" + std::string(read.at("resourceType").as_string()) + "/" +
                      std::string(read.at("id").as_string());
    const auto answer = ask("PUT", path, resource);
    ASSERT_LT(answer.status, 300) << answer.body;
    position_ = *answer.header("chartlog-position");
  }
  http::Answer get(const std::string& path) {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                        std::chrono::seconds(20));
    http::Client::Headers headers;
    if (!position_.empty()) headers.emplace_back("Chartlog-Min-Position", position_);
    auto answer = client.ask("GET", path, headers);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? std::move(*answer) : http::Answer{};
  }
  json::value read(const std::string& path) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
    return json::parse(answer.body);
  }
  void given_ana(const std::string& code = "good") {
    put(R"({"resourceType": "Patient", "id": "ana", "gender": "female", "birthDate": "1960-05-05"})");
    put(R"({"resourceType": "Encounter", "id": "e1", "status": "finished",
            "class": {"code": "AMB"}, "subject": {"reference": "Patient/ana"},
            "period": {"start": "2025-03-01"}})");
    put(R"({"resourceType": "Observation", "id": "o1", "status": "final",
            "subject": {"reference": "Patient/ana"},
            "code": {"coding": [{"system": "s", "code": ")" +
        code + "\"}]}}");
  }
  void wait_until_filled() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto filled = [](const json::value& measure) {
      return measure.at("evaluated").at("records") == measure.at("evaluated").at("of");
    };
    while (true) {
      const auto list = read("/measures").at("measures").as_array();
      if (std::all_of(list.begin(), list.end(), filled)) return;
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    }
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(node_->port()); }
  static void write_content(const std::filesystem::path& file,
                            const std::vector<json::value>& resources) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file);
    for (const auto& resource : resources) out << json::serialize(resource) << '\n';
  }
  void load(const std::filesystem::path& file, const std::vector<std::string>& periods) {
    const auto done = load_measures({{file}, {}, periods}, url(), [](std::string_view) {});
    EXPECT_TRUE(done) << done.error().message;
    see_settings();
  }
  void unload(const MeasuresToUnload& wanted) {
    const auto done = unload_measures(wanted, url(), [](std::string_view) {});
    EXPECT_TRUE(done) << done.error().message;
    see_settings();
  }
  // The measures follow by a moment.
  void see_settings() { position_ = *ask("GET", "/settings").header("chartlog-position"); }
  static std::string year_of(const json::value& board) {
    return std::string(board.at("period").as_string().c_str(), 4);
  }
  std::vector<std::string> boards() {
    std::vector<std::string> all;
    const auto list = read("/measures");
    for (const auto& each : list.at("measures").as_array())
      all.push_back(std::string(each.at("measure").as_string()) + " " + year_of(each) +
                    (each.at("default").as_bool() ? " default" : ""));
    return all;
  }
  static std::int64_t count(const json::value& stratum, const std::string& population) {
    const auto* found = stratum.at("populations").as_object().if_contains(population);
    return found ? found->to_number<std::int64_t>() : 0;
  }

  std::string position_;
};

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
  const auto answer = read("/measures/Small-1.0/patients/ana");
  std::map<std::string, json::value> values;
  for (const auto& each : answer.at("definitions").as_array())
    values[std::string(each.at("name").as_string())] = each.at("value");
  EXPECT_EQ(values.at("numerator"), json::value(true));
  EXPECT_EQ(values.at("denominator-exclusion"), json::value(false));
  const auto& flips = answer.at("flips").as_array();
  ASSERT_FALSE(flips.empty());
  EXPECT_EQ(flips.back().at("to").as_string(), "denominator initial-population numerator");
  EXPECT_EQ(answer.at("groups").at(0).at("populations").at("numerator").to_number<int>(), 1);
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

std::string result(const std::string& id, const std::string& code) {
  return R"({"resourceType": "Observation", "id": ")" + id + R"(", "status": "final",
             "subject": {"reference": "Patient/ana"},
             "code": {"coding": [{"system": "s", "code": ")" +
         code + "\"}]}}";
}

TEST_F(MeasuresTest, FiguresAsOfAPositionAreThoseOfThen) {
  given_ana("mistaken");
  const auto before = position_;
  put(result("o1", "good"));
  wait_until_filled();
  const auto numerator = [&](const std::string& path) {
    return count(read(path).at("groups").at(0).at("strata").at(0), "numerator");
  };
  const std::string then = "asOf=" + before;

  EXPECT_EQ(numerator("/measures/Small-1.0?by=sex"), 1);
  EXPECT_EQ(numerator("/measures/Small-1.0?by=sex&" + then), 0);
  EXPECT_EQ(numerator("/measures/Small-1.0?asOf=" + position_), 1);
  const auto months = read("/measures/Small-1.0/trend?" + then).at("months").as_array();
  ASSERT_FALSE(months.empty());
  EXPECT_EQ(count(months.back(), "numerator"), 0);
  EXPECT_EQ(count(months.back(), "denominator"), 1);
  const std::string patients = "/measures/Small-1.0/patients?population=";
  EXPECT_TRUE(read(patients + "numerator&" + then).at("patients").as_array().empty());
  EXPECT_EQ(read(patients + "denominator&" + then).at("patients").as_array().size(), 1u);

  const auto ana = read("/measures/Small-1.0/patients/ana?" + then);
  EXPECT_FALSE(ana.at("groups").at(0).at("populations").as_object().contains("numerator"));
  for (const auto& each : ana.at("definitions").as_array()) {
    if (each.at("name") == "numerator") {
      EXPECT_EQ(each.at("value"), json::value(false));
    }
  }
  for (const auto& each : ana.at("flips").as_array())
    EXPECT_THAT(std::string(each.at("to").as_string()), ::testing::Not(HasSubstr("numerator")));
}

TEST_F(MeasuresTest, ReportsAndGapsAsOfAPositionAreThoseOfThen) {
  given_ana("mistaken");
  const auto before = position_;
  put(result("o1", "good"));
  wait_until_filled();
  const std::string year = "periodStart=2025&periodEnd=2025", then = "&_asOf=" + before;
  const auto numerator = [&](const std::string& more) {
    const auto report = read("/fhir/Measure/Small/$evaluate-measure?" + year + more);
    return report.at("group").at(0).at("population").at(3).at("count").to_number<int>();
  };
  for (const std::string type : {"", "&subject=ana", "&reportType=subject-list"}) {
    EXPECT_EQ(numerator(type), 1) << type;
    EXPECT_EQ(numerator(type + then), 0) << type;
  }
  const auto gaps = [&](const std::string& more) {
    const auto answer = read("/fhir/Measure/$care-gaps?status=open-gap&" + year + more);
    return json::serialize(answer).find("CAREGAP") != std::string::npos;
  };
  for (const std::string subject : {"", "&subject=ana"}) {
    EXPECT_FALSE(gaps(subject)) << subject;
    EXPECT_TRUE(gaps(subject + then)) << subject;
  }
  const auto one = get("/fhir/Measure/Small/$evaluate-measure?subject=ana&" + year + then);
  EXPECT_THAT(one.body, ::testing::Not(HasSubstr("Observation/o1")));  // of another code then
  EXPECT_THAT(get("/fhir/Measure/Small/$evaluate-measure?subject=ana&" + year).body,
              HasSubstr("Observation/o1/_history/2"));
  ASSERT_NE(one.header("chartlog-provisional"), nullptr);
  // The position names one partition; in the others the moment is now, and not over.
  EXPECT_EQ(*one.header("chartlog-provisional"), "true");
}

TEST_F(MeasuresTest, AnEarlierMomentsAnswerNamesItsPositionAndTheMeasureOfThen) {
  given_ana();
  const auto before = position_;
  const auto of = [&](const std::string& measure, const std::string& moment) {
    return read("/measures/" + measure + "?asOf=" + moment).at("as_of");
  };
  const auto loaded =
      ask("PUT", "/settings/measure-Other-1.0", small_payload({"2025-01-01/2025-12-31"}, "Other"));
  ASSERT_EQ(loaded.status, 201) << loaded.body;
  position_ = *loaded.header("chartlog-position");
  const auto changed = ask("PUT", "/settings/measure-Small-1.0",
                           small_payload({"2025-01-01/2025-12-31"}, "Small", "mistaken"));
  ASSERT_LT(changed.status, 300) << changed.body;
  position_ = *changed.header("chartlog-position");
  wait_until_filled();

  const auto small = of("Small-1.0", before);
  EXPECT_EQ(small.at("asked").as_string(), before);
  EXPECT_FALSE(small.at("provisional").as_bool());
  EXPECT_EQ(small.at("measure_then").as_string(), "other content");
  EXPECT_EQ(of("Small-1.0", position_).at("measure_then").as_string(), "the same");
  EXPECT_EQ(of("Other-1.0", before).at("measure_then").as_string(), "not loaded");
  const auto today = std::string(small.at("newest").as_string()).substr(0, 10);
  EXPECT_TRUE(of("Small-1.0", today).at("provisional").as_bool());
  // By today's content, over what was known then.
  const auto other = read("/measures/Other-1.0?asOf=" + before);
  EXPECT_EQ(count(other.at("groups").at(0).at("strata").at(0), "numerator"), 1);
  const auto answer = get("/measures/Other-1.0?asOf=" + before);
  EXPECT_EQ(*answer.header("chartlog-position"), other.at("as_of").at("position").as_string());
}

TEST_F(MeasuresTest, MomentsThatCannotBeAreRefusedByName) {
  given_ana();
  const std::string foreign = std::string(32, 'a') + ":0-5";
  for (const auto& [moment, says] :
       std::vector<std::pair<std::string, std::string>>{{"2001-01-01", "before the first record"},
                                                        {"2999-01-01", "lies ahead"},
                                                        {"2026-01-01T00:00:00", "has no zone"},
                                                        {"2026", "longer than a day"},
                                                        {"soon", "is no day and no instant"},
                                                        {foreign, "of another log"}}) {
    for (const std::string path :
         {"/measures/Small-1.0?asOf=", "/measures/Small-1.0/trend?asOf=",
          "/measures/Small-1.0/patients?population=numerator&asOf=",
          "/measures/Small-1.0/patients/ana?asOf=",
          "/fhir/Measure/Small/$evaluate-measure?periodStart=2025&periodEnd=2025&_asOf=",
          "/fhir/Measure/$care-gaps?subject=ana&periodStart=2025&periodEnd=2025&_asOf="}) {
      const auto answer = get(path + moment);
      EXPECT_EQ(answer.status, 400) << path << moment << " " << answer.body;
      EXPECT_THAT(answer.body, HasSubstr(says)) << path << moment;
    }
  }
  EXPECT_EQ(get("/measures?asOf=" + position_).status, 400);
  EXPECT_EQ(get("/measures/Small-1.0/patients/nobody?asOf=" + position_).status, 404);
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
