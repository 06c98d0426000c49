#include "projections/trends/derived.h"

#include <gmock/gmock.h>

#include "projections/trends/growth_reference.h"
#include "projections/trends/table.h"
#include "tests/projections/trends/values.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace projections::trends;
using events::Micros;

PatientFacts person(const std::string& birth, std::optional<Sex> sex) {
  PatientFacts facts;
  facts.patient = Input{"Patient", "ana", {3}};
  if (!birth.empty()) facts.birth = events::parse_clinical_time(birth).value();
  facts.sex = sex;
  return facts;
}
Micros at(const std::string& when) { return events::parse_clinical_time(when).value().low; }

std::vector<std::string> digits(const Derived& derived) {
  std::vector<std::string> all;
  for (const auto& value : derived.values) all.push_back(value.digits);
  return all;
}
std::string reason(const Derived& derived) {
  return derived.not_derived.size() == 1 ? derived.not_derived[0].reason : "not one reason";
}

TEST(EgfrTest, AgreesWithPublishedExamples) {
  struct Case {
    double creatinine;
    int age;
    Sex sex;
    double published, within;
  };
  for (const auto& [creatinine, age, sex, published, within] : {
           Case{1.2, 55, Sex::male, 71, 0.5},       // kidney.org's calculator
           Case{0.8, 70, Sex::male, 95.2, 0.05},    // R package tabletools, calculate_egfr_ckdepi
           Case{0.8, 70, Sex::female, 79.2, 0.05},  // the same
           Case{0.9, 55, Sex::female, 75.5, 0.05},  // creatinineclearancecalculator.net: about 76
       }) {
    EXPECT_NEAR(static_cast<double>(ckd_epi_2021(creatinine, age, sex)), published, within)
        << creatinine << " " << age;
  }
}

// At kappa both powers are 1: 142 * 0.9938^40 = 110.73, for women times 1.012. The line has no
// step there, but a bend: by hand 0.302 and 1.2 percent for one percent of creatinine.
TEST(EgfrTest, BendsAtKappaWithoutAStep) {
  const auto near = [](long double value, double expected, double within) {
    EXPECT_NEAR(static_cast<double>(value), expected, within);
  };
  near(ckd_epi_2021(0.9L, 40, Sex::male), 110.73, 0.01);
  near(ckd_epi_2021(0.7L, 40, Sex::female), 112.05, 0.01);
  near(ckd_epi_2021(0.89999999L, 40, Sex::male) - ckd_epi_2021(0.90000001L, 40, Sex::male), 0,
       1e-5);
  near(ckd_epi_2021(0.891L, 40, Sex::male) / ckd_epi_2021(0.9L, 40, Sex::male), 1.00304, 1e-5);
  near(ckd_epi_2021(0.909L, 40, Sex::male) / ckd_epi_2021(0.9L, 40, Sex::male), 0.98813, 1e-5);
  near(ckd_epi_2021(0.693L, 40, Sex::female) / ckd_epi_2021(0.7L, 40, Sex::female), 1.00242, 1e-5);
  near(ckd_epi_2021(0.707L, 40, Sex::female) / ckd_epi_2021(0.7L, 40, Sex::female), 0.98813, 1e-5);
}

TEST(EgfrTest, TakesCreatinineInAnyUnitAndNamesItsInputs) {
  const auto creatinine = trend("creatinine", {value("2024-06-10", "106", "umol/L")});  // 1.20
  const auto egfr = egfr_of(creatinine, person("1969-03-01", Sex::male));
  EXPECT_THAT(digits(egfr), ElementsAre("71"));
  EXPECT_EQ(egfr.unit, "mL/min/{1.73_m2}");
  EXPECT_THAT(egfr.values[0].inputs,
              ElementsAre(Input{"Observation", creatinine.points[0].sent.id, {1}},
                          Input{"Patient", "ana", {3}}));
}

TEST(EgfrTest, IsForAdultsFromTheirEighteenthBirthdayOn) {
  const auto of = [](const char* when) {
    return egfr_of(trend("creatinine", {value(when, "0.9", "mg/dL")}),
                   person("2006-06-10", Sex::female));
  };
  EXPECT_THAT(reason(of("2024-06-09T23:59:00-05:00")), HasSubstr("below 18 years"));
  EXPECT_THAT(digits(of("2024-06-10T00:00:00-05:00")), testing::SizeIs(1));
  // The day as sent counts, though in Greenwich it is the birthday already.
  EXPECT_THAT(reason(of("2024-06-09T20:00:00-05:00")), HasSubstr("below 18 years"));
}

TEST(EgfrTest, SaysWhyThereIsNoNumber) {
  const auto one = [](const projections::SeriesValue& creatinine, const PatientFacts& facts) {
    const auto egfr = egfr_of(trend("creatinine", {creatinine}), facts);
    EXPECT_THAT(egfr.values, IsEmpty());
    return reason(egfr);
  };
  const auto adult = person("1970-01-01", Sex::male);
  const auto good = value("2024-06-10", "1.0", "mg/dL");
  EXPECT_EQ(one(bound("2024-06-10", "<", "0.2", "mg/dL"), adult),
            "creatinine is a bound, not a value");
  EXPECT_EQ(one(value("2024-06-10", "1.0", "kg"), adult),
            "creatinine does not count: not_converted");
  EXPECT_EQ(one(value("2024-06-10", "1.0", "mg/dL", "cancelled"), adult),
            "creatinine does not count: cancelled");
  EXPECT_EQ(one(value("2024-06-10", "0", "mg/dL"), adult), "creatinine is not above zero");
  EXPECT_EQ(one(good, person("", Sex::male)), "birth date is not known");
  EXPECT_EQ(one(good, person("1970", Sex::male)), "age is not known to the day");
  EXPECT_EQ(one(good, person("2030-01-01", Sex::male)), "age is not known to the day");
  EXPECT_EQ(one(good, person("1970-01-01", std::nullopt)), "sex is not recorded as male or female");
}

TEST(EgfrTest, IsSilentWhileTheRecordShowsDialysisPregnancyOrAcuteInjury) {
  for (const char* state : {"dialysis", "pregnancy", "acute_kidney_injury"}) {
    auto facts = person("1970-01-01", Sex::female);
    facts.states.push_back({state, at("2024-01-01"), at("2024-03-01"), {"Condition", "c", {2}}});
    const auto egfr =
        egfr_of(trend("creatinine",
                      {value("2024-03-01", "1.0", "mg/dL"), value("2024-02-29", "1.0", "mg/dL"),
                       value("2024-01-01", "1.0", "mg/dL"), value("2023-12-31", "1.0", "mg/dL")}),
                facts);
    EXPECT_EQ(egfr.values.size(), 2u) << state;  // the day before, and the first day after
    ASSERT_EQ(egfr.not_derived.size(), 2u) << state;
    EXPECT_THAT(egfr.not_derived[0].inputs, testing::Contains(Input{"Condition", "c", {2}}));
  }
}

TEST(EgfrTest, ARiseThatIsAcuteInjuryHasNoEgfrForAWeek) {
  const auto egfr = egfr_of(trend("creatinine", {value("2024-01-10T08:00:00Z", "1.0", "mg/dL"),
                                                 value("2024-01-09T08:00:00Z", "1.1", "mg/dL"),
                                                 value("2024-01-02T08:00:00Z", "1.3", "mg/dL"),
                                                 value("2024-01-01T08:00:00Z", "1.0", "mg/dL")}),
                            person("1970-01-01", Sex::male));
  EXPECT_THAT(digits(egfr), ElementsAre("89", "89"));  // by hand 89.4, at 54 years
  ASSERT_EQ(egfr.not_derived.size(), 2u);
  EXPECT_THAT(egfr.not_derived[1].reason, HasSubstr("rises acutely (kdigo-aki-absolute)"));
}

TEST(BodyMassTest, IsWeightByTheSquareOfTheHeightNearestInTime) {
  // By hand: 70 / 1.75^2 = 22.857; 154 lb are 69.853 kg: 22.809.
  const auto weight =
      trend("weight", {value("2024-06-10", "154", "[lb_av]"), value("2023-01-01", "70.0", "kg")});
  const auto height =
      trend("height", {value("2023-06-11", "175", "cm"), value("2021-01-01", "1.80", "m")});
  const auto bmi = bmi_of(weight, height, person("1970-01-01", Sex::male));
  EXPECT_THAT(digits(bmi), ElementsAre("22.8", "22.9"));
  EXPECT_EQ(bmi.values[0].inputs.size(), 2u);
}

TEST(BodyMassTest, TakesNoHeightFromTooLongAgo) {
  const auto of = [](const char* birth, const char* height_when) {
    return bmi_of(trend("weight", {value("2024-06-10", "50", "kg")}),
                  trend("height", {value(height_when, "150", "cm")}), person(birth, Sex::female));
  };
  EXPECT_THAT(digits(of("1990-01-01", "2023-06-11")), ElementsAre("22.2"));  // 365 days
  EXPECT_EQ(reason(of("1990-01-01", "2023-06-10")), "no height near enough in time");
  EXPECT_THAT(digits(of("2012-01-01", "2024-06-03")), ElementsAre("22.2"));  // 7 days
  EXPECT_EQ(reason(of("2012-01-01", "2024-06-02")), "no height near enough in time");
  EXPECT_EQ(reason(of("", "2024-06-02")), "no height near enough in time");
  const auto none = bmi_of(trend("weight", {value("2024-06-10", "50", "kg")}), trend("height", {}),
                           person("1990-01-01", Sex::female));
  EXPECT_EQ(reason(none), "no height near enough in time");
}

// CDC's own files print these percentiles: statage, wtageinf and bmiagerev.
TEST(GrowthTest, PercentilesLieWhereCdcPrintsThem) {
  struct Case {
    const char* measure;
    Sex sex;
    double months, value, percentile;
  };
  for (const auto& [measure, sex, months, value, percentile] : {
           Case{"height", Sex::male, 24, 79.91084447, 3},
           Case{"height", Sex::male, 24, 80.72977321, 5},
           Case{"height", Sex::male, 24, 86.45220101, 50},
           Case{"height", Sex::male, 24, 92.19687928, 95},
           Case{"height", Sex::male, 25.5, 83.11387064, 10},
           Case{"height", Sex::male, 26.5, 93.07608163, 90},
           Case{"height", Sex::female, 24, 84.97555512, 50},
           Case{"weight", Sex::male, 0.5, 2.964655655, 5},
           Case{"weight", Sex::male, 1.5, 5.967101615, 95},
           Case{"weight", Sex::male, 3.5, 6.391391982, 50},
           Case{"head_circumference", Sex::male, 0, 35.81366835, 50},
           Case{"bmi", Sex::male, 24, 18.16219473, 85},
           Case{"bmi", Sex::male, 239.5, 30.54859414, 95},
           Case{"bmi", Sex::female, 24, 14.39787089, 5},
           Case{"bmi", Sex::female, 60.5, 18.25738105, 95},
           Case{"bmi", Sex::female, 88.5, 13.23457958, 3},
       }) {
    const auto lms = growth_reference(measure, sex, months);
    ASSERT_TRUE(lms) << measure;
    const auto got = percentile_of(z_score_of(value, *lms));
    EXPECT_NEAR(static_cast<double>(got), percentile, 0.001) << measure << " " << months;
  }
}

TEST(GrowthTest, TablesReachAsFarAsCdcPrintsThemAndNoFurther) {
  struct Case {
    const char* measure;
    double first, last;
  };
  for (const auto& [measure, first, last] :
       {Case{"length", 0, 35.5}, Case{"height", 24, 240}, Case{"weight", 0, 240},
        Case{"bmi", 24, 240}, Case{"head_circumference", 0, 36}}) {
    for (const Sex sex : {Sex::male, Sex::female}) {
      EXPECT_TRUE(growth_reference(measure, sex, first)) << measure;
      EXPECT_TRUE(growth_reference(measure, sex, last)) << measure;
      EXPECT_FALSE(growth_reference(measure, sex, first - 0.01)) << measure;
      EXPECT_FALSE(growth_reference(measure, sex, last + 0.01)) << measure;
    }
  }
  EXPECT_FALSE(growth_reference("waist", Sex::male, 100));
}

TEST(GrowthTest, EveryRowNamesItsSource) {
  const auto table = built_in_table("growth");
  EXPECT_EQ(table.size(), 1506u);
  for (std::size_t row = 0; row < table.size(); ++row) {
    ASSERT_FALSE(table.at(row, "source").empty()) << row;
  }
}

TEST(GrowthTest, BetweenTwoAgesTheLineIsStraight) {
  // Boys at 24 and 24.5 months: (86.45220101 + 86.86160934) / 2.
  EXPECT_NEAR(static_cast<double>(growth_reference("height", Sex::male, 24.25)->m), 86.65690518,
              1e-8);
  EXPECT_EQ(static_cast<double>(percentile_of(0)), 50);
  EXPECT_NEAR(static_cast<double>(percentile_of(-1.645)), 5.0, 0.003);
  EXPECT_NEAR(static_cast<double>(z_score_of(2, {0, 1, 0.5L})), 1.386294, 1e-6);  // ln 2 / 0.5
}

TEST(GrowthTest, AChildIsPlacedByAgeAndSex) {
  // Born 2022-01-01, two years are 730 days, 23.98 months: still a length.
  const auto facts = person("2022-01-01", Sex::male);
  const auto none = trend("length", {});
  const auto height =
      trend("height", {value("2024-01-02", "86.5", "cm"), value("2024-01-01", "87.0", "cm")});
  const auto growth = growth_of(height, none, trend("weight", {value("2024-01-02", "12.7", "kg")}),
                                trend("head_circumference", {value("2025-06-01", "50", "cm")}),
                                bmi_of(trend("weight", {}), height, facts), facts);
  ASSERT_EQ(growth.values.size(), 3u);
  EXPECT_EQ(growth.values[0].measure, "height");
  EXPECT_EQ(growth.values[0].percentile, "50.4");  // by hand: 86.5 against 86.466, z 0.01
  EXPECT_EQ(growth.values[1].measure, "weight");
  EXPECT_EQ(growth.values[2].z_score, "-0.07");  // by hand: 87.0 against 87.24, a length
  EXPECT_EQ(reason(growth), "CDC 2000 has no such measure at this age");  // head, 41 months
}

TEST(GrowthTest, WhatIsNotKnownIsSaidAndAdultsAreNoGap) {
  const auto grow = [](const PatientFacts& facts, const char* when) {
    return growth_of(trend("height", {value(when, "100", "cm")}), trend("length", {}),
                     trend("weight", {}), trend("head_circumference", {}), Derived{}, facts);
  };
  EXPECT_EQ(reason(grow(person("", Sex::male), "2024-01-01")), "birth date is not known");
  EXPECT_EQ(reason(grow(person("2020", Sex::male), "2024-01-01")), "age is not known to the day");
  EXPECT_EQ(reason(grow(person("2020-01-01", std::nullopt), "2024-01-01")),
            "sex is not recorded as male or female");
  const auto adult = grow(person("1980-01-01", Sex::male), "2024-01-01");
  EXPECT_THAT(adult.values, IsEmpty());
  EXPECT_THAT(adult.not_derived, IsEmpty());
  // Far out in the tail a percentile is said as a bound.
  EXPECT_EQ(grow(person("2018-01-01", Sex::male), "2024-01-01").values[0].percentile, "0.1");
  EXPECT_EQ(grow(person("2014-01-01", Sex::male), "2024-01-01").values[0].percentile, "<0.1");
}

TEST(AgeTest, IsCountedOnTheDayAsSent) {
  const auto birth = events::parse_clinical_time("2004-02-29").value();
  EXPECT_EQ(age_in_years(birth, "2022-02-28"), 17);
  EXPECT_EQ(age_in_years(birth, "2022-03-01"), 18);
  EXPECT_EQ(age_in_years(birth, "2024-02-29"), 20);
  EXPECT_EQ(age_in_years(birth, "2004-02-29"), 0);
  EXPECT_FALSE(age_in_years(birth, "2004-02-28"));
  EXPECT_FALSE(age_in_years(birth, "2022-03"));
  EXPECT_NEAR(static_cast<double>(*age_in_months(birth, "2005-02-28")), 365 / 30.4375, 1e-12);
}

}  // namespace
}  // namespace tests
