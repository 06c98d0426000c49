#include "query/charts.h"

#include <fmt/format.h>

#include "query/medication_json.h"
#include "query/timeline.h"
#include "query/trends.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/knowledge/shipped.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using projections::knowledge::test::shipped_knowledge;

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ChartRoutesTest : public ::testing::Test {
 protected:
  ChartRoutesTest() {
    query::add_chart_routes(read_.router, read_.sources,
                            [](const auto&) { return shipped_knowledge(); });
    query::add_medication_routes(read_.router, read_.sources,
                                 [](const auto&) { return shipped_knowledge(); });
    query::add_timeline_routes(read_.router, read_.sources);
    query::add_trend_routes(read_.router, read_.sources);
  }
  void given_patient(const std::string& id = "ana") {
    read_.send(id, "Patient", id, patient(id, {"Reed", "Ann", "1970-05-06", "female", "77"}));
  }
  events::Position given_problem(const std::string& id, const std::string& onset) {
    return read_.send("ana", "Condition", id, condition(id, "name of " + id, onset));
  }
  static std::vector<std::string> ids(const boost::json::value& items) {
    std::vector<std::string> all;
    for (const auto& item : items.as_array()) all.emplace_back(item.at("id").as_string());
    return all;
  }
  ReadFixture read_;
};

TEST_F(ChartRoutesTest, AChartHasThePatientAndItsSectionsNewestFirst) {
  given_patient();
  given_problem("old", "2001");
  given_problem("new", "2020");

  const auto chart = read_.json("/charts/ana");

  EXPECT_EQ(chart.at("patient").at("name").at("family").as_string(), "Reed");
  EXPECT_EQ(chart.at("patient").at("birth_date").as_string(), "1970-05-06");
  EXPECT_THAT(ids(chart.at("problems").at("items")), ElementsAre("new", "old"));
  EXPECT_EQ(chart.at("problems").at("state").as_string(), "list");
  EXPECT_EQ(chart.at("allergies").at("state").as_string(), "not_asked");
  EXPECT_FALSE(chart.at("problems").at("more").as_bool());
}

TEST_F(ChartRoutesTest, AChartSaysWhenEachSiteLastRecordedSomethingAlsoOfThen) {
  read_.log.set_time(events::KnownTime(std::chrono::seconds(1'717'405'200)));
  given_patient();
  read_.log.set_time(events::KnownTime(std::chrono::seconds(1'717'405'300)));
  const auto then = read_.json("/charts/ana").at("position").as_string();
  given_problem("c", "2020");
  const auto last = [&](const std::string& parameters) {
    const auto sites = read_.json("/charts/ana" + parameters).at("sites").as_array();
    EXPECT_EQ(sites.size(), 1u);
    EXPECT_FALSE(sites[0].as_object().contains("site"));  // nobody named one
    return std::string(sites[0].at("last").as_string());
  };

  EXPECT_EQ(last(""), "2024-06-03T09:01:40.000Z");
  EXPECT_EQ(last("?asOf=" + std::string(then)), "2024-06-03T09:00:00.000Z");
}

// LOINC 82810-3, as of so many days ago.
std::string pregnancy_status(const std::string& id, const std::string& code, int days_ago) {
  const std::chrono::year_month_day day(
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) -
      std::chrono::days(days_ago));
  schema::ObservationT of;
  of.status = "final";
  of.code = code_of("http://loinc.org", "82810-3");
  of.effective = when(fmt::format("{:04}-{:02}-{:02}", int(day.year()), unsigned(day.month()),
                                  unsigned(day.day())));
  of.value = std::make_unique<schema::ValueT>();
  of.value->concept_ = code_of("http://snomed.info/sct", code);
  return facts_of(schema::ResourceType::Observation, id, std::move(of));
}

TEST_F(ChartRoutesTest, APregnancyIsSaidForTenMonthsAndUntilANewerAnswer) {
  given_patient();
  const auto said = [this] { return read_.json("/charts/ana").as_object().contains("pregnancy"); };
  EXPECT_FALSE(said());
  read_.send("ana", "Observation", "old", pregnancy_status("old", "77386006", 305));
  EXPECT_FALSE(said());
  read_.send("ana", "Observation", "now", pregnancy_status("now", "77386006", 100));
  ASSERT_TRUE(said());
  EXPECT_EQ(read_.json("/charts/ana").at("pregnancy").at("id").as_string(), "now");
  read_.send("ana", "Observation", "not", pregnancy_status("not", "60001007", 10));
  EXPECT_FALSE(said());
}

TEST_F(ChartRoutesTest, ALimitSaysThatThereIsMore) {
  given_patient();
  for (const char* id : {"a", "b", "c"}) given_problem(id, "2020");

  const auto problems = read_.json("/charts/ana?limit=2").at("problems");

  EXPECT_THAT(ids(problems.at("items")), ElementsAre("a", "b"));
  EXPECT_TRUE(problems.at("more").as_bool());
}

TEST_F(ChartRoutesTest, NoneKnownIsNotTheSameAsNotAskedAndContradictionsShow) {
  given_patient();
  const auto allergy = [](const std::string& id, const std::string& code) {
    schema::AllergyIntoleranceT of;
    of.code = code_of("http://snomed.info/sct", code);
    of.clinical_status = code_of("clinical", "active");
    return facts_of(schema::ResourceType::AllergyIntolerance, id, std::move(of));
  };
  read_.send("ana", "AllergyIntolerance", "none", allergy("none", "716186003"));
  EXPECT_EQ(read_.json("/charts/ana").at("allergies").at("state").as_string(), "none_known");

  read_.send("ana", "AllergyIntolerance", "nuts", allergy("nuts", "91934008"));
  const auto allergies = read_.json("/charts/ana").at("allergies");
  EXPECT_EQ(allergies.at("state").as_string(), "conflict");
  EXPECT_THAT(ids(allergies.at("items")), ElementsAre("nuts"));

  // Also where the limit leaves out what contradicts.
  read_.send("ana", "AllergyIntolerance", "a-milk", allergy("a-milk", "782555009"));
  read_.send("ana", "AllergyIntolerance", "b-fish", allergy("b-fish", "417532002"));
  const auto first = read_.json("/charts/ana?limit=1").at("allergies");
  EXPECT_THAT(ids(first.at("items")), ElementsAre("a-milk"));
  EXPECT_TRUE(first.at("more").as_bool());
  EXPECT_EQ(first.at("state").as_string(), "conflict");
}

TEST_F(ChartRoutesTest, AStreamWithoutItsPatientSaysSoAndAnUnknownOrDeletedPatientIsNotThere) {
  given_problem("c", "2020");
  const auto chart = read_.json("/charts/ana");
  EXPECT_TRUE(chart.at("patient").is_null());
  EXPECT_EQ(chart.at("note").as_string(), "patient not yet recorded");

  EXPECT_EQ(read_.get("/charts/nobody").status, 404);
  EXPECT_EQ(read_.get("/charts/no%20id").status, 400);
  given_patient();
  read_.send("ana", "Patient", "ana", "");
  EXPECT_EQ(read_.get("/charts/ana").status, 410);
  EXPECT_EQ(read_.get("/charts/ana/medications").status, 410);
}

TEST_F(ChartRoutesTest, WhatIsNotKnownOrNotBuiltIsRefusedByName) {
  given_patient();
  struct Case {
    const char* target;
    const char* says;
  };
  for (const auto& [target, says] : {
           Case{"/charts/ana?colour=red", "colour"},
           Case{"/charts/ana?asOf=2024-01-01", "before the first record"},
           Case{"/charts/ana/medications?at=2024", "longer than a day"},
           Case{"/charts/ana?limit=0", "limit"},
           Case{"/charts/ana?limit=1&limit=2", "twice"},
           Case{"/charts/ana/timeline?_count=x", "_count"},
           Case{"/charts/ana/timeline?_cursor=x", "_cursor"},
           Case{"/charts/ana/trends?code=", "code"},
           Case{"/charts/ana/trends?code=a,%7C", "code"},
       }) {
    const auto response = read_.get(target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_THAT(response.body, HasSubstr(says)) << target;
    EXPECT_THAT(*header_of(response, "Content-Type"), HasSubstr("application/problem+json"));
  }
}

TEST_F(ChartRoutesTest, AnswersCarryTheirPositionAndWaitForTheOneAskedFor) {
  given_patient();
  const auto position = given_problem("c", "2020");
  const auto token = read_.token(position);

  const auto response = read_.get("/charts/ana", {{"chartlog-min-position", token}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*header_of(response, "Chartlog-Position"), token);
  EXPECT_THAT(response.body, HasSubstr(token));

  const auto beyond = read_.token({position.partition, {position.offset.value + 9}});
  EXPECT_EQ(read_.get("/charts/ana", {{"chartlog-min-position", beyond}}).status, 400);
  events::PositionToken foreign{events::LogId(std::array<std::uint8_t, 16>{1})};
  foreign.see(position);
  EXPECT_EQ(read_.get("/charts/ana", {{"chartlog-min-position", foreign.text()}}).status, 400);
  EXPECT_EQ(read_.get("/charts/ana", {{"chartlog-min-position", "x"}}).status, 400);
}

TEST_F(ChartRoutesTest, ATimelinePagesThroughAllTypesWithoutLossOrRepeat) {
  given_patient();
  for (int i = 0; i < 7; ++i) {
    const auto id = "c" + std::to_string(i);
    given_problem(id, i % 2 == 0 ? "2020" : "");  // equal times, and none
    read_.send("ana", "Observation", "o" + std::to_string(i),
               observation("o" + std::to_string(i), "2020", {"2160-0", "1", "mg/dL"}));
  }
  std::vector<std::string> seen;
  std::string target = "/charts/ana/timeline?_count=3";
  for (int page = 0; page < 10; ++page) {
    const auto answer = read_.json(target);
    for (const auto& id : ids(answer.at("items"))) seen.push_back(id);
    const auto* next = answer.as_object().if_contains("next");
    if (next == nullptr) break;
    target = "/charts/ana/timeline?_count=3&_cursor=" + std::string(next->as_string());
  }
  EXPECT_THAT(seen, ElementsAre("c0", "c2", "c4", "c6", "o0", "o1", "o2", "o3", "o4", "o5", "o6",
                                "c1", "c3", "c5"));
}

TEST_F(ChartRoutesTest, ATrendShowsPartsOfPanelsAndSeveralCodesOfOneAnalyte) {
  given_patient();
  read_.send("ana", "Observation", "bp",
             observation("bp", "2024-01-01", {"85354-9", "", ""}, {{"8480-6", "120.0", "mm[Hg]"}}));
  read_.send("ana", "Observation", "k1", observation("k1", "2023", {"2160-0", "1.1", "mg/dL"}));
  read_.send("ana", "Observation", "k2", observation("k2", "2024", {"38483-4", "1.2", "mg/dL"}));

  const auto pressure = read_.get("/charts/ana/trends?code=http://loinc.org%7C8480-6");
  EXPECT_THAT(pressure.body, HasSubstr(R"("value":120.0,"unit":"mm[Hg]")"));
  const auto creatinine = read_.json("/charts/ana/trends?code=2160-0,38483-4").at("values");
  ASSERT_EQ(creatinine.as_array().size(), 2u);
  EXPECT_EQ(creatinine.at(0).at("observation").as_string(), "k2");
}

TEST_F(ChartRoutesTest, AMedicationListSaysWhatItRestsOn) {
  given_patient();
  EXPECT_EQ(read_.json("/charts/ana/medications").at("state").as_string(), "not_asked");
  schema::MedicationRequestT of;
  of.status = "active";
  of.intent = "order";
  of.medication = code_of("http://www.nlm.nih.gov/research/umls/rxnorm", "860975", "metformin");
  of.authored = when("2024-03-01");
  read_.send("ana", "MedicationRequest", "r",
             facts_of(schema::ResourceType::MedicationRequest, "r", std::move(of)));

  const auto line = read_.json("/charts/ana/medications").at("active").at(0);

  EXPECT_EQ(line.at("drug").at("code").as_string(), "860975");
  EXPECT_EQ(line.at("start").as_string(), "2024-03-01");
  EXPECT_FALSE(line.at("end_recorded").as_bool());
  EXPECT_THAT(ids(line.at("rests_on")), ElementsAre("r"));
  EXPECT_EQ(read_.json("/charts/ana").at("medications").at("items").as_array().size(), 1u);
}

}  // namespace
}  // namespace tests
