#include "projections/trends/analytes.h"

#include <gmock/gmock.h>

#include <set>

#include "projections/trends/table.h"

namespace tests {
namespace {

using ::testing::HasSubstr;
using namespace projections::trends;

std::string in(const char* group, std::string_view digits, const char* from, const char* to) {
  const auto* analyte = Analytes::built_in().of_group(group);
  if (analyte == nullptr) return "no such group";
  const auto result = convert(analyte, digits, from, to);
  return result ? result->digits : result.error().message;
}

// Factors as laboratories publish them: AMA, AJKD and the like; A1c as NGSP and IFCC do.
TEST(AnalytesTest, AmountAndMassConvertByTheAnalytesMolarMass) {
  struct Case {
    const char *group, *digits, *from, *to, *expected;
  };
  for (const auto& [group, digits, from, to, expected] : {
           Case{"creatinine", "1.00", "mg/dL", "umol/L", "88.4"},
           Case{"creatinine", "1.0", "mg/dL", "umol/L", "88"},
           Case{"creatinine", "100", "umol/L", "mg/dL", "1.13"},
           Case{"glucose", "126", "mg/dL", "mmol/L", "6.99"},  // 126 and 7.0: the ADA's threshold
           Case{"glucose", "7.0", "mmol/L", "mg/dL", "126"},
           Case{"glucose", "126", "mg%", "mmol/L", "6.99"},  // UCUM: g% is g/dL
           Case{"cholesterol", "200", "mg/dL", "mmol/L", "5.17"},
           Case{"triglycerides", "150", "mg/dL", "mmol/L", "1.69"},
           Case{"urea_nitrogen", "14.0", "mg/dL", "mmol/L", "5.00"},
           Case{"calcium", "10.0", "mg/dL", "mmol/L", "2.50"},  // 0.2495
           Case{"calcium", "4.8", "meq/L", "mg/dL", "9.6"},
           Case{"calcium", "2.40", "mmol/L", "meq/L", "4.80"},
           Case{"magnesium", "2.0", "mg/dL", "mmol/L", "0.82"},
           Case{"phosphate", "3.1", "mg/dL", "mmol/L", "1.00"},
           Case{"bilirubin", "1.0", "mg/dL", "umol/L", "17"},
           Case{"iron", "100", "ug/dL", "umol/L", "17.9"},
           Case{"sodium", "140", "meq/L", "mmol/L", "140"},
           Case{"alt", "40", "[iU]/L", "U/L", "40"},
           Case{"globulin", "28", "g/L", "g/dL", "2.8"},
           Case{"platelets", "250", "K/uL", "10*9/L", "250"},
           Case{"urine_ph", "6.5", "pH", "[pH]", "6.5"},
           Case{"temperature", "98.6", "[degF]", "Cel", "37.0"},
           Case{"weight", "154", "[lb_av]", "kg", "69.9"},
           Case{"a1c", "7.0", "%", "mmol/mol", "53"},
           Case{"a1c", "6.5", "%", "mmol/mol", "48"},
           Case{"a1c", "48", "mmol/mol", "%", "6.5"},
           Case{"a1c", "53", "mmol/mol", "%", "7.0"},
           Case{"a1c", "6.50", "%", "%", "6.50"},
       }) {
    EXPECT_EQ(in(group, digits, from, to), expected) << group << " " << digits << " " << from;
  }
}

TEST(AnalytesTest, WhatDoesNotConvertSaysWhy) {
  struct Case {
    const char *group, *from, *to, *says;
  };
  for (const auto& [group, from, to, says] : {
           Case{"creatinine", "kg", "mg/dL", "kg measures g, mg/dL measures g.m-3"},
           Case{"creatinine", "[iU]/L", "mg/dL", "do not convert"},
           Case{"albumin", "g/dL", "umol/L", "do not convert"},  // no molar mass: none is guessed
           Case{"sodium", "mg/dL", "mmol/L", "do not convert"},
           Case{"platelets", "K/mL", "10*3/uL", "do not convert"},
           Case{"a1c", "mg/g", "%", "a1c converts between mmol/mol, % only, not from \"mg/g\""},
           Case{"a1c", "%", "g/dL", "converts between"},
           Case{"glucose", "mgs/dL", "mmol/L", "is not UCUM"},
       }) {
    EXPECT_THAT(in(group, "1", from, to), HasSubstr(says)) << group << " " << from << " " << to;
  }
  EXPECT_THAT(check_unit(*Analytes::built_in().of_group("creatinine"), "kg").error().message,
              HasSubstr("unit kg: "));
}

TEST(AnalytesTest, EveryRowHasASourceAndSaysWhetherItWasCompared) {
  const auto table = built_in_table("analytes");
  ASSERT_TRUE(Analytes::read(table));
  for (std::size_t row = 0; row < table.size(); ++row) {
    const auto group = table.at(row, "group");
    for (const char* column : {"source", "section", "read", "checked", "joined_because"}) {
      EXPECT_FALSE(table.at(row, column).empty()) << group << ": " << column;
    }
    const auto read = table.at(row, "read");
    EXPECT_TRUE(read == "not compared" || (read.size() == 10 && read.starts_with("20"))) << group;
  }
}

TEST(AnalytesTest, ARowWithoutSourceOrWithACodeOfAnotherDoesNotLoad) {
  const std::string head =
      "group\tname\tcodes\tunit\tformula\tmolar_mass\tbridges\tequations\tspellings\tsource\n";
  const auto loads = [&](const std::string& row) {
    const std::string text = head + row;
    const auto analytes = Analytes::read(*Table::read("test", text));
    return analytes ? "loads" : analytes.error().message;
  };
  EXPECT_EQ(loads("x\tX\t1-8\tmg\t\t\t\t\t\tbook\n"), "loads");
  EXPECT_THAT(loads("x\tX\t1-8\tmg\t\t\t\t\t\t\n"), HasSubstr("analyte x: no source"));
  EXPECT_THAT(loads("x\tX\t\tmg\t\t\t\t\t\tbook\n"), HasSubstr("no codes"));
  EXPECT_THAT(loads("x\tX\t1-8;1-8\tmg\t\t\t\t\t\tbook\n"), HasSubstr("there twice"));
  EXPECT_THAT(loads("x\tX\t1-8\tpounds\t\t\t\t\t\tbook\n"), HasSubstr("is not UCUM"));
  EXPECT_THAT(loads("x\tX\t1-8\tmg\t\t\t1 mol\t\t\tbook\n"), HasSubstr("no equality"));
  EXPECT_THAT(loads("x\tX\t1-8\tmg\t\t\t1 mol = 5 pounds\t\t\tbook\n"), HasSubstr("is not UCUM"));
  EXPECT_THAT(loads("x\tX\t1-8\t%\t\t\t\t% = x\t\tbook\n"), HasSubstr("no equation"));
  EXPECT_THAT(Table::read("test", head + "x\n").error().message, HasSubstr("line 2: 1 fields"));
}

// The masses follow from the formulas: weights of IUPAC 1995, Pure Appl Chem 68:2339, table 2.
TEST(AnalytesTest, MolarMassesAreTheSumsOfTheirAtoms) {
  const std::map<std::string, double> weights{{"H", 1.00794}, {"C", 12.0107},  {"N", 14.00674},
                                              {"O", 15.9994}, {"P", 30.97376}, {"Ca", 40.078},
                                              {"Mg", 24.305}, {"Fe", 55.845}};
  const auto table = built_in_table("analytes");
  std::size_t checked = 0;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string formula(table.at(row, "formula"));
    if (formula.empty()) continue;
    double mass = 0;
    for (std::size_t i = 0; i < formula.size();) {
      std::string atom(1, formula[i++]);
      while (i < formula.size() && std::islower(formula[i])) atom += formula[i++];
      std::string count;
      while (i < formula.size() && std::isdigit(formula[i])) count += formula[i++];
      mass += weights.at(atom) * (count.empty() ? 1 : std::stoi(count));
    }
    EXPECT_NEAR(std::stod(std::string(table.at(row, "molar_mass"))), mass, 0.001) << formula;
    ++checked;
  }
  EXPECT_EQ(checked, 12u);
}

}  // namespace
}  // namespace tests
