#include "projections/trends/rules.h"

#include <gmock/gmock.h>

#include "projections/trends/table.h"
#include "tests/projections/trends/values.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace projections::trends;

PatientFacts adult() {
  PatientFacts facts;
  facts.birth = events::parse_clinical_time("1970-01-01").value();
  facts.sex = Sex::male;
  return facts;
}
std::vector<std::string> ids(const std::vector<Detected>& found) {
  std::vector<std::string> all;
  for (const auto& one : found) all.push_back(one.rule->id);
  return all;
}
std::vector<std::string> found(const char* group, std::vector<projections::SeriesValue> values,
                               const PatientFacts& facts = adult()) {
  return ids(detect(trend(group, std::move(values)), facts));
}

TEST(RulesTest, EveryRuleHasItsClaimSourceSectionAndReadDate) {
  const auto table = built_in_table("rules");
  const auto read = read_rules(table);
  ASSERT_TRUE(read) << read.error().message;
  for (std::size_t row = 0; row < table.size(); ++row) {
    EXPECT_FALSE(table.at(row, "checked").empty()) << table.at(row, "id");
    const auto date = table.at(row, "read");
    EXPECT_TRUE(date == "not compared" || (date.size() == 10 && date.starts_with("20")));
  }
  const auto states = built_in_table("states");
  for (std::size_t row = 0; row < states.size(); ++row) {
    EXPECT_FALSE(states.at(row, "source").empty()) << states.at(row, "code");
    EXPECT_FALSE(states.at(row, "read").empty()) << states.at(row, "code");
  }
}

TEST(RulesTest, ARuleWithoutSourceOrWithAWrongThresholdDoesNotLoad) {
  const std::string head =
      "id\tkind\tgroup\tthreshold\tfrom\tto\twho\tclaim\tsource\tsection\tread\n";
  const auto loads = [&](const std::string& row) {
    const std::string text = head + row;
    const auto read = read_rules(*Table::read("test", text));
    return read ? "loads" : read.error().message;
  };
  EXPECT_EQ(loads("x\trise\tiron\t5 ug/dL\t0\t48\tany\tc\ts\t1\tnot compared\n"), "loads");
  EXPECT_THAT(loads("x\trise\tiron\t5 ug/dL\t0\t48\tany\tc\t\t1\t2026-01-01\n"),
              HasSubstr("rule x: no claim, source, section or read date"));
  EXPECT_THAT(loads("x\tjump\tiron\t5 ug/dL\t0\t48\tany\tc\ts\t1\tr\n"), HasSubstr("no kind"));
  EXPECT_THAT(loads("x\trise\tiron\tfive\t0\t48\tany\tc\ts\t1\tr\n"), HasSubstr("no threshold"));
  EXPECT_THAT(loads("x\trise\tiron\t5 ug/dL; 1 kg\t0\t48\tany\tc\ts\t1\tr\n"),
              HasSubstr("do not convert"));
  EXPECT_THAT(loads("x\trise\tiron\t5 ug/dL\tsoon\t48\tany\tc\ts\t1\tr\n"), HasSubstr("no hours"));
}

// KDIGO AKI 2.1.1: by 0.3 mg/dL (26.5 umol/L) within 48 hours, or to 1.5 times within 7 days.
TEST(RulesTest, CreatinineRisesByKdigoAtItsBoundaries) {
  struct Case {
    const char *before_when, *before, *now_when, *now, *unit, *expected;
  };
  for (const auto& one : {
           Case{"2024-01-01T08:00:00Z", "1.00", "2024-01-03T08:00:00Z", "1.29", "mg/dL", ""},
           Case{"2024-01-01T08:00:00Z", "1.00", "2024-01-03T08:00:00Z", "1.30", "mg/dL",
                "absolute"},
           Case{"2024-01-01T08:00:00Z", "1.00", "2024-01-03T08:00:01Z", "1.30", "mg/dL", ""},
           Case{"2024-01-01T08:00:00Z", "1.00", "2024-01-03T07:59:59Z", "1.31", "mg/dL",
                "absolute"},
           Case{"2024-01-01T08:00:00Z", "100.0", "2024-01-03T08:00:00Z", "126.4", "umol/L", ""},
           Case{"2024-01-01T08:00:00Z", "100.0", "2024-01-03T08:00:00Z", "126.5", "umol/L",
                "absolute"},
           Case{"2024-01-01T08:00:00Z", "1.00", "2024-01-08T08:00:00Z", "1.49", "mg/dL", ""},
           Case{"2024-01-01T08:00:00Z", "1.00", "2024-01-08T08:00:00Z", "1.50", "mg/dL",
                "relative"},
           Case{"2024-01-01T08:00:00Z", "1.00", "2024-01-08T08:00:01Z", "1.50", "mg/dL", ""},
           Case{"2024-01-01T08:00:00Z", "0.40", "2024-01-02T08:00:00Z", "0.60", "mg/dL",
                "relative"},
           Case{"2024-01-01T08:00:00Z", "1.00", "2024-01-01T08:00:00Z", "2.00", "mg/dL", ""},
           Case{"2024-01-01", "1.0", "2024-01-03", "1.3", "mg/dL", "absolute"},  // dates: 48 hours
       }) {
    const auto rules = found("creatinine", {value(one.now_when, one.now, one.unit),
                                            value(one.before_when, one.before, one.unit)});
    SCOPED_TRACE(std::string(one.now_when) + " " + one.now);
    if (*one.expected == 0) {
      EXPECT_THAT(rules, IsEmpty());
    } else {
      EXPECT_THAT(rules, ElementsAre("kdigo-aki-" + std::string(one.expected)));
    }
  }
}

TEST(RulesTest, ARiseIsOverTheLowestValueOfItsWindowAndSaysWhy) {
  const auto creatinine = trend("creatinine", {value("2024-01-03T08:00:00Z", "1.5", "mg/dL"),
                                               value("2024-01-02T08:00:00Z", "1.3", "mg/dL"),
                                               value("2024-01-01T20:00:00Z", "1.1", "mg/dL")});
  const auto rises = detect(creatinine, adult());
  ASSERT_EQ(rises.size(), 1u);
  EXPECT_EQ(rises[0].reason, "creatinine rose from 1.1 to 1.5 mg/dL within 36 hours");
  EXPECT_THAT(rises[0].inputs, ElementsAre(input_of(creatinine.points[0].sent),
                                           input_of(creatinine.points[2].sent)));
}

TEST(RulesTest, BoundsAndWhatDoesNotCountTakeNoPart) {
  const auto before = value("2024-01-01", "1.0", "mg/dL");
  EXPECT_THAT(found("creatinine", {bound("2024-01-02", ">", "15", "mg/dL"), before}), IsEmpty());
  EXPECT_THAT(found("creatinine", {value("2024-01-02", "9", "mg/dL", "cancelled"), before}),
              IsEmpty());
  EXPECT_THAT(found("creatinine", {value("2024-01-02", "9", "mg/dL", "entered-in-error"), before}),
              IsEmpty());
  EXPECT_THAT(found("creatinine", {value("2024-01-02", "9", "kg"), before}), IsEmpty());
  EXPECT_THAT(found("creatinine", {value("2024-01-02", "1.4", "mg/dL", "corrected"), before}),
              ElementsAre("kdigo-aki-absolute"));
  // A preliminary result counts: it is marked where it is shown.
  EXPECT_THAT(found("creatinine", {value("2024-01-02", "1.4", "mg/dL", "preliminary"), before}),
              ElementsAre("kdigo-aki-absolute"));
}

TEST(RulesTest, CreatinineIsSilentInDialysis) {
  auto facts = adult();
  facts.states.push_back({"dialysis", events::Micros::min(), events::Micros::max(), {}});
  EXPECT_THAT(
      found("creatinine",
            {value("2024-01-02", "9.0", "mg/dL"), value("2024-01-01", "4.0", "mg/dL")}, facts),
      IsEmpty());
}

TEST(RulesTest, HaemoglobinFallsByTwoGrams) {
  const auto fall = [](const char* now, const char* when, const char* unit = "g/dL") {
    return found("hemoglobin", {value(when, now, unit), value("2024-01-01", "12.0", "g/dL")});
  };
  EXPECT_THAT(fall("10.1", "2024-01-02"), IsEmpty());
  EXPECT_THAT(fall("10.0", "2024-01-02"), ElementsAre("hemoglobin-fall"));
  EXPECT_THAT(fall("100", "2024-01-02", "g/L"), ElementsAre("hemoglobin-fall"));
  EXPECT_THAT(fall("9.9", "2024-01-08"), ElementsAre("hemoglobin-fall"));
  EXPECT_THAT(fall("9.9", "2024-01-09"), IsEmpty());  // 8 days
}

TEST(RulesTest, A1cCrossesTheThresholdFromBelow) {
  const auto cross = [](const char* before, const char* now, const char* unit = "%") {
    return found("a1c", {value("2024-06-01", now, unit), value("2024-01-01", before, "%")});
  };
  EXPECT_THAT(cross("6.0", "6.4"), IsEmpty());
  EXPECT_THAT(cross("6.0", "6.5"), ElementsAre("a1c-crosses-6.5"));
  EXPECT_THAT(cross("6.4", "6.6"), ElementsAre("a1c-crosses-6.5"));
  EXPECT_THAT(cross("6.5", "9.0"), IsEmpty());
  EXPECT_THAT(cross("6.0", "48", "mmol/mol"), ElementsAre("a1c-crosses-6.5"));
  EXPECT_THAT(found("a1c", {value("2024-06-01", "9.0", "%")}), IsEmpty());  // never below
}

TEST(RulesTest, WeightFallsByFivePercentWithinSixToTwelveMonths) {
  const auto loss = [](const char* now, const char* before_when,
                       const PatientFacts& facts = adult()) {
    return found("weight", {value("2024-07-01", now, "kg"), value(before_when, "80.0", "kg")},
                 facts);
  };
  EXPECT_THAT(loss("76.1", "2024-01-01"), IsEmpty());
  EXPECT_THAT(loss("76.0", "2024-01-01"), ElementsAre("weight-loss"));  // 182 days before
  EXPECT_THAT(loss("75.0", "2024-01-02"), IsEmpty());                   // 181
  EXPECT_THAT(loss("75.0", "2023-07-01"), ElementsAre("weight-loss"));  // 366
  EXPECT_THAT(loss("75.0", "2023-06-30"), IsEmpty());                   // 367
  auto child = adult();
  child.birth = events::parse_clinical_time("2006-07-02").value();
  EXPECT_THAT(loss("75.0", "2024-01-01", child), IsEmpty());  // 17 until tomorrow
  child.birth = events::parse_clinical_time("2006-07-01").value();
  EXPECT_THAT(loss("75.0", "2024-01-01", child), ElementsAre("weight-loss"));
  EXPECT_THAT(loss("75.0", "2024-01-01", PatientFacts{}), IsEmpty());  // age not known
  auto pregnant = adult();
  pregnant.states.push_back(
      {"pregnancy", events::Micros::min(), events::parse_clinical_time("2024-02-01")->low, {}});
  EXPECT_THAT(loss("75.0", "2024-01-01", pregnant), IsEmpty());
}

Derived egfr(std::vector<std::pair<const char*, double>> values) {
  Derived derived;
  derived.name = "egfr";
  for (const auto& [when, number] : values) {
    DerivedValue value;
    value.when = when;
    value.time = events::parse_clinical_time(when).value().low;
    value.value = number;
    value.digits = std::to_string(static_cast<int>(number));
    derived.values.push_back(value);
  }
  return derived;
}

// A straight line of 365.25 days: its slope is the difference a year.
TEST(RulesTest, EgfrFallsByMoreThanFiveAYear) {
  const auto line = [](double newest) {
    return ids(detect(egfr({{"2025-01-01T12:00:00Z", newest},
                            {"2024-07-02T09:00:00Z", (newest + 80) / 2},
                            {"2024-01-01T06:00:00Z", 80}}),
                      adult()));
  };
  EXPECT_THAT(line(75.1), IsEmpty());
  EXPECT_THAT(line(75.0), IsEmpty());  // not more than five: 366.25 days are a little over a year
  EXPECT_THAT(line(74.9), ElementsAre("kdigo-rapid-progression"));
}

TEST(RulesTest, AnEgfrSlopeNeedsThreeValuesOverNinetyDays) {
  EXPECT_THAT(detect(egfr({{"2024-12-31", 60}, {"2024-01-01", 80}}), adult()), IsEmpty());
  EXPECT_THAT(
      ids(detect(egfr({{"2024-03-30", 76}, {"2024-02-15", 78}, {"2024-01-01", 80}}), adult())),
      IsEmpty());  // 89 days
  EXPECT_THAT(
      ids(detect(egfr({{"2024-03-31", 76}, {"2024-02-15", 78}, {"2024-01-01", 80}}), adult())),
      ElementsAre("kdigo-rapid-progression"));  // 90
}

TEST(RulesTest, TheGfrCategoryDropsWithAQuarterOfTheGfr) {
  const auto drop = [](double before, double now, const char* when = "2024-01-01") {
    return ids(detect(egfr({{"2024-12-01", now}, {when, before}}), adult()));
  };
  EXPECT_THAT(drop(80, 60), IsEmpty());  // a quarter, but still G2
  EXPECT_THAT(drop(80, 59), ElementsAre("kdigo-category-drop"));
  EXPECT_THAT(drop(78, 59), IsEmpty());                           // 24.4 percent, though G3a
  EXPECT_THAT(drop(60, 45), ElementsAre("kdigo-category-drop"));  // exactly, G2 to G3a
  EXPECT_THAT(drop(60, 45, "2024-09-02"), ElementsAre("kdigo-category-drop"));  // 90 days
  EXPECT_THAT(drop(60, 45, "2024-09-03"), IsEmpty());                           // 89
  EXPECT_THAT(drop(60, 45, "2023-12-02"), ElementsAre("kdigo-category-drop"));  // 365
  EXPECT_THAT(drop(60, 45, "2023-12-01"), IsEmpty());                           // 366
}

TEST(RulesTest, GfrCategoriesAreThoseOfKdigo) {
  EXPECT_EQ(gfr_category(90), 1);
  EXPECT_EQ(gfr_category(89.5L), 1);  // reported as 90
  EXPECT_EQ(gfr_category(89.4L), 2);
  EXPECT_EQ(gfr_category(60), 2);
  EXPECT_EQ(gfr_category(59), 3);
  EXPECT_EQ(gfr_category(45), 3);
  EXPECT_EQ(gfr_category(44), 4);
  EXPECT_EQ(gfr_category(30), 4);
  EXPECT_EQ(gfr_category(29), 5);
  EXPECT_EQ(gfr_category(15), 5);
  EXPECT_EQ(gfr_category(14), 6);
}

}  // namespace
}  // namespace tests
