// Measures as they were known at an earlier moment, asked of a node over HTTP.
#include "tests/ops/node/measures_node.h"

namespace ops::node {
namespace {

using projections::measures::test::small_payload;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace ops::node
