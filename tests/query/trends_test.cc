#include "query/trends.h"

#include "tests/projections/facts_builder.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class TrendRoutesTest : public ::testing::Test {
 protected:
  TrendRoutesTest() { query::add_trend_routes(read_.router, read_.sources); }

  void given_patient(const std::string& birth, const std::string& gender) {
    read_.send("ana", "Patient", "ana", patient("ana", {"Reed", "Ann", birth, gender, "77"}));
  }
  void given(const std::string& id, const std::string& when, const Reading& reading,
             const std::string& status = "final") {
    read_.send("ana", "Observation", id, observation(id, when, reading, {}, status));
  }
  boost::json::value trends(const std::string& query) {
    return read_.json("/charts/ana/trends" + query);
  }
  static std::string text(const boost::json::value& value) { return boost::json::serialize(value); }
  static std::vector<std::string> members(const boost::json::value& items, const char* name) {
    std::vector<std::string> all;
    for (const auto& item : items.as_array()) {
      const auto* member = item.as_object().if_contains(name);
      all.push_back(member == nullptr     ? "-"
                    : member->is_string() ? std::string(member->as_string())
                                          : text(*member));
    }
    return all;
  }
  ReadFixture read_;
};

TEST_F(TrendRoutesTest, AGroupJoinsItsCodesAndUnitsAndShowsBoth) {
  given_patient("1970-05-06", "female");
  given("k1", "2024-01-01", {"2160-0", "1.00", "mg/dL"});
  given("k2", "2024-02-01", {"38483-4", "1.10", "mg/dL"});
  given("k3", "2024-03-01", {"14682-9", "106", "umol/L"});

  const auto answer = trends("?code=group:creatinine");

  const auto& values = answer.at("values");
  EXPECT_THAT(members(values, "observation"), ElementsAre("k3", "k2", "k1"));
  EXPECT_THAT(members(values, "value"), ElementsAre("106", "1.1E0", "1E0"));
  EXPECT_THAT(text(values.at(0)), HasSubstr(R"("converted":{"value":1.2E0,"unit":"mg/dL"})"));
  EXPECT_EQ(values.at(1).as_object().if_contains("converted"), nullptr);  // as sent
  const auto& series = answer.at("series").at(0);
  EXPECT_EQ(series.at("series").as_string(), "creatinine");
  EXPECT_EQ(series.at("unit").as_string(), "mg/dL");
  EXPECT_EQ(series.at("codes").as_array().size(), 3u);
  EXPECT_EQ(series.at("slope").at("n").as_int64(), 3);
  EXPECT_EQ(text(series.at("slope").at("days")), "6E1");
  EXPECT_EQ(series.at("change").at("newest").at("observation").as_string(), "k3");
  EXPECT_EQ(text(series.at("change").at("absolute")), "1E-1");
  EXPECT_EQ(text(series.at("change").at("days")), "2.9E1");
  EXPECT_THAT(std::string(answer.at("notice").as_string()), HasSubstr("not clinically reviewed"));
}

TEST_F(TrendRoutesTest, DigitsStayAsSentAndConvertedOnesAreNotInvented) {
  given_patient("1970-05-06", "female");
  given("k1", "2024-01-01", {"2160-0", "1.00", "mg/dL"});
  const auto response = read_.get("/charts/ana/trends?code=2160-0&unit=umol/L");
  EXPECT_THAT(response.body, HasSubstr(R"("value":1.00,"unit":"mg/dL","unit_code":"mg/dL",)"
                                       R"("converted":{"value":88.4,"unit":"umol/L"})"));
}

TEST_F(TrendRoutesTest, ABoundAndARangeGoWithTheirConvertedValue) {
  given_patient("1970-05-06", "female");
  schema::ObservationT of;
  of.status = "final";
  of.effective = when("2024-01-01");
  of.code = code_of("http://loinc.org", "2160-0");
  of.value = std::make_unique<schema::ValueT>();
  of.value->quantity = quantity("15.0", "mg/dL");
  of.value->quantity->comparator = ">";
  auto range = std::make_unique<schema::ReferenceRangeT>();
  range->low = quantity("0.6", "mg/dL");
  range->high = quantity("1.2", "mg/dL");
  of.reference_ranges.push_back(std::move(range));
  of.interpretation.push_back(code_of("interpretation", "HH"));
  read_.send("ana", "Observation", "k",
             facts_of(schema::ResourceType::Observation, "k", std::move(of)));

  const auto response = read_.get("/charts/ana/trends?code=2160-0&unit=umol/L");

  EXPECT_THAT(response.body,
              HasSubstr(R"("converted":{"value":1326,"comparator":">","unit":"umol/L",)"
                        R"("range":{"low":53,"high":106}})"));
  EXPECT_THAT(response.body,
              HasSubstr(R"("flag":{"code":"HH","by":"interpretation","critical":true})"));
  EXPECT_THAT(response.body, HasSubstr(R"("range":{"low":0.6,"high":1.2})"));
}

TEST_F(TrendRoutesTest, WhatDoesNotConvertIsListedAndInNoNumber) {
  given_patient("1970-05-06", "female");
  given("k1", "2024-01-01", {"2160-0", "1.0", "mg/dL"});
  given("k2", "2024-01-02", {"2160-0", "70", "kg"});
  given("k3", "2024-01-03", {"2160-0", "2", "drops"});
  given("k4", "2024-01-04", {"2160-0", "9", "mg/dL"}, "cancelled");
  given("k5", "2024-01-05", {"2160-0", "9", "mg/dL"}, "entered-in-error");
  given("k6", "2024-01-06", {"2160-0", "1.1", "mg/dL"}, "preliminary");

  const auto answer = trends("?code=2160-0");

  EXPECT_THAT(members(answer.at("values"), "observation"),
              ElementsAre("k6", "k4", "k3", "k2", "k1"));
  EXPECT_THAT(members(answer.at("values"), "mark"),
              ElementsAre("preliminary", "cancelled", "-", "-", "-"));
  const auto& series = answer.at("series").at(0);
  EXPECT_THAT(members(series.at("not_converted"), "observation"), ElementsAre("k3", "k2"));
  EXPECT_THAT(members(series.at("not_converted"), "reason")[0], HasSubstr("\"drops\" is no unit"));
  EXPECT_EQ(series.at("count").as_int64(), 2);
  EXPECT_EQ(series.at("left_out").at("not_converted").as_int64(), 2);
  EXPECT_EQ(series.at("left_out").at("cancelled").as_int64(), 1);
  EXPECT_EQ(series.as_object().if_contains("slope"), nullptr);  // two values make no slope
}

TEST_F(TrendRoutesTest, AnalytesAreNotMixedOnOneAxis) {
  given_patient("1970-05-06", "female");
  read_.send("ana", "Observation", "bp",
             observation("bp", "2024-01-01", {"85354-9", "", ""},
                         {{"8480-6", "120", "mm[Hg]"}, {"8462-4", "80", "mm[Hg]"}}));
  given("s", "2024-01-02", {"72514-3", "4", "{score}"});

  const auto answer = trends("?code=8480-6,8462-4,http://loinc.org%7C72514-3");

  EXPECT_THAT(members(answer.at("series"), "series"),
              ElementsAre("http://loinc.org|72514-3", "systolic", "diastolic"));
  EXPECT_THAT(members(answer.at("values"), "series"),
              ElementsAre("http://loinc.org|72514-3", "systolic", "diastolic"));
  EXPECT_THAT(members(answer.at("values"), "component"), ElementsAre("-", "0", "1"));
}

TEST_F(TrendRoutesTest, BucketsGoByDayMonthOrYearAsSent) {
  given_patient("1970-05-06", "female");
  given("g1", "2024-02-28", {"2345-7", "90", "mg/dL"});
  given("g2", "2024-03-01T00:30:00+02:00", {"2345-7", "100", "mg/dL"});
  given("g3", "2024-03-02", {"2345-7", "111", "mg/dL"});

  const auto buckets = trends("?code=group:glucose&bucket=month").at("series").at(0).at("buckets");

  EXPECT_EQ(buckets.at("zone").as_string(), "offset as sent");
  EXPECT_EQ(
      text(buckets.at("items")),
      R"([{"bucket":"2024-03","count":2,"min":100,"max":111,"mean":106,"first":100,"last":111},)"
      R"({"bucket":"2024-02","count":1,"min":90,"max":90,"mean":90,"first":90,"last":90}])");
}

TEST_F(TrendRoutesTest, EgfrNamesItsInputsAndARiseIsDetectedWithItsRule) {
  given_patient("1969-03-01", "male");
  given("k1", "2024-01-01T08:00:00Z", {"2160-0", "1.2", "mg/dL"});
  given("k2", "2024-06-01T08:00:00Z", {"2160-0", "1.2", "mg/dL"});
  given("k3", "2024-06-03T08:00:00Z", {"2160-0", "1.5", "mg/dL"});

  const auto answer = trends("?code=group:creatinine&unit=umol/L&derived=egfr");

  const auto& egfr = answer.at("derived").at(0);
  // In January he is 54: by hand 71.9, and 71.4 at 55.
  EXPECT_THAT(members(egfr.at("values"), "value"), ElementsAre("71", "72"));
  EXPECT_EQ(
      text(egfr.at("values").at(0).at("inputs")),
      R"([{"type":"Observation","id":"k2","version":1},{"type":"Patient","id":"ana","version":1}])");
  EXPECT_THAT(members(egfr.at("not_derived"), "reason"),
              ElementsAre("creatinine rises acutely (kdigo-aki-absolute)"));
  const auto& detected = answer.at("detected");
  ASSERT_EQ(detected.as_array().size(), 1u);
  EXPECT_EQ(detected.at(0).at("rule").as_string(), "kdigo-aki-absolute");
  EXPECT_EQ(detected.at(0).at("reason").as_string(),
            "creatinine rose from 1.2 to 1.5 mg/dL within 48 hours");
  EXPECT_THAT(std::string(detected.at(0).at("source").as_string()), HasSubstr("KDIGO"));
  EXPECT_EQ(detected.at(0).at("read").as_string(), "not compared");
  EXPECT_THAT(members(detected.at(0).at("inputs"), "id"), ElementsAre("k3", "k2"));
}

TEST_F(TrendRoutesTest, EgfrIsSilentInDialysisAndPregnancyThatTheChartShows) {
  given_patient("1980-03-01", "female");
  given("k1", "2020-01-01", {"2160-0", "1.0", "mg/dL"});
  given("k2", "2021-06-01", {"2160-0", "1.0", "mg/dL"});
  given("k3", "2024-06-01", {"2160-0", "8.0", "mg/dL"});
  schema::ConditionT pregnancy;
  pregnancy.code = code_of("http://snomed.info/sct", "72892002");
  pregnancy.onset = when("2021-03-01");
  read_.send("ana", "Condition", "p",
             facts_of(schema::ResourceType::Condition, "p", std::move(pregnancy)));
  schema::ProcedureT dialysis;
  dialysis.status = "completed";
  dialysis.code = code_of("http://snomed.info/sct", "265764009");
  dialysis.performed = when("2024-05-20");
  read_.send("ana", "Procedure", "d",
             facts_of(schema::ResourceType::Procedure, "d", std::move(dialysis)));
  schema::ProcedureT not_done;
  not_done.status = "not-done";
  not_done.code = code_of("http://snomed.info/sct", "265764009");
  not_done.performed = when("2019-12-30");
  read_.send("ana", "Procedure", "n",
             facts_of(schema::ResourceType::Procedure, "n", std::move(not_done)));

  const auto egfr = trends("?derived=egfr").at("derived").at(0);

  EXPECT_THAT(members(egfr.at("not_derived"), "reason"), ElementsAre("dialysis", "pregnancy"));
  EXPECT_THAT(text(egfr.at("not_derived").at(0).at("inputs")),
              HasSubstr(R"({"type":"Procedure","id":"d","version":1})"));
  EXPECT_EQ(egfr.at("values").as_array().size(), 1u);  // what was not done is nothing
}

TEST_F(TrendRoutesTest, AChildsGrowthAndBodyMassAreDerivedFromItsMeasurements) {
  given_patient("2014-01-01", "female");
  given("w", "2024-01-15", {"29463-7", "33.0", "kg"});
  given("h", "2024-01-15", {"8302-2", "138", "cm"});

  const auto derived = trends("?derived=bmi,growth").at("derived");

  ASSERT_EQ(derived.as_array().size(), 2u);
  EXPECT_EQ(derived.at(0).at("name").as_string(), "growth");
  EXPECT_THAT(members(derived.at(0).at("values"), "measure"),
              ElementsAre("height", "weight", "bmi"));
  EXPECT_EQ(text(derived.at(1).at("values").at(0).at("value")), "1.73E1");  // 33 / 1.38^2
  EXPECT_THAT(members(derived.at(1).at("values").at(0).at("inputs"), "id"), ElementsAre("w", "h"));
}

TEST_F(TrendRoutesTest, WithoutCodeTheAnswerSaysWhichSeriesThereAre) {
  given_patient("1970-05-06", "female");
  given("k1", "2024-01-01", {"2160-0", "1.0", "mg/dL"});
  given("k2", "2024-02-01", {"2160-0", "1.1", "mg/dL"});
  given("k3", "2024-03-01", {"2160-0", "9", "mg/dL"}, "entered-in-error");
  given("x", "2023", {"99-9", "1", "mg"});

  const auto answer = trends("");

  EXPECT_THAT(members(answer.at("series"), "count"), ElementsAre("2", "1"));
  EXPECT_THAT(members(answer.at("series"), "newest"), ElementsAre("2024-02-01", "2023"));
  EXPECT_THAT(members(answer.at("series"), "series"), ElementsAre("creatinine", "-"));
  EXPECT_FALSE(answer.at("more").as_bool());
}

TEST_F(TrendRoutesTest, AListOfSeriesGoesOnWhereItEndsAndEachCountIsWhole) {
  given_patient("1970-05-06", "female");
  std::vector<Reading> panel(21'000, Reading{"8480-6", "120", "mm[Hg]"});
  read_.send("ana", "Observation", "long", observation("long", "2024-01-01", {"85354-9"}, panel));
  given("k1", "2024-01-01", {"2160-0", "1.0", "mg/dL"});
  given("x", "2023", {"99-9", "1", "mg"});

  const auto first = trends("");

  EXPECT_THAT(members(first.at("series"), "count"), ElementsAre("1", "21000"));
  EXPECT_TRUE(first.at("more").as_bool());
  const auto rest = trends("?_cursor=" + std::string(first.at("next").as_string()));
  EXPECT_THAT(members(rest.at("series"), "count"), ElementsAre("1"));
  EXPECT_FALSE(rest.at("more").as_bool());
  EXPECT_EQ(rest.as_object().if_contains("next"), nullptr);
  EXPECT_EQ(read_.get("/charts/ana/trends?_cursor=x").status, 400);
  EXPECT_EQ(read_
                .get("/charts/ana/trends?code=2160-0&_cursor=" +
                     std::string(first.at("next").as_string()))
                .status,
            400);
}

TEST_F(TrendRoutesTest, SlopesAreOfTheValuesAnswered) {
  given_patient("1970-05-06", "female");
  for (int i = 1; i <= 5; ++i) {
    given("k" + std::to_string(i), "2024-01-0" + std::to_string(i),
          {"2160-0", i == 1 ? "9.0" : "1.0", "mg/dL"});
  }
  const auto answer = trends("?code=2160-0&_count=3");
  EXPECT_TRUE(answer.at("more").as_bool());
  EXPECT_EQ(text(answer.at("series").at(0).at("slope").at("per_day")), "0");
  EXPECT_EQ(answer.at("values").as_array().size(), 3u);
  // Named twice, shown once.
  EXPECT_EQ(trends("?code=2160-0,http://loinc.org%7C2160-0").at("values").as_array().size(), 5u);
}

TEST_F(TrendRoutesTest, WhatCannotBeIsRefusedWithTheRemedy) {
  given_patient("1970-05-06", "female");
  given("s", "2024-01-02", {"72514-3", "4", "{score}"});
  struct Case {
    const char *query, *says;
  };
  for (const auto& [query, says] : {
           Case{"?code=group:creatine",
                "group creatine is not known; groups are creatinine, glucose"},
           Case{"?code=group:", "group  is not known"},
           Case{"?code=,", "say which, as system|code, code or group:name"},
           Case{"?code=group:creatinine&unit=kg",
                "parameter unit kg: mg/dL measures g.m-3, kg measures g: they do not convert; "
                "creatinine is kept in mg/dL"},
           Case{"?code=group:a1c&unit=mmol/L", "a1c converts between mmol/mol, % only"},
           Case{"?code=2160-0&unit=mg%2Fdl.", "is not UCUM"},
           Case{"?code=2160-0,72514-3&unit=mcg", "write ug"},
           Case{"?code=72514-3&unit=kg",
                "of http://loinc.org|72514-3: {score} measures 1, kg measures g"},
           Case{"?unit=kg", "parameter unit: goes with code"},
           Case{"?bucket=day", "parameter bucket: goes with code"},
           Case{"?code=2160-0&bucket=week", "\\\"week\\\" is none; write day, month or year"},
           Case{"?derived=gfr", "\\\"gfr\\\" is none; write bmi, egfr or growth"},
           Case{"?derived=", "write bmi, egfr or growth"},
           Case{"?code=2160-0&colour=red", "parameter colour: not known here"},
           Case{"?code=2160-0&_count=0", "_count"},
       }) {
    const auto response = read_.get(std::string("/charts/ana/trends") + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_THAT(response.body, HasSubstr(says)) << query;
  }
  EXPECT_EQ(read_.get("/charts/nobody/trends").status, 404);
}

TEST_F(TrendRoutesTest, APatientWithoutValuesHasEmptyListsAndNoErrors) {
  given_patient("1970-05-06", "female");
  const auto answer =
      trends("?code=group:creatinine&unit=umol/L&derived=bmi,egfr,growth&bucket=day");
  EXPECT_THAT(answer.at("values").as_array(), IsEmpty());
  EXPECT_THAT(answer.at("series").as_array(), IsEmpty());
  EXPECT_THAT(answer.at("detected").as_array(), IsEmpty());
  EXPECT_EQ(answer.at("derived").as_array().size(), 3u);
  EXPECT_THAT(trends("").at("series").as_array(), IsEmpty());
}

}  // namespace
}  // namespace tests
