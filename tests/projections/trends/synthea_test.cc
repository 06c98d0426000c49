// The units and analytes over all numbers of Synthea's 344 patients, from its CSV.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "projections/coded.h"
#include "projections/trends/analytes.h"
#include "projections/trends/derived.h"
#include "projections/trends/growth_reference.h"
#include "tests/ingest/test_data.h"
#include "tests/projections/trends/values.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace projections::trends;

constexpr const char* archive = "synthea/ma42-300.csv.tar.zst";

struct Number {
  std::string patient, when, code, value, unit;
};
struct Born {
  std::string on;
  Sex sex = Sex::male;
};

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

struct Synthea {
  std::vector<Number> numbers;
  std::map<std::string, Born> patients;
};

// observations.csv: DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE
// patients.csv: Id,BIRTHDATE first, GENDER by its name
Synthea read_synthea() {
  Synthea synthea;
  for (const auto& [name, text] : ingest::test::files_of(ingest::test::data_file(archive))) {
    const bool observations = name.ends_with("observations.csv");
    if (!observations && !name.ends_with("patients.csv")) continue;
    std::size_t gender = 0;
    for (std::string_view rest = text; !rest.empty();) {
      const auto end = std::min(rest.find('\n'), rest.size());
      auto fields = fields_of(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (observations && fields.size() == 9 && fields[8] == "numeric") {
        synthea.numbers.push_back({fields[1], fields[0], fields[4], fields[6], fields[7]});
      } else if (!observations && gender == 0) {
        gender = static_cast<std::size_t>(std::find(fields.begin(), fields.end(), "GENDER") -
                                          fields.begin());
      } else if (!observations && fields.size() > gender) {
        synthea.patients[fields[0]] = {fields[1], fields[gender] == "M" ? Sex::male : Sex::female};
      }
    }
  }
  return synthea;
}

const Synthea& synthea() {
  static const Synthea all = read_synthea();
  return all;
}
const std::vector<Number>& numbers() { return synthea().numbers; }

TEST(TrendsOverSyntheaTest, EveryUnitReadsButTheOneThatIsNotUcum) {
  NEEDS_DATA("synthea/ma42-300.csv.tar.zst");
  std::set<std::string> units, unread;
  for (const auto& number : numbers()) units.insert(number.unit);
  for (const auto& unit : units) {
    if (!parse_unit(unit)) unread.insert(unit);
  }
  EXPECT_GE(units.size(), 40u);
  EXPECT_THAT(unread, ElementsAre("pH"));  // in its analyte it is spelled, and meant, [pH]
}

TEST(TrendsOverSyntheaTest, AllValuesOfAnAnalyteAreOnItsAxis) {
  NEEDS_DATA("synthea/ma42-300.csv.tar.zst");
  std::set<std::string> seen, wrong;
  for (const auto& number : numbers()) {
    const auto* analyte = Analytes::built_in().of_code(projections::loinc, number.code);
    if (analyte == nullptr) continue;
    seen.insert(analyte->group);
    const auto shown = convert(analyte, number.value, number.unit, analyte->unit);
    if (!shown) wrong.insert(number.code + " " + number.unit + ": " + shown.error().message);
  }
  EXPECT_THAT(wrong, IsEmpty());
  std::set<std::string> unseen;
  for (const auto& analyte : Analytes::built_in().all()) {
    if (!seen.contains(analyte.group)) unseen.insert(analyte.group);
  }
  EXPECT_THAT(unseen, ElementsAre("length"));  // Synthea lays nobody down
}

// Codes and units of one analyte that were joined by mistake, or by the wrong factor, would
// stand apart: 10 between g/L and g/dL, 18 and more by a molar mass. A code that only a few
// sick patients have says nothing.
TEST(TrendsOverSyntheaTest, CodesAndUnitsOfAnAnalyteHaveMediansOfOneSize) {
  NEEDS_DATA("synthea/ma42-300.csv.tar.zst");
  std::map<std::string, std::map<std::string, std::vector<double>>> values;
  for (const auto& number : numbers()) {
    const auto* analyte = Analytes::built_in().of_code(projections::loinc, number.code);
    if (analyte == nullptr) continue;
    const auto shown = convert(analyte, number.value, number.unit, analyte->unit);
    if (shown) {
      values[analyte->group][number.code + " " + number.unit].push_back(
          static_cast<double>(shown->value));
    }
  }
  for (auto& [group, parts] : values) {
    double least = 0, most = 0;
    for (auto& [part, numbers_of] : parts) {
      if (numbers_of.size() < 100) continue;
      std::sort(numbers_of.begin(), numbers_of.end());
      const double median = numbers_of[numbers_of.size() / 2];
      least = least == 0 ? median : std::min(least, median);
      most = std::max(most, median);
    }
    EXPECT_LE(most, 5 * least) << group;
  }
}

// Synthea computes BMI and its percentile by itself, from numbers before it rounds them.
TEST(TrendsOverSyntheaTest, BodyMassAndItsPercentileAreThoseOfSynthea) {
  NEEDS_DATA("synthea/ma42-300.csv.tar.zst");
  std::map<std::pair<std::string, std::string>, std::map<std::string, double>> visits;
  for (const auto& number : numbers()) {
    if (!number.value.empty())
      visits[{number.patient, number.when}][number.code] = std::stod(number.value);
  }
  std::vector<double> bmi_off, percentile_off;
  for (auto& [visit, of] : visits) {
    const auto& [patient, when] = visit;
    if (!of.contains("29463-7") || !of.contains("8302-2") || !of.contains("39156-5")) continue;
    const auto& born = synthea().patients.at(patient);
    PatientFacts facts;
    facts.birth = events::parse_clinical_time(born.on).value();
    facts.sex = born.sex;
    const auto text = [&](const char* code) { return std::to_string(of.at(code)); };
    const auto bmi = bmi_of(trend("weight", {value(when, text("29463-7"), "kg")}),
                            trend("height", {value(when, text("8302-2"), "cm")}), facts);
    ASSERT_EQ(bmi.values.size(), 1u);
    bmi_off.push_back(std::abs(static_cast<double>(bmi.values[0].value) - of.at("39156-5")));
    if (!of.contains("59576-9")) continue;
    const auto none = trend("height", {});
    const auto growth = growth_of(none, none, none, none, bmi, facts);
    ASSERT_EQ(growth.values.size(), 1u) << patient << " " << when;
    const auto z = growth.values[0].z_score;
    percentile_off.push_back(
        std::abs(static_cast<double>(percentile_of(std::stold(z))) - of.at("59576-9")));
  }
  ASSERT_GT(bmi_off.size(), 4000u);
  ASSERT_GT(percentile_off.size(), 1000u);
  std::sort(percentile_off.begin(), percentile_off.end());
  // A newborn of 3.0 kg and 50.0 cm, both rounded: 12 * (0.05 / 3 + 2 * 0.05 / 50) is 0.22.
  EXPECT_LT(*std::max_element(bmi_off.begin(), bmi_off.end()), 0.22);
  EXPECT_LT(percentile_off[percentile_off.size() / 2], 0.5);
  EXPECT_LT(percentile_off.back(), 3);
}

}  // namespace
}  // namespace tests
