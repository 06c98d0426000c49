#include "ingest/validation/primitives.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "events/fhir/definitions.h"
#include "ingest/validation/narrative.h"

namespace ingest::validation {
namespace {

const char* const texts[] = {
    "",
    " ",
    "a",
    "a b",
    " a",
    "a ",
    "a  b",
    "a-b.C",
    "a_b",
    "1",
    "01",
    "-1",
    "0",
    "2147483647",
    "true",
    "2020",
    "2020-01",
    "2020-1",
    "2020-13",
    "0000",
    "2020-01-01",
    "2020-01-32",
    "2020-01-01T10:00:00Z",
    "2020-01-01T10:00:00.123+02:00",
    "2020-01-01T10:00:00",
    "2020-01-01T10:00Z",
    "2020-01-01T24:00:00Z",
    "2020-01-01 10:00:00Z",
    "10:00:00",
    "10:00",
    "10:00:00.5",
    "25:00:00",
    "10:60:00",
    "urn:oid:1.2.3",
    "urn:oid:1.02",
    "urn:oid:3.1",
    "urn:oid:1",
    "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "urn:uuid:C757873D-ec9a-4326-a141-556f43239520",
    "http://x.org/a?b#c",
    "YWJj",
    "YWJ",
    "YWJj\nZGVm",
    "x\ny",
};

// R4's own regular expressions, from the generated tables. Dates are stricter here (the calendar).
TEST(PrimitivesTest, TextsFitAsTheirPagesSay) {
  for (const auto& type : events::fhir::all_definitions()) {
    const Primitive primitive = primitive_of(type.name);
    if (type.form != events::fhir::Form::primitive || type.pattern.empty()) continue;
    if (type.name == "string" || type.name == "markdown") continue;  // R4's allow blanks alone
    if (type.name == "uri" || type.name == "url" || type.name == "canonical") continue;  // and ""
    const std::regex pattern{std::string(type.pattern)};
    for (const char* text : texts) {
      const bool number = type.name == "decimal" || type.name == "integer" ||
                          type.name == "positiveInt" || type.name == "unsignedInt" ||
                          type.name == "boolean";
      if (number) continue;
      EXPECT_EQ(fits(primitive, std::string_view(text)), std::regex_match(text, pattern))
          << type.name << " \"" << text << '"';
    }
  }
}

TEST(PrimitivesTest, EveryPrimitiveTypeOfR4IsKnown) {
  for (const auto& type : events::fhir::all_definitions()) {
    if (type.form == events::fhir::Form::primitive) {
      EXPECT_NE(primitive_of(type.name), Primitive::none) << type.name;
      EXPECT_FALSE(remedy(primitive_of(type.name)).empty()) << type.name;
    }
  }
}

bool number_fits(Primitive type, const std::string& text) {
  return fits(type, json::Document::parse(text).value().root());
}

TEST(PrimitivesTest, NumbersHaveTheirRange) {
  EXPECT_TRUE(number_fits(Primitive::integer, "-2147483648"));
  EXPECT_FALSE(number_fits(Primitive::integer, "2147483648"));
  EXPECT_FALSE(number_fits(Primitive::integer, "1.0"));
  EXPECT_FALSE(number_fits(Primitive::integer, "1e2"));
  EXPECT_FALSE(number_fits(Primitive::integer, "\"1\""));
  EXPECT_FALSE(number_fits(Primitive::positive_int, "0"));
  EXPECT_TRUE(number_fits(Primitive::unsigned_int, "0"));
  EXPECT_FALSE(number_fits(Primitive::unsigned_int, "-1"));
  EXPECT_TRUE(number_fits(Primitive::decimal, "1.50e3"));
  EXPECT_FALSE(number_fits(Primitive::boolean, "1"));
}

TEST(PrimitivesTest, ADateIsOneOfTheCalendar) {
  EXPECT_TRUE(fits(Primitive::date, std::string_view("2024-02-29")));
  EXPECT_FALSE(fits(Primitive::date, std::string_view("2023-02-29")));
}

TEST(PrimitivesTest, ANarrativeIsHarmlessAndHasContent) {
  EXPECT_TRUE(is_narrative("<div xmlns=\"http://www.w3.org/1999/xhtml\"><b>x</b><br/></div>"));
  EXPECT_TRUE(is_narrative("<div><img src=\"#a\"/></div>"));
  EXPECT_TRUE(is_narrative("<div><!-- <script> --> x</div>"));
  EXPECT_FALSE(is_narrative("<div><b> </b></div>"));
  EXPECT_FALSE(is_narrative("<p>x</p>"));
  EXPECT_FALSE(is_narrative("<div>x"));
  EXPECT_FALSE(is_narrative("<div>x<iframe src=\"a\"/></div>"));
  EXPECT_FALSE(is_narrative("<div><a onclick=\"x()\">x</a></div>"));
}

}  // namespace
}  // namespace ingest::validation
