#include "projections/prevention/immunization/assessment.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "projections/prevention/immunization/shipped_schedule.h"
#include "tests/projections/prevention/immunization_scenario.h"

namespace projections::immunization {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::chrono::days one_day{1};

Dose dose(std::string id, std::string cvx, Day given) {
  Dose dose;
  dose.id = std::move(id);
  dose.cvx = std::move(cvx);
  dose.given = given;
  return dose;
}

Observation observed(std::string id, CodeSystem system, std::string code) {
  Observation observation;
  observation.id = std::move(id);
  observation.system = system;
  observation.code = std::move(code);
  return observation;
}

Patient born(Day day, Sex sex = Sex::female) {
  Patient patient;
  patient.birth = day;
  patient.sex = sex;
  return patient;
}

class AssessmentTest : public ::testing::Test {
 protected:
  static const Schedule& schedule() {
    static const Schedule& read = *shipped_schedule();
    return read;
  }
  static GroupAnswer answer(const Patient& patient, Day as_of, std::string_view group) {
    for (auto& found : assess(schedule(), patient, as_of).groups) {
      if (found.group == group) return found;
    }
    return {};
  }
};

TEST_F(AssessmentTest, NamesIssuerAndVersionAndAnswersForEachVaccineGroup) {
  const auto assessment = assess(schedule(), born(Day{2024y / 3 / 1}), Day{2024y / 3 / 1});
  EXPECT_EQ(assessment.issuer, "CDC");
  EXPECT_EQ(assessment.version, "4.64");
  for (const auto& group : schedule().groups)
    EXPECT_THAT(assessment.groups, Contains(Field(&GroupAnswer::group, group.name)));
}

TEST_F(AssessmentTest, ShowsAVaccineItDoesNotKnowAndGoesOnWithTheOthers) {
  auto patient = born(Day{2024y / 3 / 10});
  patient.doses = {dose("d1", "999", Day{2025y / 3 / 10}), dose("d2", "MMR", Day{2025y / 3 / 10}),
                   dose("d3", "", Day{2025y / 3 / 10}), dose("d4", "03", Day{2025y / 3 / 10})};
  const auto assessment = assess(schedule(), patient, Day{2025y / 3 / 11});
  EXPECT_THAT(assessment.set_aside,
              ElementsAre(AllOf(Field(&SetAside::id, "d1"),
                                Field(&SetAside::reason, HasSubstr("CVX \"999\" is not"))),
                          Field(&SetAside::reason, HasSubstr("CVX \"MMR\" is not")),
                          Field(&SetAside::reason, HasSubstr("CVX \"\" is not"))));
  const auto mmr = answer(patient, Day{2025y / 3 / 11}, "MMR");
  EXPECT_EQ(mmr.dose_number, 2);
  EXPECT_THAT(mmr.doses, ElementsAre("d4"));
}

TEST_F(AssessmentTest, ShowsADoseThatNoSeriesJudges) {
  auto patient = born(Day{1990y / 3 / 10});
  patient.doses = {
      dose("d1", "175", Day{2025y / 3 / 10})};  // rabies, and nothing that calls for it
  const auto assessment = assess(schedule(), patient, Day{2025y / 3 / 11});
  EXPECT_THAT(assessment.set_aside,
              ElementsAre(AllOf(Field(&SetAside::id, "d1"),
                                Field(&SetAside::reason, HasSubstr("no series")))));
  EXPECT_THAT(answer(patient, Day{2025y / 3 / 11}, "Rabies").doses, ElementsAre("d1"));
}

TEST_F(AssessmentTest, ADoseWithoutItsDateIsShownAndLeavesItsGroupOpen) {
  auto patient = born(Day{2024y / 3 / 10});
  patient.doses = {dose("d1", "03", Day{})};
  patient.doses[0].given.reset();
  const auto mmr = answer(patient, Day{2025y / 6 / 1}, "MMR");
  EXPECT_EQ(mmr.standing, Standing::cannot_decide);
  EXPECT_THAT(mmr.missing, ElementsAre("dose d1: the date given is not recorded"));
  EXPECT_EQ(assess(schedule(), patient, Day{2025y / 6 / 1}).set_aside.size(), 1u);
}

TEST_F(AssessmentTest, ReadsObservationsBySnomedCodeAndNamesThoseThatDecided) {
  auto patient = born(Day{1995y / 1 / 1});
  const auto& values = schedule().coded_values;
  const auto pregnant = std::find_if(values.begin(), values.end(), [](const CodedValue& value) {
    return value.system == CodeSystem::snomed && value.observation == ObservationCode{7};
  });
  ASSERT_NE(pregnant, values.end());
  patient.observations = {observed("o1", CodeSystem::snomed, pregnant->code)};
  const auto mmr = answer(patient, Day{2025y / 6 / 1}, "MMR");
  EXPECT_EQ(mmr.standing, Standing::contraindicated);
  EXPECT_THAT(mmr.observations, ElementsAre("o1"));
  patient.observations[0].system = CodeSystem::other;  // the same code there means nothing
  EXPECT_EQ(answer(patient, Day{2025y / 6 / 1}, "MMR").standing, Standing::overdue);
}

TEST_F(AssessmentTest, AReactionToAVaccineBarsItsAntigensAndOnlyThose) {
  // PHIN VS VXC20, "allergy to previous dose of this vaccine", stands for 27 observations of
  // the schedule; the vaccine tells which.
  auto patient = born(Day{2010y / 1 / 1});
  auto reaction = observed("o1", CodeSystem::phin_vs, "VXC20");
  reaction.vaccine = Cvx{165};  // HPV9
  patient.observations = {reaction};
  EXPECT_EQ(answer(patient, Day{2025y / 6 / 1}, "HPV").standing, Standing::contraindicated);
  EXPECT_NE(answer(patient, Day{2025y / 6 / 1}, "MMR").standing, Standing::contraindicated);
  EXPECT_NE(answer(patient, Day{2025y / 6 / 1}, "Polio").standing, Standing::contraindicated);
}

TEST_F(AssessmentTest, AReactionThatDoesNotSayToWhichVaccineIsShownAndBarsNothing) {
  auto patient = born(Day{2010y / 1 / 1});
  patient.observations = {observed("o1", CodeSystem::phin_vs, "VXC20")};
  const auto assessment = assess(schedule(), patient, Day{2025y / 6 / 1});
  EXPECT_THAT(assessment.set_aside, ElementsAre(Field(&SetAside::id, "o1")));
  EXPECT_THAT(assessment.groups,
              Each(Field(&GroupAnswer::standing, Not(Standing::contraindicated))));
}

TEST_F(AssessmentTest, WithoutABirthDateEachGroupSaysSo) {
  Patient patient;
  patient.doses = {dose("d1", "03", Day{2025y / 3 / 10})};
  const auto assessment = assess(schedule(), patient, Day{2025y / 6 / 1});
  EXPECT_EQ(assessment.groups.size(), schedule().groups.size());
  EXPECT_THAT(assessment.groups,
              Each(AllOf(Field(&GroupAnswer::standing, Standing::cannot_decide),
                         Field(&GroupAnswer::missing, ElementsAre("date of birth")))));
}

TEST_F(AssessmentTest, TheOrderInWhichDosesAreGivenToItDoesNotMatter) {
  auto patient = born(Day{2020y / 1 / 10});
  patient.doses = {dose("a", "03", Day{2021y / 1 / 10}), dose("b", "21", Day{2021y / 1 / 10}),
                   dose("c", "94", Day{2024y / 1 / 10}), dose("d", "110", Day{2020y / 3 / 10})};
  const auto before = answer(patient, Day{2025y / 1 / 1}, "MMR");
  std::reverse(patient.doses.begin(), patient.doses.end());
  const auto after = answer(patient, Day{2025y / 1 / 1}, "MMR");
  EXPECT_EQ(test::text_of(before), test::text_of(after));
}

TEST_F(AssessmentTest, DueSoonIsAsSoonAsTheCallerSays) {
  const auto patient = born(Day{1974y / 5 / 1});
  Options week;
  week.due_soon = std::chrono::days{7};
  const auto zoster = [&](Day as_of) {
    for (const auto& found : assess(schedule(), patient, as_of, week).groups) {
      if (found.group == "Zoster") return found.standing;
    }
    return Standing::cannot_decide;
  };
  EXPECT_EQ(zoster(Day{2024y / 4 / 23}), Standing::not_yet_due);
  EXPECT_EQ(zoster(Day{2024y / 4 / 24}), Standing::due_soon);
}

// Schedules of few words, for what CDC's never asks.
constexpr const char* rows_xml = R"(<scheduleSupportingData>
  <vaccineGroups><vaccineGroup><name>Pox</name></vaccineGroup></vaccineGroups>
  <vaccineGroupToAntigenMap><vaccineGroupMap><name>Pox</name><antigen>Pox</antigen>
  </vaccineGroupMap></vaccineGroupToAntigenMap>
  <cvxToAntigenMap><cvxMap><cvx>900</cvx><association><antigen>Pox</antigen></association></cvxMap>
  </cvxToAntigenMap></scheduleSupportingData>)";

Schedule schedule_with(std::string issuer, const std::string& gender, const std::string& age) {
  const std::vector<ScheduleFile> files{{"pox.xml", fmt::format(R"(<antigenSupportingData><series>
  <seriesName>{0}</seriesName><targetDisease>Pox</targetDisease><seriesType>Standard</seriesType>
  {1}<selectSeries><defaultSeries>Yes</defaultSeries><seriesGroup>1</seriesGroup>
  <seriesPriority>A</seriesPriority></selectSeries>
  <seriesDose><doseNumber>Dose 1</doseNumber>
  <age><minAge>{2}</minAge><earliestRecAge>{2}</earliestRecAge></age>
  <preferableVaccine><cvx>900</cvx></preferableVaccine></seriesDose>
  </series></antigenSupportingData>)",
                                                                issuer, gender, age)},
                                        {"rows.xml", rows_xml}};
  return *read_schedule(issuer, "1", files);
}

TEST(SmallScheduleTest, ASexThatASeriesAsksForAndNobodyRecordedIsMissing) {
  const auto schedule = schedule_with("women", "<requiredGender>Female</requiredGender>", "1 year");
  const auto standing = [&](Sex sex) {
    const auto assessment = assess(schedule, born(Day{2020y / 1 / 1}, sex), Day{2024y / 1 / 1});
    return assessment.groups.at(0);
  };
  EXPECT_EQ(standing(Sex::female).standing, Standing::due);
  EXPECT_EQ(standing(Sex::male).standing, Standing::not_applicable);
  EXPECT_EQ(standing(Sex::unknown).standing, Standing::cannot_decide);
  EXPECT_THAT(standing(Sex::unknown).missing, ElementsAre("sex"));
}

TEST(SmallScheduleTest, TwoSchedulesStandSideBySideAndMayDisagree) {
  const auto early = schedule_with("AAP", "", "1 year");
  const auto late = schedule_with("CDC", "", "11 years");
  const auto patient = born(Day{2020y / 1 / 1});
  const auto first = assess(early, patient, Day{2024y / 1 / 1});
  const auto second = assess(late, patient, Day{2024y / 1 / 1});
  EXPECT_EQ(first.issuer + " " + to_string(first.groups.at(0).standing), "AAP due");
  EXPECT_EQ(second.issuer + " " + to_string(second.groups.at(0).standing), "CDC not yet due");
}

// Patients of every age with vaccines and observations of the schedule, drawn by seed.
Patient drawn(const Schedule& schedule, Day as_of, std::mt19937& random) {
  const auto up_to = [&random](int end) { return static_cast<int>(random() % unsigned(end)); };
  const int days_old = up_to(3) == 0 ? up_to(80 * 365) : up_to(3 * 365);
  auto patient = born(as_of - std::chrono::days{days_old}, static_cast<Sex>(up_to(3)));
  const int doses = up_to(14);
  for (int i = 0; i < doses; ++i) {
    const auto& vaccine = schedule.vaccines[random() % schedule.vaccines.size()];
    const Day given = as_of + std::chrono::days{100 - up_to(days_old + 101)};
    patient.doses.push_back(dose(std::to_string(i), to_text(vaccine.cvx), given));
    if (up_to(12) == 0) patient.doses.back().given = RecordedDate(given, given + 30 * one_day);
  }
  const int observations = up_to(4);
  for (int i = 0; i < observations; ++i) {
    const auto& row = schedule.observations[random() % schedule.observations.size()];
    patient.observations.push_back(
        observed(std::to_string(i), CodeSystem::schedule, to_text(row.code)));
    patient.observations.back().began = as_of + std::chrono::days{up_to(400) - 200};
    if (up_to(2)) patient.observations.back().ended = as_of + std::chrono::days{300 + up_to(200)};
  }
  return patient;
}

// By vaccine group: what is said, and before which day it stays so.
struct Said {
  std::string text;
  std::optional<Day> changes_on;
};
std::map<std::string, Said> said_on(const Schedule& schedule, const Patient& patient, Day day) {
  std::map<std::string, Said> said;
  for (const auto& answer : assess(schedule, patient, day).groups) {
    said[answer.group].text += test::text_of(answer) + "\n";
    said[answer.group].changes_on = answer.changes_on;
  }
  return said;
}

TEST_F(AssessmentTest, NothingChangesBeforeTheDayItNames) {
  const unsigned seed = 20251110;
  std::mt19937 random(seed);
  int changes = 0;
  for (int number = 0; number < 30; ++number) {
    const Day start{2025y / 6 / 1};
    const auto patient = drawn(schedule(), start, random);
    auto held = said_on(schedule(), patient, start);
    for (Day day = start + one_day; day < start + 500 * one_day; day += one_day) {
      const auto now = said_on(schedule(), patient, day);
      for (const auto& [group, said] : now) {
        auto& before = held[group];
        if (before.changes_on && day >= *before.changes_on) {
          changes += said.text != before.text;
          before = said;
        } else {
          ASSERT_EQ(said.text, before.text)
              << "seed " << seed << ", patient " << number << ", on " << to_text(day) << " before "
              << (before.changes_on ? to_text(*before.changes_on) : "never");
        }
      }
    }
  }
  EXPECT_GT(changes, 300);
}

}  // namespace
}  // namespace projections::immunization
