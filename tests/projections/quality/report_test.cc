// MeasureReports as FHIR R4 and DEQM have them.
#include "projections/quality/report.h"

#include <gmock/gmock.h>

#include "projections/quality/record.h"
#include "tests/projections/quality/deck.h"
#include "tests/projections/quality/small_measure.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const ReportHeader header{"2025-01-01", "2025-12-31", "Patient/p"};

json::value parsed(const std::string& report) {
  json::error_code failed;
  auto value = json::parse(report, failed);
  EXPECT_FALSE(failed) << report;
  EXPECT_EQ(report.find('\n'), std::string::npos);
  return value;
}
std::string text_at(const json::value& value, const std::string& pointer) {
  json::error_code failed;
  const auto* found = value.find_pointer(pointer, failed);
  if (found == nullptr) return "nothing";
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

class ReportTest : public ::testing::Test {
 protected:
  json::value individual(Detail detail) const {
    const auto found = measure_.evaluate(record_, period_of("2025-01-01", "2025-12-31"), detail);
    return parsed(individual_report(measure_.definition(), *found, header));
  }
  const Measure measure_ = stays();
  const json::value bundle_ =
      patient_with({{"short", 2}, {"long", 5}, {"emergency", 7, "finished", "EMER"}});
  const Record record_{bundle_};
};

TEST_F(ReportTest, AnIndividualReportHasCountsScoreAndStrata) {
  const auto report = individual(Detail::report);

  EXPECT_EQ(text_at(report, "/status"), "complete");
  EXPECT_EQ(text_at(report, "/type"), "individual");
  EXPECT_EQ(text_at(report, "/measure"), "http://example.org/Measure/Stays|1.0");
  EXPECT_EQ(text_at(report, "/subject/reference"), "Patient/p");
  EXPECT_EQ(text_at(report, "/period/end"), "2025-12-31");
  EXPECT_EQ(text_at(report, "/improvementNotation/coding/0/code"), "decrease");
  EXPECT_EQ(text_at(report, "/group/0/population/1/code/coding/0/code"), "measure-population");
  EXPECT_EQ(text_at(report, "/group/0/population/1/count"), "3");
  EXPECT_EQ(text_at(report, "/group/0/population/3/code/coding/0/code"), "measure-observation");
  EXPECT_EQ(text_at(report, "/group/0/population/3/count"), "2");
  EXPECT_EQ(text_at(report, "/group/0/measureScore/value"), "3.5E0");
  EXPECT_EQ(text_at(report, "/group/0/stratifier/0/code/0/text"), "Long stays");
  EXPECT_EQ(text_at(report, "/group/0/stratifier/0/stratum/1/value/text"), "true");
  EXPECT_EQ(text_at(report, "/group/0/stratifier/0/stratum/1/population/1/count"), "2");
}

TEST_F(ReportTest, EvaluatedResourcesNameTheirVersionAndCriteria) {
  const auto report = individual(Detail::report);

  EXPECT_EQ(text_at(report, "/evaluatedResource/0/reference"), "Encounter/short/_history/2");
  EXPECT_EQ(text_at(report, "/evaluatedResource/0/extension/0/url"),
            "http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-criteriaReference");
  EXPECT_EQ(text_at(report, "/evaluatedResource/0/extension/1/valueString"), "mp");
  EXPECT_EQ(text_at(individual(Detail::counts), "/evaluatedResource"), "nothing");
}

TEST_F(ReportTest, SupplementalDataIsAContainedObservationOrAReference) {
  const auto report = individual(Detail::report);

  EXPECT_EQ(text_at(report, "/contained/0/resourceType"), "Observation");
  EXPECT_EQ(text_at(report, "/contained/0/code/text"), "SDE Sex");
  EXPECT_EQ(text_at(report, "/contained/0/valueString"), "female");
  EXPECT_EQ(text_at(report, "/extension/0/valueReference/reference"),
            "#" + text_at(report, "/contained/0/id"));
  EXPECT_EQ(text_at(report, "/extension/1/valueReference/reference"), "Encounter/short");
  EXPECT_EQ(text_at(report, "/extension/1/valueReference/extension/0/valueString"), "sde-visits");
}

TEST_F(ReportTest, AnExplainedReportHasEveryDefinition) {
  const auto report = json::serialize(individual(Detail::explain));

  EXPECT_THAT(report, HasSubstr(R"({"name":"M.Finished","valueString":"[{\"reference\":)"));
  EXPECT_THAT(report, HasSubstr(R"({"name":"M.Sex","valueString":"\"female\""})"));
  EXPECT_THAT(json::serialize(individual(Detail::report)), Not(HasSubstr("M.Sex")));
}

TEST_F(ReportTest, AFailedEvaluationIsAReportOfStatusErrorWithTheReason) {
  const auto report =
      parsed(failed_report(measure_.definition(), events::unprocessable("two \"of\" one"), header));

  EXPECT_EQ(text_at(report, "/status"), "error");
  EXPECT_EQ(text_at(report, "/subject/reference"), "Patient/p");
  EXPECT_EQ(text_at(report, "/contained/0/issue/0/diagnostics"), "two \"of\" one");
  EXPECT_EQ(text_at(report, "/extension/0/valueReference/reference"), "#messages");
  EXPECT_EQ(text_at(report, "/group"), "nothing");
}

TEST_F(ReportTest, ASummaryOfNobodyHasEveryPopulationAndNoScore) {
  const auto report = parsed(
      summary_report(measure_.definition(), measure_.no_counts(), {"2025-01-01", "2025-12-31"}, 2));

  EXPECT_EQ(text_at(report, "/type"), "summary");
  EXPECT_EQ(text_at(report, "/subject"), "nothing");
  EXPECT_EQ(text_at(report, "/group/0/population/0/count"), "0");
  EXPECT_EQ(text_at(report, "/group/0/measureScore"), "nothing");
  EXPECT_THAT(text_at(report, "/contained/0/issue/0/diagnostics"), HasSubstr("2 patients"));
}

TEST_F(ReportTest, ASubjectListSaysWhoIsInEachPopulation) {
  const auto found = measure_.evaluate(record_, period_of("2025-01-01", "2025-12-31"));
  SubjectLists subjects;
  add_subject(subjects, found->groups, "Patient/p");
  add_subject(subjects, measure_.no_counts(), "Patient/q");
  const auto report = parsed(subject_list_report(measure_.definition(), found->groups, subjects,
                                                 {"2025-01-01", "2025-12-31"}));

  EXPECT_EQ(text_at(report, "/type"), "subject-list");
  EXPECT_EQ(text_at(report, "/group/0/population/1/subjectResults/reference"),
            "#" + text_at(report, "/contained/1/id"));
  EXPECT_EQ(text_at(report, "/contained/1/entry/0/item/reference"), "Patient/p");
  EXPECT_EQ(text_at(report, "/contained/1/entry/1"), "nothing");
}

TEST_F(ReportTest, WhereTheDirectionIsUnclearNoneIsGiven) {
  auto resource = stays_measure();
  resource["improvementNotation"] =
      json::parse(R"({"coding": [{"code": "decrease", "display": "increase"}]})");
  const auto definition = read_measure(resource);
  const auto report = parsed(summary_report(*definition, measure_.no_counts(), header));

  EXPECT_EQ(text_at(report, "/improvementNotation"), "nothing");
  EXPECT_EQ(text_at(report, "/group/0/extension"), "nothing");
}

}  // namespace
}  // namespace projections::quality::test
