#include "projections/trends/ucum.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "projections/trends/table.h"
#include "projections/trends/ucum_atoms.h"

namespace tests {
namespace {

using ::testing::HasSubstr;
using namespace projections::trends;

std::string converted(std::string_view digits, const char* from, const char* to) {
  const auto unit_from = parse_unit(from), unit_to = parse_unit(to);
  if (!unit_from) return unit_from.error().message;
  if (!unit_to) return unit_to.error().message;
  const auto result = convert(digits, *unit_from, *unit_to);
  return result ? *result : result.error().message;
}

TEST(UcumTest, WhatTheTableSaysReadsAndEveryRowHasItsSource) {
  const auto table = built_in_table("units");
  const auto atoms = Atoms::read(table);
  ASSERT_TRUE(atoms) << atoms.error().message;
  for (std::size_t row = 0; row < table.size(); ++row) {
    EXPECT_FALSE(table.at(row, "source").empty()) << table.at(row, "code");
    EXPECT_FALSE(table.at(row, "read").empty()) << table.at(row, "code");
  }
}

TEST(UcumTest, UnitsConvertAsPublished) {
  struct Case {
    const char *digits, *from, *to, *expected;
  };
  for (const auto& [digits, from, to, expected] : {
           Case{"36", "[ft_i]", "m", "11.0"},               // NIST SP 811, B.7.2
           Case{"1.00", "[lb_av]", "g", "454"},             // 453.59237: 4.5 is what 0.01 lb is
           Case{"1.00000", "[lb_av]", "g", "453.592"},      // NIST SP 811, B.8: 4.535 924 E-01 kg
           Case{"1.0000", "[in_i]", "cm", "2.5400"},        // exact
           Case{"98.6", "[degF]", "Cel", "37.0"},           // by definition
           Case{"-40", "[degF]", "Cel", "-40"},             // the same number on both scales
           Case{"37.0", "Cel", "[degF]", "98.6"},           //
           Case{"37.0", "Cel", "K", "310.2"},               // 310.15, half away from zero
           Case{"120", "mm[Hg]", "kPa", "16.0"},            // 1 mm[Hg] = 133.322 Pa
           Case{"1.00", "cal", "J", "4.18"},                // thermochemical: 4.184 J
           Case{"2", "h", "min", "120"},                    //
           Case{"1.00000", "a", "d", "365.250"},            // UCUM: a Julian year
           Case{"12.5", "g/dL", "g/L", "125"},              //
           Case{"3.40", "g/L", "mg/dL", "340"},             //
           Case{"12", "ng/L", "pg/mL", "12"},               // the same size: as sent
           Case{"350", "10*3/uL", "10*9/L", "350"},         //
           Case{"0.5", "1", "%", "50"},                     //
           Case{"60", "mL/min/{1.73_m2}", "mL/min", "60"},  // annotations say nothing to UCUM
           Case{"1.0", "U/L", "nkat/L", "17"},              // 16.67
           Case{"0", "g/dL", "g/L", "0"},                   //
           Case{"70.0", "kg/m2", "g/cm2", "7.00"},          //
           Case{"1e2", "mg", "ug", "100000"},               //
       }) {
    EXPECT_EQ(converted(digits, from, to), expected) << digits << " " << from << " in " << to;
  }
}

TEST(UcumTest, OneUnitWrittenInManyWaysIsOneUnit) {
  struct Case {
    const char *a, *b;
  };
  for (const auto& [a, b] : {
           Case{"mg/dL", "mg/dl"},
           Case{"kg.m/s2", "N"},
           Case{"/min", "min-1"},
           Case{"/L.s", "s/L"},
           Case{"mm[Hg]", "133.322 Pa"},
           Case{"10*3", "10^3"},
           Case{"10*-2", "%"},
           Case{"{score}", "1"},
           Case{"{copies}/mL", "/mL"},
           Case{"mg{creat}/g", "mg/g"},
           Case{"(mL/min)/kg", "mL/min/kg"},
           Case{"m[iU]/L", "m[IU]/L"},
           Case{"umol/(min.L)", "U/L"},
           Case{"meq/L", "mmol{eq}/L"},
       }) {
    const auto first = parse_unit(a);
    ASSERT_TRUE(first) << first.error().message;
    const auto second = parse_unit(b);
    // The pairs that are not equal are here to show it: a space and an amount of charge.
    if (std::string_view(b) == "133.322 Pa") {
      EXPECT_FALSE(second);
    } else if (std::string_view(a) == "meq/L") {
      EXPECT_NE(first->dimension, second->dimension);
    } else {
      ASSERT_TRUE(second) << second.error().message;
      EXPECT_EQ(first->dimension, second->dimension) << a;
      EXPECT_NEAR(static_cast<double>(first->factor / second->factor), 1, 1e-15) << a;
    }
  }
}

TEST(UcumTest, WhatMeasuresSomethingElseDoesNotConvert) {
  struct Case {
    const char *from, *to, *says;
  };
  for (const auto& [from, to, says] : {
           Case{"mg/dL", "mmol/L", "mg/dL measures g.m-3, mmol/L measures m-3.mol"},
           Case{"[iU]/L", "U/L", "[iU]/L measures [iU].m-3, U/L measures m-3.mol.s-1"},
           Case{"meq/L", "mmol/L", "do not convert"},
           Case{"kg", "cm", "do not convert"},
           Case{"[arb'U]/mL", "[iU]/mL", "do not convert"},
           Case{"[pH]", "mol/L", "[pH] measures [pH]"},
           Case{"/[HPF]", "1", "do not convert"},
           Case{"mol", "1", "do not convert"},
       }) {
    EXPECT_THAT(converted("1", from, to), HasSubstr(says)) << from << " in " << to;
  }
}

TEST(UcumTest, WhatIsNotUcumIsRefusedWithWhatWasPerhapsMeant) {
  struct Case {
    const char *code, *says;
  };
  for (const auto& [code, says] : {
           Case{"", "no unit"},
           Case{"mmHg", R"(unit "mmHg" is not UCUM: "mmHg" is no unit; write mm[Hg])"},
           Case{"year", R"("year" is no unit; write a (365.25 d); a calendar year is no unit)"},
           Case{"mcg/dL", R"("mcg" is no unit; write ug/dL)"},
           Case{"IU/L", "write [iU]/L"},
           Case{"mEq/L", "write meq/L"},
           Case{"lbs", "write [lb_av]"},
           Case{"pH", "write [pH]"},
           Case{"mL/min/1.73.m2", "has a decimal number; UCUM has none; write mL/min/{1.73_m2}"},
           Case{"tablets", "write a UCUM code, such as mg/dL"},
           Case{"mg dL", R"("mg dL" is no unit)"},
           Case{"mg/", "ends too early"},
           Case{"mg//dL", "is no unit"},
           Case{"(mg/dL", "parenthesis that is not closed"},
           Case{"mg)", "\")\" is left over"},
           Case{"{score", "annotation that is not closed"},
           Case{"m[Hg", "bracket that is not closed"},
           Case{"m-", "a sign without an exponent"},
           Case{"m0", "an exponent that no measurement has"},
           Case{"m99", "an exponent that no measurement has"},
           Case{"Cel/min", "degrees in a product; write K"},
           Case{"Cel2", "degrees in a product; write K"},
           Case{"k%", R"("k%" is no unit)"},
           Case{"0.m", "a factor that is no factor"},
           Case{"((((((((((m))))))))))", "nested too deeply"},
       }) {
    const auto unit = parse_unit(code);
    ASSERT_FALSE(unit) << code;
    EXPECT_THAT(unit.error().message, HasSubstr(says));
  }
  EXPECT_THAT(parse_unit(std::string(500, 'm')).error().message, HasSubstr("too long"));
}

TEST(UcumTest, WhatIsNoNumberDoesNotConvert) {
  for (const char* digits : {"", "abc", "1,5", "01", "1e99", "NaN", "+1"}) {
    EXPECT_THAT(converted(digits, "mg", "g"), HasSubstr("is not a number")) << digits;
  }
}

// Atoms of the table that measure the same: there and back is where it began.
TEST(UcumTest, EveryConversionThereAndBackIsWhereItBegan) {
  const auto table = built_in_table("units");
  std::vector<Unit> units;
  for (std::size_t row = 0; row < table.size(); ++row) {
    units.push_back(parse_unit(table.at(row, "code")).value());
  }
  std::size_t pairs = 0;
  for (const auto& a : units) {
    for (const auto& b : units) {
      if (a.dimension != b.dimension) continue;
      ++pairs;
      const auto back = convert_value(convert_value(36.6L, a, b), b, a);
      EXPECT_NEAR(static_cast<double>(back), 36.6, 1e-12) << a.code << " " << b.code;
    }
  }
  EXPECT_GT(pairs, 500u);
}

// Whatever a sender writes as a unit is read or refused, in bounded time.
TEST(UcumTest, AnyTextIsReadOrRefused) {
  constexpr std::string_view letters = "mgLdukKsUh1029.*^/(){}[]-+%' \xC2\xB5";
  std::mt19937 random(42);
  std::size_t read = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    const auto size = random() % 12;
    for (std::size_t j = 0; j < size; ++j) text += letters[random() % letters.size()];
    const auto unit = parse_unit(text);
    if (!unit) continue;
    ++read;
    EXPECT_GT(unit->factor, 0) << text;
    EXPECT_TRUE(std::isfinite(unit->factor)) << text;
    EXPECT_EQ(unit->code, text);
  }
  EXPECT_GT(read, 1000u);
}

}  // namespace
}  // namespace tests
