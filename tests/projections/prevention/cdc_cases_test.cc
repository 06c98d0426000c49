// CDC's own test cases for this logic, as an oracle that shares nothing with us:
// cdc_cases.tsv.zst has the facts of all 1,350 cases ("healthy childhood and adult" 4.45 and
// "underlying conditions" 4.6; Centers for Disease Control and Prevention, a work of the United
// States Government in the public domain; by way of fhir-fli/cicada). Text, names and reasons
// were left out. The cases are of many years; cdc_differences.tsv says where data and cases have
// come apart, and why.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "events/compression.h"
#include "projections/prevention/immunization/assessment.h"
#include "projections/prevention/immunization/shipped_schedule.h"

namespace projections::immunization {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::string bytes_of(const char* file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream bytes;
  bytes << stream.rdbuf();
  return bytes.str();
}

Day day_of(const std::string& text) {
  return recorded_date(*events::parse_clinical_time(text)).first;
}

std::string text_of(std::optional<Day> day) { return day ? to_text(*day) : "-"; }

struct CdcCase {
  explicit CdcCase(const std::string& line) : fields(split(line, '\t')) {
    patient.birth = day_of(fields.at(1));
    patient.sex = fields.at(2) == "F" ? Sex::female : Sex::male;
    if (fields.at(5) != "-") {
      for (const auto& text : split(fields[5], ';')) add_observation(split(text, '@'));
    }
    if (fields.at(6) != "-") {
      for (const auto& text : split(fields[6], '|')) add_dose(split(text, '/'));
    }
  }

  void add_observation(const std::vector<std::string>& parts) {
    Observation observation;
    observation.system = CodeSystem::schedule;
    observation.code = parts.at(0);
    if (parts.at(1) != "-") observation.began = day_of(parts[1]);
    patient.observations.push_back(std::move(observation));
  }

  void add_dose(const std::vector<std::string>& parts) {
    Dose dose;
    dose.id = std::to_string(patient.doses.size());
    dose.given = day_of(parts.at(0));
    dose.cvx = parts.at(1);
    if (parts.at(2) != "-") dose.manufacturer = parts[2];
    patient.doses.push_back(std::move(dose));
    statuses.push_back(parts.at(3));
  }

  const std::string& id() const { return fields[0]; }
  std::string expected() const {
    return fmt::format("{} {} {} {} {}", fields[7], fields[8] == "-" ? "0" : fields[8], fields[9],
                       fields[10], fields[11]);
  }

  std::vector<std::string> fields;
  Patient patient;
  std::vector<std::string> statuses;  // of the doses
};

std::string told(const GroupAnswer& answer) {
  return fmt::format("{} {} {} {} {}", to_string(answer.status), answer.dose_number,
                     text_of(answer.earliest), text_of(answer.recommended),
                     text_of(answer.past_due));
}

// A dose that the group's series have looked at has the status of one of them at least.
bool dose_agrees(const CdcCase& one, std::size_t index, const Assessment& assessment,
                 const std::vector<std::string>& series) {
  bool looked_at = false;
  for (const auto& answer : assessment.doses) {
    if (answer.id != std::to_string(index)) continue;
    if (std::find(series.begin(), series.end(), answer.series) == series.end()) continue;
    looked_at = true;
    if (to_string(answer.evaluation.status) == one.statuses[index]) return true;
  }
  return !looked_at;
}

// Empty: one of the group's answers is that of the case, and so is each dose.
std::string difference(const CdcCase& one, const Schedule& schedule) {
  const auto assessment = assess(schedule, one.patient, day_of(one.fields[3]));
  std::string answers;
  std::vector<std::string> series;
  bool agrees = false;
  for (const auto& answer : assessment.groups) {
    if (answer.group != one.fields[4]) continue;
    answers += " / " + told(answer);
    agrees |= told(answer) == one.expected();
    series.insert(series.end(), answer.series.begin(), answer.series.end());
  }
  if (!agrees) return fmt::format("expected {}, are{}", one.expected(), answers);
  for (std::size_t i = 0; i < one.statuses.size(); ++i) {
    if (!dose_agrees(one, i, assessment, series)) return fmt::format("dose {}", i + 1);
  }
  return {};
}

TEST(CdcCasesTest, AllComeOutAsCdcSaysButThoseThatAreKnownToDiffer) {
  const auto& schedule = shipped_schedule();
  ASSERT_TRUE(schedule) << schedule.error().message;
  std::map<std::string, std::string> known;
  for (const auto& line :
       split(bytes_of("tests/projections/prevention/cdc_differences.tsv"), '\n')) {
    if (!line.starts_with('#')) known[split(line, '\t').at(0)] = split(line, '\t').at(1);
  }
  const auto cases = events::inflate(bytes_of("tests/projections/prevention/cdc_cases.tsv.zst"),
                                     nullptr, std::size_t{1} << 20);
  ASSERT_TRUE(cases) << cases.error().message;
  std::size_t played = 0;
  for (const auto& line : split(*cases, '\n')) {
    if (line.starts_with('#')) continue;
    const CdcCase one(line);
    const auto differs = difference(one, *schedule);
    if (known.contains(one.id())) {
      EXPECT_NE(differs, "") << one.id() << " is among the known differences";
    } else {
      EXPECT_EQ(differs, "") << line;
    }
    ++played;
  }
  EXPECT_EQ(played, 1350u);
}

}  // namespace
}  // namespace projections::immunization
