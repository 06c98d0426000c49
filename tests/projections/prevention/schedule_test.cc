#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "projections/prevention/immunization/shipped_schedule.h"
#include "tests/ingest/test_data.h"

namespace projections::immunization {
namespace {

using namespace std::chrono_literals;
using std::chrono::January;
using std::chrono::October;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CalendarTest, AddsYearsThenMonthsThenDaysAndMovesADateThatIsNotThereToTheNextFirst) {
  const auto plus = [](Day day, const char* span) { return to_text(day + *parse_span(span)); };
  // CALCDT-1 to -3 with the specification's own examples.
  EXPECT_EQ(plus(2000y / 1 / 1, "3 years"), "2003-01-01");
  EXPECT_EQ(plus(2000y / 11 / 1, "3 months"), "2001-02-01");
  EXPECT_EQ(plus(2000y / 2 / 1, "5 weeks"), "2000-03-07");
  EXPECT_EQ(plus(2001y / 2 / 1, "5 weeks"), "2001-03-08");
  EXPECT_EQ(plus(2000y / 1 / 15, "0 days - 4 days"), "2000-01-11");
  // CALCDT-5.
  EXPECT_EQ(plus(2000y / 7 / 31, "2 months"), "2000-10-01");
  EXPECT_EQ(plus(2001y / 1 / 31, "1 month"), "2001-03-01");
  EXPECT_EQ(plus(2020y / 2 / 29, "1 year"), "2021-03-01");
  EXPECT_EQ(plus(2020y / 2 / 29, "4 years"), "2024-02-29");
  // CALCDT-6: 31 January + 1 month is 1 March, and only then four days are taken away.
  EXPECT_EQ(plus(2001y / 1 / 31, "1 month - 4 days"), "2001-02-25");
  EXPECT_EQ(plus(2010y / 8 / 31, "16 years - 4 months"), "2026-05-01");  // 31 April is not there
}

TEST(CalendarTest, RefusesWhatIsNoSpanAndNamesIt) {
  for (const char* text :
       {"", "4", "years", "4 fortnights", "4 years -", "4 years 2 days", "-4 days"})
    EXPECT_THAT(parse_span(text).error().message, HasSubstr("\"" + std::string(text) + "\""))
        << text;
}

TEST(CalendarTest, ADateOfAYearOrAMonthIsEachOfItsDays) {
  const auto recorded = [](const char* text) {
    return recorded_date(*events::parse_clinical_time(text));
  };
  EXPECT_EQ(recorded("2024"), RecordedDate(2024y / 1 / 1, 2024y / 12 / 31));
  EXPECT_EQ(recorded("2024-02"), RecordedDate(2024y / 2 / 1, 2024y / 2 / 29));
  EXPECT_EQ(recorded("2024-02-10"), RecordedDate(2024y / 2 / 10));
  // The day where it was written, though in UTC it is the day after.
  EXPECT_EQ(recorded("2024-02-10T23:30:00-08:00"), RecordedDate(2024y / 2 / 10));
}

class ShippedScheduleTest : public ::testing::Test {
 protected:
  static const Schedule& schedule() {
    static const Schedule& read = *shipped_schedule();
    return read;
  }
  static const Antigen& antigen(std::string_view name) {
    const auto& all = schedule().antigens;
    return *std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.name == name; });
  }
};

TEST_F(ShippedScheduleTest, HasTheCountsOfTheFiles) {
  // Counted in the XML with a script that shares nothing with the reader.
  const auto& read = schedule();
  EXPECT_EQ(read.issuer, "CDC");
  EXPECT_EQ(read.version, "4.64");
  EXPECT_EQ(read.antigens.size(), 30u);
  EXPECT_EQ(read.groups.size(), 26u);
  EXPECT_EQ(read.conflicts.size(), 625u);
  EXPECT_EQ(read.vaccines.size(), 218u);
  EXPECT_EQ(read.observations.size(), 277u);
  std::map<std::string, std::size_t> counts;
  for (const auto& found : read.antigens) {
    counts["contraindications"] += found.contraindications.size();
    for (const auto& series : found.series) {
      ++counts["series"];
      counts["indications"] += series.indications.size();
      for (const auto& dose : series.doses) {
        ++counts["doses"];
        counts["recurring"] += dose.recurring;
        counts["intervals"] += dose.intervals.size();
        counts["allowable intervals"] += dose.allowable_intervals.size();
        counts["preferable"] += dose.preferable.size();
        counts["allowable"] += dose.allowable.size();
        counts["inadvertent"] += dose.inadvertent.size();
        counts["skips"] += dose.skips.size();
        for (const auto& skip : dose.skips) {
          counts["sets"] += skip.sets.size();
          for (const auto& set : skip.sets) counts["conditions"] += set.conditions.size();
        }
      }
    }
  }
  EXPECT_EQ(counts, (std::map<std::string, std::size_t>{{"contraindications", 392},
                                                        {"series", 143},
                                                        {"indications", 731},
                                                        {"doses", 484},
                                                        {"recurring", 29},
                                                        {"intervals", 490},
                                                        {"allowable intervals", 19},
                                                        {"preferable", 1089},
                                                        {"allowable", 3706},
                                                        {"inadvertent", 307},
                                                        {"skips", 264},
                                                        {"sets", 385},
                                                        {"conditions", 469}}));
}

TEST_F(ShippedScheduleTest, ReadsASeriesAsItStandsInTheFile) {
  const auto& series = antigen("HPV").series.at(0);
  EXPECT_EQ(series.name, "HPV 2-dose series");
  EXPECT_THAT(series.required_sexes, ElementsAre(Sex::female, Sex::unknown));
  EXPECT_THAT(series.equivalent_groups, ElementsAre(2));
  EXPECT_EQ(series.maximum_age_to_start, (Span{15, 0, 0}));
  const auto& third = series.doses.at(2);
  EXPECT_EQ(third.intervals.at(0).from, IntervalFrom::target_dose);
  EXPECT_EQ(third.intervals.at(0).target_dose, 1);
  EXPECT_EQ(third.intervals.at(0).absolute_minimum, (Span{0, 5, -4}));
  EXPECT_EQ(third.intervals.at(1).from, IntervalFrom::previous_dose);
  const auto& skip = series.doses.at(1).skips.at(0);
  EXPECT_TRUE(skip.in_evaluation);
  EXPECT_FALSE(skip.in_forecast);
  EXPECT_EQ(skip.sets.at(0).join, Join::any);
  EXPECT_EQ(skip.sets.at(0).conditions.at(0).interval, (Span{0, 5, -4}));
  EXPECT_EQ(skip.sets.at(0).conditions.at(1).vaccines.size(), 4u);
}

TEST_F(ShippedScheduleTest, EqualsTheSharedDataFileByFile) {
  NEEDS_DATA("cdsi/supporting-data-4.64.tar.zst");
  std::map<std::string, std::string> shared;
  for (auto& file :
       ingest::test::files_of(ingest::test::data_file("cdsi/supporting-data-4.64.tar.zst")))
    shared[std::filesystem::path(file.name).filename()] = file.text;
  std::map<std::string, std::string> shipped;
  const auto files = shipped_files();
  for (const auto& file : *files) shipped[file.name] = file.text;
  EXPECT_EQ(shipped.size(), 31u);
  EXPECT_TRUE(shipped == shared);
}

// A schedule of one antigen, into which faults are put.
constexpr const char* antigen_xml = R"(<antigenSupportingData><series>
  <seriesName>One dose</seriesName><targetDisease>Measles</targetDisease>
  <seriesType>Standard</seriesType>
  <selectSeries><defaultSeries>Yes</defaultSeries><seriesGroup>1</seriesGroup>
    <seriesPriority>A</seriesPriority></selectSeries>
  <seriesDose><doseNumber>Dose 1</doseNumber><age><minAge>12 months</minAge></age></seriesDose>
</series></antigenSupportingData>)";
constexpr const char* schedule_xml = R"(<scheduleSupportingData>
  <vaccineGroups><vaccineGroup><name>MMR</name></vaccineGroup></vaccineGroups>
  <vaccineGroupToAntigenMap><vaccineGroupMap><name>MMR</name><antigen>Measles</antigen>
  </vaccineGroupMap></vaccineGroupToAntigenMap></scheduleSupportingData>)";

std::string with(std::string text, std::string_view old, std::string_view fresh) {
  text.replace(text.find(old), old.size(), fresh);
  return text;
}

std::string refusal(const std::string& antigen, const std::string& rows) {
  const std::vector<ScheduleFile> files{{"measles.xml", antigen}, {"rows.xml", rows}};
  const auto read = read_schedule("AAP", "1", files);
  return read ? "" : read.error().message;
}

TEST(ScheduleReaderTest, KeepsIssuerAndVersionSoThatSchedulesStandSideBySide) {
  const std::vector<ScheduleFile> files{{"measles.xml", antigen_xml}, {"rows.xml", schedule_xml}};
  const auto read = read_schedule("AAP", "2026.1", files);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->issuer, "AAP");
  EXPECT_EQ(read->version, "2026.1");
}

TEST(ScheduleReaderTest, NamesFileElementAndValueOfWhatItCannotRead) {
  const auto antigen = [](std::string_view old, std::string_view fresh) {
    return refusal(with(antigen_xml, old, fresh), schedule_xml);
  };
  EXPECT_THAT(antigen("12 months", "12 moons"),
              AllOf(HasSubstr("measles.xml: "), HasSubstr("series[1]/seriesDose[1]/age[1]/minAge"),
                    HasSubstr("\"12 moons\"")));
  EXPECT_THAT(antigen("Standard", "Usual"), HasSubstr("seriesType: \"Usual\" is none of"));
  EXPECT_THAT(antigen("Yes", "Maybe"), HasSubstr("defaultSeries: \"Maybe\""));
  EXPECT_THAT(antigen("Dose 1", "first"), HasSubstr("doseNumber: \"first\""));
  EXPECT_THAT(antigen("</series>", "</serie>"), HasSubstr("measles.xml: not XML at byte"));
  EXPECT_THAT(refusal(antigen_xml, with(schedule_xml, "<antigen>Measles", "<antigen>Mumps")),
              AllOf(HasSubstr("rows.xml: "), HasSubstr("\"Mumps\" has no file of its own")));
  EXPECT_THAT(refusal(antigen_xml, with(schedule_xml, "Map><name>MMR", "Map><name>MMX")),
              HasSubstr("\"MMX\" is not a vaccine group"));
  EXPECT_THAT(refusal(antigen_xml, "<html/>"), HasSubstr("rows.xml: <html>"));
  EXPECT_THAT(refusal(antigen_xml, antigen_xml), HasSubstr("no file has <scheduleSupportingData>"));
}

}  // namespace
}  // namespace projections::immunization
