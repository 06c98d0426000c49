#include "ingest/fhir/patch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ingest::fhir {
namespace {

using events::ErrorCode;
using testing::HasSubstr;

constexpr const char* patient =
    R"({"resourceType":"Patient","id":"p","active":true,"name":[{"use":"official","family":"Berg","given":["Ana","Maria"]},{"use":"usual","text":"Ani"}],"birthDate":"1980-02-29"})";

events::Result<std::string> applied(const events::Result<Patch>& patch, const std::string& text) {
  if (!patch) return patch.error();
  auto resource = json::Document::parse(text);
  return (*patch)(resource->root());
}

events::Result<std::string> json_patch(const std::string& operations,
                                       const std::string& text = patient) {
  auto document = json::Document::parse(operations);
  return applied(read_json_patch(document->root(), "patch"), text);
}

// One operation: type, path, and further parts.
std::string operation(const std::string& type, const std::string& path,
                      const std::string& more = {}) {
  return R"({"name":"operation","part":[{"name":"type","valueCode":")" + type +
         R"("},{"name":"path","valueString":")" + path + "\"}" + (more.empty() ? "" : "," + more) +
         "]}";
}
std::string named(const std::string& name, const std::string& value) {
  return R"({"name":"name","valueString":")" + name + R"("},{"name":"value",)" + value + "}";
}
std::string value(const std::string& value) { return R"({"name":"value",)" + value + "}"; }
std::string number(const std::string& name, int value) {
  return R"({"name":")" + name + R"(","valueInteger":)" + std::to_string(value) + "}";
}

events::Result<std::string> fhirpath_patch(const std::string& operations,
                                           const std::string& text = patient) {
  const std::string parameters =
      R"({"resourceType":"Parameters","parameter":[)" + operations + "]}";
  auto document = json::Document::parse(parameters);
  return applied(read_fhirpath_patch(document->root(), "Parameters"), text);
}

TEST(JsonPatchTest, AddsReplacesRemovesMovesCopiesAndTests) {
  auto made = json_patch(R"([
    {"op":"test","path":"/name/0/family","value":"Berg"},
    {"op":"add","path":"/name/0/given/1","value":"Eva"},
    {"op":"add","path":"/name/0/given/-","value":"Zoe"},
    {"op":"replace","path":"/birthDate","value":"1981"},
    {"op":"remove","path":"/active"},
    {"op":"copy","from":"/name/1/text","path":"/name/0/text"},
    {"op":"move","from":"/name/1","path":"/name/0"}])");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(
      *made,
      R"({"resourceType":"Patient","id":"p","name":[{"use":"usual","text":"Ani"},{"use":"official","family":"Berg","given":["Ana","Eva","Maria","Zoe"],"text":"Ani"}],"birthDate":"1981"})");
}

// Each copy of the whole into itself doubles it: a few hundred bytes would ask for any memory.
TEST(JsonPatchTest, CopiesAndDepthsEnd) {
  std::string copies = "[";
  for (int i = 0; i < 40; ++i) {
    copies += std::string(i == 0 ? "" : ",") + R"({"op":"copy","from":"","path":"/x)" +
              std::to_string(i) + "\"}";
  }
  auto grown = json_patch(copies + "]");
  ASSERT_FALSE(grown);
  EXPECT_EQ(grown.error().code, ErrorCode::unprocessable);
  EXPECT_THAT(grown.error().message, HasSubstr("copy"));

  std::string inward = "[";
  for (int i = 0; i < 200; ++i) {
    inward += std::string(i == 0 ? "" : ",") + R"({"op":"add","path":"/n","value":{}})" +
              R"(,{"op":"copy","from":"/o","path":"/n/o"},{"op":"move","from":"/n","path":"/o"})";
  }
  auto deep = json_patch(inward + "]", R"({"o":{"a":1}})");
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, ErrorCode::unprocessable);
  EXPECT_THAT(deep.error().message, HasSubstr("nested"));
}

TEST(JsonPatchTest, NumbersOfAnySizeAreCompared) {
  EXPECT_FALSE(
      json_patch(R"([{"op":"test","path":"/n","value":1}])", R"({"n":1e99999999999999999999})"));
  EXPECT_FALSE(
      json_patch(R"([{"op":"test","path":"/n","value":1}])", R"({"n":0.1e-9223372036854775808})"));
  EXPECT_TRUE(json_patch(R"([{"op":"test","path":"/n","value":15e-1}])", R"({"n":1.50})"));
}

TEST(FhirpathPatchTest, PathsEnd) {
  std::string path = "Patient";
  for (int i = 0; i < 5000; ++i) path += ".extension";
  auto deep = fhirpath_patch(operation("delete", path));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, ErrorCode::invalid);
  EXPECT_THAT(deep.error().message, HasSubstr("steps"));
}

TEST(JsonPatchTest, WhatItDoesNotTouchKeepsItsDigitsOrderAndEscapes) {
  auto made = json_patch(R"([{"op":"add","path":"/b","value":1.10}])",
                         R"({"z":1.500e2,"a":"\u00e9","n":12345678901234567890.0100})");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, R"({"z":1.500e2,"a":"\u00e9","n":12345678901234567890.0100,"b":1.10})");
}

TEST(JsonPatchTest, TestComparesNumbersByValueAndObjectsWithoutOrder) {
  const char* text = R"({"v":{"a":1.50,"b":["x"]}})";
  EXPECT_TRUE(json_patch(R"([{"op":"test","path":"/v","value":{"b":["x"],"a":15e-1}}])", text));
  auto other = json_patch(R"([{"op":"test","path":"/v/a","value":1.51}])", text);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::conflict);
}

TEST(JsonPatchTest, EscapedNamesInPointersAreRead) {
  auto made =
      json_patch(R"([{"op":"replace","path":"/a~1b/m~0n","value":2}])", R"({"a/b":{"m~n":1}})");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, R"({"a/b":{"m~n":2}})");
}

TEST(JsonPatchTest, WhatIsLeftEmptyGoes) {
  auto made = json_patch(
      R"([{"op":"remove","path":"/name/0/given/0"},{"op":"remove","path":"/name/0/given/0"}])");
  ASSERT_TRUE(made);
  EXPECT_THAT(*made, testing::Not(HasSubstr("given")));
}

TEST(JsonPatchTest, EachRefusalSaysWhichOperationAndWhy) {
  const struct {
    const char* operations;
    ErrorCode code;
    const char* says;
  } refusals[] = {
      {R"({"op":"add"})", ErrorCode::invalid, "array of operations"},
      {"[]", ErrorCode::invalid, "no operation"},
      {R"([{"op":"merge","path":"/a","value":1}])", ErrorCode::invalid, "merge"},
      {R"([{"op":"add","value":1}])", ErrorCode::invalid, "path is missing"},
      {R"([{"op":"add","path":"active","value":1}])", ErrorCode::invalid, "JSON Pointer"},
      {R"([{"op":"add","path":"/a~2","value":1}])", ErrorCode::invalid, "JSON Pointer"},
      {R"([{"op":"replace","path":"/active"}])", ErrorCode::invalid, "value is missing"},
      {R"([{"op":"move","path":"/active"}])", ErrorCode::invalid, "from is missing"},
      {R"([{"op":"move","from":"/name","path":"/name/0"}])", ErrorCode::invalid, "into itself"},
      {R"([{"op":"remove","path":"/photo"}])", ErrorCode::conflict, "/photo"},
      {R"([{"op":"replace","path":"/name/7/use","value":"old"}])", ErrorCode::conflict, "/name/7"},
      {R"([{"op":"add","path":"/name/01","value":{}}])", ErrorCode::conflict, "2 elements"},
      {R"([{"op":"add","path":"/name/3","value":{}}])", ErrorCode::conflict, "2 elements"},
      {R"([{"op":"add","path":"/active/x","value":1}])", ErrorCode::conflict, "neither"},
      {R"([{"op":"add","path":"/a","value":1},{"op":"test","path":"/a","value":2}])",
       ErrorCode::conflict, "patch[1]: test"},
  };
  for (const auto& one : refusals) {
    auto made = json_patch(one.operations);
    ASSERT_FALSE(made) << one.operations;
    EXPECT_EQ(made.error().code, one.code) << one.operations;
    EXPECT_THAT(made.error().message, HasSubstr(one.says)) << one.operations;
  }
}

TEST(FhirpathPatchTest, AddsInsertsReplacesDeletesAndMoves) {
  auto made = fhirpath_patch(
      operation("add", "Patient", named("gender", R"("valueCode":"female")")) + "," +
      operation("add", "Patient.name.where(use = 'official')",
                named("given", R"("valueString":"Zoe")")) +
      "," +
      operation("insert", "Patient.name[0].given",
                value(R"("valueString":"Eva")") + "," + number("index", 1)) +
      "," + operation("replace", "Patient.birthDate", value(R"("valueDate":"1981-01-01")")) + "," +
      operation("delete", "Patient.name.last().text") + "," +
      operation("move", "Patient.name.first().given",
                number("source", 0) + "," + number("destination", 3)));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(
      *made,
      R"({"resourceType":"Patient","id":"p","active":true,"name":[{"use":"official","family":"Berg","given":["Eva","Maria","Zoe","Ana"]},{"use":"usual"}],"birthDate":"1981-01-01","gender":"female"})");
}

TEST(FhirpathPatchTest, AddMakesAListWhereTheDefinitionHasOneAndAChoiceWithItsType) {
  auto made = fhirpath_patch(
      operation("add", "Patient",
                named("telecom", R"("valueContactPoint":{"system":"phone","value":"1"})")) +
      "," + operation("add", "Patient", named("deceased", R"("valueBoolean":false)")));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(*made, HasSubstr(R"("telecom":[{"system":"phone","value":"1"}])"));
  EXPECT_THAT(*made, HasSubstr(R"("deceasedBoolean":false)"));
}

TEST(FhirpathPatchTest, PartsOfAValueMakeABackboneElement) {
  auto made = fhirpath_patch(operation(
      "add", "Patient",
      R"({"name":"name","valueString":"contact"},{"name":"value","part":[{"name":"name","valueHumanName":{"text":"Eva"}},{"name":"gender","valueCode":"female"},{"name":"relationship","valueCodeableConcept":{"text":"sister"}}]})"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(
      *made,
      HasSubstr(
          R"("contact":[{"name":{"text":"Eva"},"gender":"female","relationship":[{"text":"sister"}]}])"));
}

TEST(FhirpathPatchTest, AChoiceIsNamedWithoutItsTypeAndMayBecomeAnother) {
  const char* text =
      R"({"resourceType":"Observation","valueQuantity":{"value":1.50,"unit":"kg"},"status":"final"})";
  auto made = fhirpath_patch(operation("replace", "Observation.value.ofType(Quantity).unit",
                                       value(R"("valueString":"g")")),
                             text);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(*made, HasSubstr(R"("valueQuantity":{"value":1.50,"unit":"g"})"));
  made = fhirpath_patch(operation("replace", "Observation.value", value(R"("valueString":"much")")),
                        text);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, R"({"resourceType":"Observation","valueString":"much","status":"final"})");
  made = fhirpath_patch(operation("delete", "Observation.value.as(string)"), text);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(*made, HasSubstr("valueQuantity"));  // none of that type: nothing to delete
}

TEST(FhirpathPatchTest, ConditionsCompareNumbersByValueAndJoinWithAnd) {
  const char* text =
      R"({"resourceType":"Observation","component":[{"valueQuantity":{"value":1.50,"code":"kg"}},{"valueQuantity":{"value":1.5,"code":"g"}}]})";
  auto made = fhirpath_patch(
      operation("delete",
                "Observation.component.where(value.value = 1.500 and value.code != 'kg')"),
      text);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(
      *made,
      R"({"resourceType":"Observation","component":[{"valueQuantity":{"value":1.50,"code":"kg"}}]})");
}

TEST(FhirpathPatchTest, DeleteOfWhatIsNotThereChangesNothing) {
  auto made = fhirpath_patch(operation("delete", "Patient.photo[3]"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, patient);
}

TEST(FhirpathPatchTest, EachRefusalSaysWhichOperationAndWhy) {
  const std::string string_value = value(R"("valueString":"x")");
  const struct {
    std::string operations;
    ErrorCode code;
    const char* says;
  } refusals[] = {
      {"", ErrorCode::invalid, "no operation"},
      {operation("merge", "Patient"), ErrorCode::invalid, "merge"},
      {operation("delete", "Patient.name.resolve()"), ErrorCode::invalid, "resolve()"},
      {operation("delete", "Patient.name.where(use ~ 'x')"), ErrorCode::invalid, "~"},
      {operation("delete", "Patient.name.where(use = 'a' or use = 'b')"), ErrorCode::invalid, "or"},
      {operation("delete", "Patient.name | Patient.contact"), ErrorCode::invalid, "|"},
      {operation("delete", "Patient..name"), ErrorCode::invalid, "not understood"},
      {operation("delete", "Patient.name[x]"), ErrorCode::invalid, "[x"},
      {operation("delete", "Patient.name[1 + 1]"), ErrorCode::invalid, "not understood"},
      {operation("delete", "Patient.colour"), ErrorCode::unprocessable, "colour"},
      {operation("delete", "Patient.name.given"), ErrorCode::conflict, "2 elements"},
      {operation("delete", "Patient"), ErrorCode::unprocessable, "DELETE"},
      {operation("replace", "Patient.photo", string_value), ErrorCode::conflict, "nothing"},
      {operation("replace", "Patient.birthDate"), ErrorCode::invalid, "value"},
      {operation("add", "Patient", named("colour", R"("valueString":"x")")),
       ErrorCode::unprocessable, "colour"},
      {operation("add", "Patient", named("birthDate", R"("valueDate":"1980")")),
       ErrorCode::conflict, "there already"},
      {operation("add", "Patient", string_value), ErrorCode::invalid, "name"},
      {operation("add", "Patient", named("deceased", R"("valueString":"x")")),
       ErrorCode::unprocessable, "deceased"},
      {operation("insert", "Patient.name[0]", string_value + "," + number("index", 0)),
       ErrorCode::invalid, "list"},
      {operation("insert", "Patient.birthDate", string_value + "," + number("index", 0)),
       ErrorCode::unprocessable, "list"},
      {operation("insert", "Patient.name[0].given", string_value + "," + number("index", 3)),
       ErrorCode::conflict, "2 elements"},
      {operation("insert", "Patient.name[0].given", string_value + "," + number("index", -1)),
       ErrorCode::invalid, "index"},
      {operation("move", "Patient.name", number("source", 0) + "," + number("destination", 2)),
       ErrorCode::conflict, "2 elements"},
      {operation("move", "Patient.name"), ErrorCode::invalid, "source"},
  };
  for (const auto& one : refusals) {
    auto made = fhirpath_patch(one.operations);
    ASSERT_FALSE(made) << one.operations;
    EXPECT_EQ(made.error().code, one.code) << one.operations << made.error().message;
    EXPECT_THAT(made.error().message, HasSubstr(one.says)) << one.operations;
  }
}

TEST(FhirpathPatchTest, AListWithExtensionsBesideItIsLeftToJsonPatch) {
  auto made = fhirpath_patch(
      operation("delete", "Patient.name[0].given[0]"),
      R"({"resourceType":"Patient","name":[{"given":["A","B"],"_given":[null,{"id":"x"}]}]})");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace ingest::fhir
