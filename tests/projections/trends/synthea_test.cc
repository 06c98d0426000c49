// The units and analytes over all numbers of Synthea's 344 patients, from its CSV.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "projections/coded.h"
#include "projections/trends/analytes.h"
#include "tests/ingest/test_data.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace projections::trends;

constexpr const char* archive = "synthea/ma42-300.csv.tar.zst";

struct Number {
  std::string code, value, unit;
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

// DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE
const std::vector<Number>& numbers() {
  static const auto all = [] {
    std::vector<Number> found;
    for (const auto& [name, text] : ingest::test::files_of(ingest::test::data_file(archive))) {
      if (!name.ends_with("observations.csv")) continue;
      for (std::string_view rest = text; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        auto fields = fields_of(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (fields.size() == 9 && fields[8] == "numeric") {
          found.push_back({fields[4], fields[6], fields[7]});
        }
      }
    }
    return found;
  }();
  return all;
}

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

}  // namespace
}  // namespace tests
