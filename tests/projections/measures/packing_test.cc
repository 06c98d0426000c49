// What is refused when measures are loaded, and that a package holds what it needs.
#include "projections/measures/packing.h"

#include <gmock/gmock.h>

#include "events/compression.h"
#include "events/ids.h"
#include "events/proof/base64.h"
#include "projections/measures/package.h"
#include "tests/projections/measures/small_measure.h"

namespace projections::measures::test {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const std::vector<std::string> year{"2025-01-01/2025-12-31"};

std::string refusal(const std::vector<json::value>& resources,
                    const std::vector<std::string>& names = {}) {
  Packer packer;
  for (const auto& resource : resources) EXPECT_TRUE(packer.add(resource));
  const auto packed = packer.pack(names, year);
  return packed ? "not refused" : packed.error().message;
}

// The same content in other bytes: an empty frame follows, which readers skip.
std::string repacked(const std::string& payload) {
  constexpr std::string_view skipped("\x50\x2a\x4d\x18\0\0\0\0", 8);
  std::string packed(events::compress(read_payload(payload)->content, nullptr));
  packed += skipped;
  return payload.substr(0, payload.find('\n') + 1) + events::proof::to_base64(packed);
}

TEST(PackingTest, APackageIsReadAsItWasWritten) {
  const auto payload =
      read_payload(small_payload({"2025-01-01/2025-12-31", "2026-01-01/2026-12-31"}));
  ASSERT_TRUE(payload) << payload.error().message;
  ASSERT_EQ(payload->periods.size(), 2u);
  EXPECT_EQ(payload->periods[1].text, "2026-01-01/2026-12-31");
  const auto package = read_package(*payload);
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ((*package)->id, "Small-1.0");
  EXPECT_EQ((*package)->groups.at(0).direction, "increase");
  EXPECT_EQ((*package)->defined.size(), 5u);
}

TEST(PackingTest, AnotherPeriodIsTheSameContent) {
  const auto one = read_payload(small_payload({"2025-01-01/2025-12-31"}));
  const auto two = read_payload(small_payload({"2026-01-01/2026-12-31"}));
  EXPECT_EQ(one->digest, two->digest);
  EXPECT_NE(one->digest, read_payload(small_payload(year, "Small", "other"))->digest);
}

std::vector<std::string> periods_of(const std::string& payload) {
  std::vector<std::string> periods;
  const auto read = read_payload(payload);
  for (const auto& period : read->periods) periods.push_back(period.text);
  return periods;
}

TEST(PackingTest, AnotherPeriodIsKeptBesideTheFirstAndTheContentStaysPackedAsItWas) {
  const auto there = small_payload({"2026-01-01/2026-12-31"});
  // Read as the same, packed otherwise: as another release of the compressor would.
  const auto again = repacked(small_payload(year));
  ASSERT_NE(read_payload(there)->digest, read_payload(again)->digest);
  const auto both = with_periods_of(there, again);
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_THAT(periods_of(*both), ElementsAre("2025-01-01/2025-12-31", "2026-01-01/2026-12-31"));
  EXPECT_EQ(read_payload(*both)->digest, read_payload(there)->digest);

  const auto other = small_payload(year, "Small", "other");
  const auto renewed = with_periods_of(*both, other);
  EXPECT_EQ(read_payload(*renewed)->digest, read_payload(other)->digest);
  EXPECT_THAT(periods_of(*renewed), SizeIs(2));
}

TEST(PackingTest, APeriodIsTakenOutAndWithTheLastOneNothingIsLeft) {
  const auto both = small_payload({"2025-01-01/2025-12-31", "2026-01-01/2026-12-31"});
  const auto one = without_periods(both, year);
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_THAT(periods_of(*one), ElementsAre("2026-01-01/2026-12-31"));
  EXPECT_EQ(read_payload(*one)->digest, read_payload(both)->digest);
  EXPECT_EQ(*without_periods(*one, {"2026-01-01/2026-12-31"}), "");
  const auto none = without_periods(*one, year);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("there are 2026-01-01/2026-12-31"));
}

TEST(PackingTest, AllThatIsWrongIsListed) {
  auto resources = small_measure();
  resources.resize(2);  // without its value sets
  auto other = small_measure("Other");
  other.erase(other.begin() + 1);  // without its library
  resources.insert(resources.end(), other.begin(), other.begin() + 1);

  EXPECT_THAT(refusal(resources, {"Small", "Other", "Third"}),
              AllOf(HasSubstr("Small: "), HasSubstr("value set http://example.org/lab is not"),
                    HasSubstr("value set http://example.org/hospice is not"),
                    HasSubstr("Other: its library http://example.org/Library/Other is missing"),
                    HasSubstr("Third: no Measure of this name is there")));
}

json::value with_include(const std::string& name, const std::string& version,
                         const std::string& included, const std::string& of_version) {
  return library_resource(name, version, R"("x": {"type": "Null"})",
                          R"("includes": {"def": [{"localIdentifier": "I", "path": "http://e/)" +
                              included + R"(", "version": ")" + of_version + R"("}]})");
}

TEST(PackingTest, LibrariesThatAreMissingOrOfAnotherVersionAreNamed) {
  auto resources = small_measure();
  resources[1] = with_include("Small", "1.0", "Common", "2.0");
  EXPECT_THAT(refusal(resources),
              HasSubstr("library Common version 2.0, which Small includes, is missing"));
  resources.push_back(library_resource("Common", "1.5", R"("x": {"type": "Null"})"));
  EXPECT_THAT(refusal(resources), HasSubstr("which Small includes, is there as version 1.5 only"));
}

// Its only population is of a value set, in this version if one is given.
std::vector<json::value> of_value_set(const std::string& version) {
  auto resources = small_measure();
  const auto pinned = version.empty() ? version : R"(, "version": ")" + version + '"';
  resources.resize(1);
  resources.push_back(library_resource(
      "Small", "1.0",
      R"("initial-population": {"type": "AnyInValueSet", "valueset": {"name": "Lab"},
           "codes": {"type": "List", "element": []}},
         "denominator": {"type": "Null"}, "denominator-exclusion": {"type": "Null"},
         "numerator": {"type": "Null"}, "denominator-exception": {"type": "Null"})",
      R"("valueSets": {"def": [{"name": "Lab", "id": "http://e/lab")" + pinned + "}]}"));
  return resources;
}

json::value lab_of_version(const std::string& version) {
  return {{"resourceType", "ValueSet"},
          {"url", "http://e/lab"},
          {"version", version},
          {"expansion", {{"contains", {{{"system", "s"}, {"code", "of-" + version}}}}}}};
}

TEST(PackingTest, AValueSetIsOfTheVersionThatIsAskedForOrItIsRefused) {
  auto resources = of_value_set("3");
  resources.push_back(lab_of_version("2"));
  EXPECT_THAT(refusal(resources),
              HasSubstr("value set http://e/lab is at hand as version 2, not 3"));
  resources.push_back(lab_of_version("3"));
  resources.push_back(lab_of_version("1"));
  EXPECT_EQ(refusal(resources), "not refused");
  const auto content = read_payload(payload_of(resources, year))->content;
  EXPECT_THAT(content, AllOf(HasSubstr("of-3"), Not(HasSubstr("of-1")), Not(HasSubstr("of-2"))));
}

TEST(PackingTest, ValueSetsOfSeveralVersionsOfWhichNoneIsAskedForAreRefused) {
  auto resources = of_value_set("");
  resources.push_back(lab_of_version("2"));
  EXPECT_EQ(refusal(resources), "not refused");
  resources.push_back(lab_of_version("3"));
  EXPECT_THAT(refusal(resources),
              HasSubstr("value set http://e/lab is there in versions 2, 3; give one of them"));
}

TEST(PackingTest, LibrariesInACircleAreNamed) {
  auto resources = small_measure();
  resources[1] = with_include("Small", "1.0", "Common", "2.0");
  resources.push_back(with_include("Common", "2.0", "Small", "1.0"));
  EXPECT_THAT(refusal(resources), HasSubstr("circle: Small > Common > Small"));
}

TEST(PackingTest, AnUnsupportedNodeThatAPopulationReachesIsNamed) {
  auto resources = small_measure();
  resources[1] = library_resource(
      "Small", "1.0",
      R"("initial-population": {"type": "Fantasy"}, "denominator": {"type": "Null"},
         "denominator-exclusion": {"type": "Null"}, "numerator": {"type": "Null"},
         "denominator-exception": {"type": "Null"})");
  EXPECT_THAT(refusal(resources), HasSubstr("Fantasy"));
}

TEST(PackingTest, WhatIsNoPackageIsRefused) {
  for (const char* payload : {"", "{}\n", "{\"periods\":[]}\nAAAA", "{\"periods\":[\"2025\"]}\n*",
                              "{\"periods\":[\"2025\"]}\nAAAA", "{\"periods\":[\"soon\"]}\nAAAA"}) {
    EXPECT_FALSE(read_payload(payload)) << payload;
  }
}

TEST(PackingTest, ALongNameStillMakesASettingsName) {
  const std::string name(80, 'N');
  const auto id = id_of(name, "Draft based on 1.0");
  EXPECT_TRUE(events::is_fhir_id(std::string(setting_prefix) + id)) << id;
  EXPECT_NE(id, id_of(name + "M", "Draft based on 1.0"));
}

}  // namespace
}  // namespace projections::measures::test
