// Measures over files: what comes out, and what bad input does.
#include "ops/node/measure_evaluation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <zlib.h>
#include <zstd.h>

#include <boost/json.hpp>
#include <fstream>

#include "tests/projections/quality/small_measure.h"
#include "tests/temporary_folder.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using projections::quality::test::patient_with;
using projections::quality::test::Stay;
using projections::quality::test::stays_bundle;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Output = MeasureEvaluation::Output;

class MeasureEvaluationTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& bytes) {
    const auto file = folder_.path() / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  static std::string lines(const std::vector<json::value>& documents) {
    std::string text;
    for (const auto& document : documents) text += json::serialize(document) + "\n";
    return text;
  }
  // Of the stays in 2025, if nothing else is asked for.
  events::Status evaluate(const std::vector<std::filesystem::path>& patients,
                          Output output = Output::reports) {
    MeasureEvaluation evaluation{patients,     {content_},  measures_,
                                 "2025-01-01", period_end_, output};
    results_.clear();
    return evaluate_measures(evaluation,
                             {[&](std::string_view line) { results_.emplace_back(line); },
                              [&](std::string_view line) { notices_.emplace_back(line); }});
  }
  std::string error_of(const events::Status& status) {
    return status ? "no error" : status.error().message;
  }

  tests::TemporaryFolder folder_;
  std::filesystem::path content_ = write("stays.json", json::serialize(stays_bundle()));
  std::vector<std::string> measures_;
  std::string period_end_ = "2025-12-31";
  std::vector<std::string> results_;
  std::vector<std::string> notices_;
};

std::string subject_of(const std::string& report) {
  return std::string(json::parse(report).at("subject").at("reference").as_string());
}
// Of the population at this place.
std::int64_t count_of(const std::string& report, std::size_t population) {
  return json::parse(report)
      .at("group")
      .at(0)
      .at("population")
      .at(population)
      .at("count")
      .as_int64();
}

TEST_F(MeasureEvaluationTest, AReportALineInTheOrderOfThePatients) {
  const auto file =
      write("p.ndjson", lines({patient_with({{"a", 2}}, "z"), patient_with({}, "a")}));

  EXPECT_EQ(error_of(evaluate({file, file})), "no error");

  ASSERT_THAT(results_, SizeIs(4));
  EXPECT_EQ(subject_of(results_[0]), "Patient/z");
  EXPECT_EQ(subject_of(results_[1]), "Patient/a");
  EXPECT_EQ(results_[0], results_[2]);
  EXPECT_EQ(count_of(results_[0], 0), 1);
  EXPECT_EQ(count_of(results_[1], 0), 0);
}

// Both patients and their encounters have the same ids.
TEST_F(MeasureEvaluationTest, IdsThatRepeatAcrossPatientsDoNotMeet) {
  const auto file =
      write("p.ndjson", lines({patient_with({{"a", 2}, {"b", 5}}), patient_with({{"a", 9}})}));

  EXPECT_EQ(error_of(evaluate({file})), "no error");

  EXPECT_EQ(count_of(results_[0], 0), 2);
  EXPECT_EQ(count_of(results_[1], 0), 1);
  EXPECT_THAT(results_[0], HasSubstr(R"("measureScore":{"value":3.5)"));
  EXPECT_THAT(results_[1], HasSubstr(R"("measureScore":{"value":9.0)"));
}

TEST_F(MeasureEvaluationTest, PackedFilesAndBundlesOfAnyTypeAreRead) {
  auto bundle = patient_with({{"a", 2}});
  bundle.as_object()["type"] = "transaction";
  const auto text = json::serialize(bundle);
  const auto gzip = folder_.path() / "p.ndjson.gz";
  auto* packed = gzopen(gzip.c_str(), "wb");
  gzwrite(packed, text.data(), static_cast<unsigned>(text.size()));
  gzclose(packed);
  std::string zstd(ZSTD_compressBound(text.size()), '\0');
  zstd.resize(ZSTD_compress(zstd.data(), zstd.size(), text.data(), text.size(), 1));

  EXPECT_EQ(error_of(evaluate({gzip, write("q.json.zst", zstd)})), "no error");

  ASSERT_THAT(results_, SizeIs(2));
  EXPECT_EQ(results_[0], results_[1]);
}

TEST_F(MeasureEvaluationTest, SummarySubjectListAndTotalsAreOfAllPatients) {
  const auto file =
      write("p.ndjson", lines({patient_with({{"a", 2}, {"b", 5}}, "p"), patient_with({}, "q")}));

  EXPECT_EQ(error_of(evaluate({file}, Output::summary)), "no error");
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_EQ(count_of(results_[0], 0), 2);
  EXPECT_EQ(error_of(evaluate({file}, Output::subject_list)), "no error");
  EXPECT_THAT(results_, ElementsAre(HasSubstr(R"("entry":[{"item":{"reference":"Patient/p"}}])")));
  EXPECT_EQ(error_of(evaluate({file}, Output::totals)), "no error");
  EXPECT_THAT(results_, Contains("Stays\t1\tinitial-population\t2"));
}

TEST_F(MeasureEvaluationTest, APatientThatCannotBeEvaluatedIsReportedAndCounted) {
  content_ = write("broken.json", json::serialize(stays_bundle({"Days"})));
  const auto file =
      write("p.ndjson", lines({patient_with({{"a", 2}}, "p"), patient_with({}, "q")}));

  EXPECT_EQ(error_of(evaluate({file})), "no error");

  ASSERT_THAT(results_, SizeIs(2));
  EXPECT_THAT(results_[0], HasSubstr(R"("status":"error")"));
  EXPECT_THAT(results_[1], HasSubstr(R"("status":"complete")"));
  EXPECT_THAT(notices_, Contains(HasSubstr("1 of 2 patients could not be evaluated")));
}

TEST_F(MeasureEvaluationTest, ABundleIsOfOnePatient) {
  auto two = patient_with({}, "p");
  two.at("entry").as_array().push_back(patient_with({}, "q").at("entry").at(0));
  const json::value nobody{{"resourceType", "Bundle"}};

  EXPECT_EQ(error_of(evaluate({write("p.ndjson", lines({two, nobody, patient_with({})}))})),
            "no error");

  ASSERT_THAT(results_, SizeIs(3));
  EXPECT_THAT(results_[0], HasSubstr("the Bundle has 2 Patient resources"));
  EXPECT_THAT(results_[1], HasSubstr("the Bundle has 0 Patient resources"));
  EXPECT_THAT(results_[2], HasSubstr(R"("status":"complete")"));
}

TEST_F(MeasureEvaluationTest, ALineThatIsNoBundleEndsItByFileAndLine) {
  const auto good = json::serialize(patient_with({}));

  EXPECT_EQ(error_of(evaluate({write("p.ndjson", good + "\n{\n")})), "p.ndjson:2: not JSON");
  EXPECT_THAT(results_, SizeIs(1));
  EXPECT_THAT(error_of(evaluate({write("q.ndjson", good + "\n{\"resourceType\": \"Patient\"}\n")})),
              HasSubstr("q.ndjson:2: resourceType: \"Patient\" is no Bundle"));
}

TEST_F(MeasureEvaluationTest, BadContentPeriodAndNamesAreRefusedBeforeAnyPatient) {
  const auto patients = std::vector{write("p.ndjson", lines({patient_with({})}))};
  measures_ = {"Nobody"};
  EXPECT_THAT(error_of(evaluate(patients)), HasSubstr("\"Nobody\""));
  measures_ = {};
  for (const auto* end : {"2024-12-31", "2025", "soon", ""}) {
    period_end_ = end;
    EXPECT_THAT(error_of(evaluate(patients)), HasSubstr("is no period")) << end;
  }
  period_end_ = "2025-12-31";
  content_ = write("c.json", "[]");
  EXPECT_THAT(error_of(evaluate(patients)), HasSubstr("c.json:1: a resource that is not"));
  content_ = write("d.json", "{}");
  EXPECT_THAT(error_of(evaluate(patients)), HasSubstr("no measure to evaluate"));
  EXPECT_THAT(results_, IsEmpty());
}

// Year 1, no birth date, times that are none, thousands of encounters: counted as anybody.
TEST_F(MeasureEvaluationTest, AbsurdPatientsDoNotStopTheMeasure) {
  auto ancient = patient_with({{"a", 2}}, "p");
  ancient.at("entry").at(0).at("resource").as_object()["birthDate"] = "0001-01-01";
  ancient.at("entry").at(1).at("resource").as_object()["period"] =
      json::object{{"start", "0001-01-01T00:00:00Z"}, {"end", "yesterday"}};
  constexpr int many = 5000;
  std::vector<Stay> stays;
  for (int i = 0; i < many; ++i) stays.push_back({fmt::format("e{}", i), 1.0 + i % 7});
  const auto odd = json::parse(R"({"resourceType": "Bundle", "entry": [5, {}, {"resource": []},
      {"resource": {"resourceType": "Patient", "id": 5, "gender": ["x"], "birthDate": {}}},
      {"resource": {"resourceType": "Encounter", "status": {}, "class": "IMP", "length": []}}]})");

  EXPECT_EQ(error_of(evaluate({write("p.ndjson", lines({ancient, patient_with(stays), odd}))})),
            "no error");

  ASSERT_THAT(results_, SizeIs(3));
  EXPECT_EQ(count_of(results_[0], 0), 1);
  EXPECT_EQ(count_of(results_[1], 1), many);
  EXPECT_THAT(results_[2], HasSubstr(R"("status":"complete")"));
}

}  // namespace
}  // namespace ops::node
