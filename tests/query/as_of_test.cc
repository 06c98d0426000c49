// asOf= and at= on what one patient's chart answers, and _asOf on FHIR reads.
#include "query/as_of.h"

#include "query/charts.h"
#include "query/fhir/routes.h"
#include "query/medication_json.h"
#include "query/timeline.h"
#include "query/trends.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/knowledge/shipped.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using events::KnownTime;
using projections::knowledge::test::shipped_knowledge;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr KnownTime monday{seconds(1'717'405'200)};  // 2024-06-03T09:00:00Z

class AsOfRoutesTest : public ::testing::Test {
 protected:
  AsOfRoutesTest() {
    query::add_chart_routes(read_.router, read_.sources,
                            [](const auto&) { return shipped_knowledge(); });
    query::add_medication_routes(read_.router, read_.sources,
                                 [](const auto&) { return shipped_knowledge(); });
    query::add_timeline_routes(read_.router, read_.sources);
    query::add_trend_routes(read_.router, read_.sources);
    query::fhir::add_fhir_routes(read_.router, read_.sources);
    clock(seconds(0));
    read_.send("ana", "Patient", "ana", patient("ana", {"Reed", "Ann", "1970-05-06", "female"}));
  }
  void clock(seconds since_monday) { read_.log.set_time(monday + since_monday); }
  events::Position given_problem(const std::string& id, const std::string& onset) {
    return read_.send("ana", "Condition", id, condition(id, "name of " + id, onset));
  }
  events::Position given_order(const std::string& id, const std::string& status,
                               const std::string& authored) {
    schema::MedicationRequestT of;
    of.status = status;
    of.intent = "order";
    of.medication = code_of(std::string(projections::rxnorm), "866924", "metoprolol tartrate");
    of.authored = when(authored);
    return read_.send("ana", "MedicationRequest", id,
                      facts_of(schema::ResourceType::MedicationRequest, id, std::move(of)));
  }
  std::vector<std::string> problems(const std::string& parameters) {
    std::vector<std::string> ids;
    const auto chart = read_.json("/charts/ana?" + parameters);
    for (const auto& item : chart.at("problems").at("items").as_array())
      ids.emplace_back(item.at("id").as_string());
    return ids;
  }
  std::vector<std::string> timeline(const std::string& parameters) {
    std::vector<std::string> ids;
    const auto answer = read_.json("/charts/ana/timeline?" + parameters);
    for (const auto& item : answer.at("items").as_array())
      ids.emplace_back(item.at("id").as_string());
    return ids;
  }
  ReadFixture read_;
};

TEST_F(AsOfRoutesTest, AChartAsOfATimeHasWhatWasRecordedByThenAtExactlyThatTimeToo) {
  clock(seconds(60));
  given_problem("first", "2020");
  clock(seconds(120));
  given_problem("late", "1999");

  EXPECT_THAT(problems("asOf=2024-06-03T09:00:59Z"), IsEmpty());
  EXPECT_THAT(problems("asOf=2024-06-03T09:01:00Z"), ElementsAre("first"));
  EXPECT_THAT(problems("asOf=2024-06-03T09:01:59.999Z"), ElementsAre("first"));
  EXPECT_THAT(problems("asOf=2024-06-03T11:02:00%2B02:00"), ElementsAre("first", "late"));
  EXPECT_THAT(problems("asOf=2024-06-03"), ElementsAre("first", "late"));
  EXPECT_THAT(timeline("asOf=2024-06-03T09:01:00Z"), ElementsAre("first"));
}

TEST_F(AsOfRoutesTest, TheAnswerNamesItsPositionAndWhetherItIsProvisional) {
  const auto first = given_problem("first", "2020");
  clock(seconds(120));
  given_problem("second", "2020");
  const auto asked = [&](const std::string& when) {
    return read_.json("/charts/ana?asOf=" + when).at("as_of");
  };

  const auto past = asked("2024-06-03T09:00:30Z");
  EXPECT_EQ(past.at("position").as_string(), read_.token(first));
  EXPECT_EQ(past.at("newest").as_string(), "2024-06-03T09:00:00.000Z");
  EXPECT_FALSE(past.at("provisional").as_bool());
  // No record has come after that day yet.
  EXPECT_TRUE(asked("2024-06-03").at("provisional").as_bool());
  EXPECT_FALSE(asked(read_.token(first)).at("provisional").as_bool());
  const auto answer = read_.get("/charts/ana?asOf=2024-06-03T09:00:30Z");
  EXPECT_EQ(*header_of(answer, "Chartlog-Position"), read_.token(first));
  EXPECT_EQ(*header_of(answer, "Chartlog-Provisional"), "false");
}

TEST_F(AsOfRoutesTest, APositionMeansExactlyWhatLiesBelowIt) {
  const auto first = given_problem("first", "2020");
  const auto second = given_problem("second", "2021");  // of the same time

  EXPECT_THAT(problems("asOf=" + read_.token(first)), ElementsAre("first"));
  EXPECT_THAT(problems("asOf=" + read_.token(second)), ElementsAre("second", "first"));
}

TEST_F(AsOfRoutesTest, WhatWasDeletedOrNotThereYetIsSaidAsOfThen) {
  clock(seconds(60));
  read_.send("ana", "Patient", "ana", "");
  EXPECT_EQ(read_.get("/charts/ana").status, 410);
  EXPECT_EQ(read_.get("/charts/ana?asOf=2024-06-03T09:00:30Z").status, 200);
  EXPECT_EQ(read_.get("/charts/ana?asOf=2024-06-03T09:01:00Z").status, 410);
  clock(seconds(120));
  read_.send("bea", "Patient", "bea", patient("bea", {"Kay", "Bea", "1980-01-01", "female"}));
  const auto before = read_.get("/charts/bea?asOf=2024-06-03T09:01:30Z");
  EXPECT_TRUE(before.status == 404 || before.status == 400) << before.body;
}

TEST_F(AsOfRoutesTest, OddTimesAndForeignPositionsAreRefusedByName) {
  given_problem("first", "2020");
  const std::string foreign(32, 'a');
  const auto own = read_.token({{0}, {0}});
  const auto beyond = own.substr(0, 33) + "0-99999";
  struct Case {
    std::string query;
    const char* says;
  };
  for (const auto& [query, says] :
       {Case{"asOf=2999-01-01", "lies ahead"}, Case{"at=2999-01-01", "lies ahead"},
        Case{"asOf=2024-06-03T09:00:00", "no zone"}, Case{"at=2024-06-03T09:00:00", "no zone"},
        Case{"asOf=2024-06", "longer than a day"}, Case{"at=2024", "longer than a day"},
        Case{"asOf=2024-13-01", "no position; write"}, Case{"at=yesterday", "is no day"},
        Case{"asOf=", "is no day"}, Case{"asOf=2001-01-01", "before the first record"},
        Case{"asOf=" + foreign + ":0-1", "of another log"},
        Case{"asOf=" + beyond, "beyond the end"}, Case{"asOf=" + foreign + ":x", "asOf"},
        Case{"asOf=" + own.substr(0, 33), "asOf"},
        Case{"asOf=2024-06-03&asOf=2024-06-03", "twice"}}) {
    const auto answer = read_.get("/charts/ana?" + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_THAT(answer.body, HasSubstr(says)) << query;
  }
}

TEST_F(AsOfRoutesTest, AtADayProblemsHaveBegunAndNotEnded) {
  given_problem("now", "2020");
  given_problem("undated", "");
  schema::ConditionT of;
  of.code = text_only("ended");
  of.onset = when("2010-01-01");
  of.abatement = when("2015-05-05");
  of.clinical_status = code_of("clinical", "resolved");
  read_.send("ana", "Condition", "ended",
             facts_of(schema::ResourceType::Condition, "ended", std::move(of)));

  EXPECT_THAT(problems("at=2009-12-31"), ElementsAre("undated"));
  EXPECT_THAT(problems("at=2010-01-01"), ElementsAre("ended", "undated"));
  EXPECT_THAT(problems("at=2015-05-05"), ElementsAre("ended", "undated"));
  EXPECT_THAT(problems("at=2015-05-06"), ElementsAre("undated"));
  EXPECT_THAT(problems("at=2020-01-01"), ElementsAre("now", "undated"));
}

TEST_F(AsOfRoutesTest, MedicationsAtADayAreThoseTakenThen) {
  given_order("m", "active", "2020-03-01");
  clock(seconds(60));
  given_order("m", "stopped", "2020-03-01");
  const auto lists = [&](const std::string& parameters) {
    const auto list = read_.json("/charts/ana/medications?" + parameters);
    std::string found;
    for (const char* state : {"active", "may_still_be_taking", "past"}) {
      for (const auto& line : list.at(state).as_array())
        found += std::string(state) + ":" +
                 std::string(line.at("rests_on").at(0).at("status").as_string()) + " ";
    }
    return found;
  };

  EXPECT_EQ(lists("at=2020-02-29"), "");
  // Up to when it was last sent as active: yes.
  EXPECT_EQ(lists("at=2021-01-01"), "active:stopped ");
  EXPECT_EQ(lists(""), "past:stopped ");
  // As it was known before the stop came.
  EXPECT_EQ(lists("asOf=2024-06-03T09:00:30Z"), "active:active ");
  EXPECT_EQ(lists("asOf=2024-06-03T09:00:30Z&at=2020-02-29"), "");
  EXPECT_EQ(read_.json("/charts/ana?at=2021-01-01").at("medications").at("items").as_array().size(),
            1u);
}

// A later day than `asOf` lies ahead of what was known, as it does for /medications/taking.
TEST_F(AsOfRoutesTest, AtADayAfterAsOfNobodyKnewWhetherTheDrugWouldStillBeTaken) {
  const auto known = read_.token(given_order("m", "active", "2020-03-01"));

  for (const std::string& as_of :
       {std::string("2024-06-03T09:00:30Z"), std::string("2024-06-03"), known}) {
    const auto asked = "asOf=" + as_of + "&at=2024-06-04";
    const auto list = read_.json("/charts/ana/medications?" + asked);
    EXPECT_THAT(list.at("active").as_array(), IsEmpty()) << asked;
    ASSERT_EQ(list.at("may_still_be_taking").as_array().size(), 1u) << asked;
    EXPECT_THAT(std::string(list.at("may_still_be_taking").at(0).at("because").as_string()),
                HasSubstr("lies ahead"));
    const auto chart = read_.json("/charts/ana?" + asked);
    EXPECT_THAT(chart.at("medications").at("items").as_array(), IsEmpty()) << asked;
    const auto taking =
        read_.json("/charts/ana/medications/taking?drug=metoprolol%20tartrate&asOf=" + as_of +
                   "&on=2024-06-04");
    EXPECT_EQ(taking.at("taking").as_string(), "unknown_end") << asked;
  }
}

TEST_F(AsOfRoutesTest, ValuesAtADayAreNotLater) {
  read_.send("ana", "Observation", "old",
             observation("old", "2020-01-01", {"8480-6", "120", "mm"}));
  clock(seconds(60));
  read_.send("ana", "Observation", "new",
             observation("new", "2021-01-01", {"8480-6", "130", "mm"}));
  const auto values = [&](const std::string& parameters) {
    std::string ids;
    const auto answer = read_.json("/charts/ana/trends?code=8480-6" + parameters);
    for (const auto& value : answer.at("values").as_array())
      ids += std::string(value.at("observation").as_string()) + " ";
    return ids;
  };

  EXPECT_EQ(values(""), "new old ");
  EXPECT_EQ(values("&at=2020-12-31"), "old ");
  EXPECT_EQ(values("&at=2021-01-01"), "new old ");
  EXPECT_EQ(values("&asOf=2024-06-03T09:00:30Z"), "old ");
  EXPECT_THAT(timeline("at=2020-12-31"), ElementsAre("old"));
  EXPECT_EQ(
      read_.json("/charts/ana/trends?at=2020-12-31").at("series").at(0).at("count").as_int64(), 1);
}

TEST_F(AsOfRoutesTest, FhirReadsHaveTheVersionOfThen) {
  given_problem("a", "2020");
  clock(seconds(60));
  given_problem("a", "2021");
  clock(seconds(120));
  read_.send("ana", "Condition", "a", "");
  const auto etag = [&](const std::string& parameters) {
    const auto answer = read_.get("/fhir/Condition/a" + parameters);
    const auto* found = header_of(answer, "ETag");
    return std::to_string(answer.status) + (found ? " " + *found : "");
  };

  EXPECT_EQ(etag("?_asOf=2024-06-03T09:00:30Z"), "200 W/\"1\"");
  EXPECT_EQ(etag("?_asOf=2024-06-03T09:01:00Z"), "200 W/\"2\"");
  EXPECT_EQ(etag("?_asOf=2024-06-03T09:02:00Z"), "410");
  EXPECT_EQ(etag("?_asOf=2024-06-03T08:59:59Z"), "404");
  EXPECT_EQ(etag("/_history/2"), "200 W/\"2\"");
  EXPECT_EQ(etag("?asOf=2024-06-03"), "400") << read_.get("/fhir/Condition/a?asOf=2024-06-03").body;
}

// A search asks for the subject too, which charts do not.
std::string problem_of_ana(const std::string& id, const std::string& onset) {
  schema::ConditionT of;
  of.code = text_only(id);
  of.onset = when(onset);
  schema::FactsT facts;
  facts.type = schema::ResourceType::Condition;
  facts.id = id;
  facts.subjects.push_back(refer_to(schema::ResourceType::Patient, "ana"));
  facts.of.Set(std::move(of));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

TEST_F(AsOfRoutesTest, SearchesOfAPatientAndEverythingAreAsOfThen) {
  read_.send("ana", "Condition", "a", problem_of_ana("a", "2020"));
  clock(seconds(60));
  read_.send("ana", "Condition", "b", problem_of_ana("b", "2021"));
  const auto total = [&](const std::string& target) {
    const auto answer = read_.get(target);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto bundle = boost::json::parse(answer.body);
    const auto* entries = bundle.as_object().if_contains("entry");
    return entries == nullptr ? 0 : entries->as_array().size();
  };

  EXPECT_EQ(total("/fhir/Condition?patient=ana&_asOf=2024-06-03T09:00:30Z"), 1u);
  EXPECT_EQ(total("/fhir/Condition?patient=ana&onset-date=ge2019&_asOf=2024-06-03T09:00:30Z"), 1u);
  EXPECT_EQ(total("/fhir/Condition?patient=ana&_asOf=2024-06-03T09:01:00Z"), 2u);
  EXPECT_EQ(total("/fhir/Patient/ana/$everything?_asOf=2024-06-03T09:00:30Z"), 2u);
  const auto refused =
      read_.get("/fhir/Observation/$lastn?patient=ana&category=laboratory&_asOf=2024-06-03");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("_asOf"));
}

}  // namespace
}  // namespace tests
