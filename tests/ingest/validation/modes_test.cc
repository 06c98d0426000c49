// What becomes of a resource with issues, by the site's setting.
#include <gmock/gmock.h>

#include <optional>

#include "query/fhir/read.h"
#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using validation::Mode;

// `photo.data` is nothing that the typed fields read.
const std::string faulty =
    R"({"resourceType":"Patient","id":"ana","identifier":[{"system":"urn:t","value":"1"}],"wolf":1,"photo":[{"data":"a"}]})";

// The validator is a base, so that it is there before the door is.
struct OwnValidator {
  std::optional<validation::Validator> validator;  // set anew it stays where it is
};
struct ValidatingDoor : OwnValidator, Door {
  explicit ValidatingDoor(Mode mode)
      : OwnValidator{validation::Validator(mode)}, Door({}, &*validator) {}
};

TEST(ValidationModes, RefuseAnswers422WithEveryIssueAndWritesNothing) {
  ValidatingDoor door(Mode::refuse);
  const auto answer = door.send("PUT", "/fhir/Patient/ana", faulty);
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr(R"("expression":["Patient.wolf"])"));
  EXPECT_THAT(answer.body, HasSubstr(R"("expression":["Patient.photo[0].data"])"));
  EXPECT_THAT(answer.body, HasSubstr("breaks att-1"));
  EXPECT_EQ(door.records(), 0u);
}

TEST(ValidationModes, RefusalsOfABundleNameTheEntry) {
  ValidatingDoor door(Mode::refuse);
  const auto answer = door.post(transaction({entry("PUT", "Patient/ana", faulty)}));
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr("Bundle.entry[0].resource.wolf: Patient of FHIR R4 has no"));
  EXPECT_THAT(answer.body, HasSubstr(R"("expression":["Bundle.entry[0].resource.photo[0]"])"));
}

TEST(ValidationModes, WarnKeepsTheResourceAndAnswersItsIssues) {
  ValidatingDoor door(Mode::warn);
  const auto answer =
      door.send("PUT", "/fhir/Patient/ana", faulty, {{"prefer", "return=OperationOutcome"}});
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(header(answer, "Chartlog-Issues"), "3");
  EXPECT_THAT(answer.body, HasSubstr("Patient.wolf: Patient of FHIR R4 has no element"));
  EXPECT_THAT(door.read("Patient", "ana"), HasSubstr("wolf"));
}

TEST(ValidationModes, WarnAnswersTheIssuesOfEachEntry) {
  ValidatingDoor door(Mode::warn);
  const auto answer = door.post(transaction({entry("PUT", "Patient/ana", faulty)}));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("outcome":{"resourceType":"OperationOutcome","issue":[{)"));
}

TEST(ValidationModes, OffLooksAtNothing) {
  ValidatingDoor door(Mode::off);
  const auto answer = door.send("PUT", "/fhir/Patient/ana", faulty);
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(header(answer, "Chartlog-Issues"), "");
}

TEST(ValidationModes, AResourceWithoutFaultsIsAsBefore) {
  for (const Mode mode : {Mode::refuse, Mode::warn}) {
    ValidatingDoor door(mode);
    const auto answer = door.send("PUT", "/fhir/Patient/ana", patient("7", "ana"));
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(header(answer, "Chartlog-Issues"), "");
  }
}

TEST(ValidationModes, WhatWarnLetPassStandsWithTheVersion) {
  ValidatingDoor door(Mode::warn);
  const auto issues = [&] {
    ops::http::Request request;
    request.method = "GET";
    request.path = request.target = "/fhir/Patient/ana/$issues";
    request.captures = {{"type", "Patient"}, {"id", "ana"}};
    return query::fhir::read_issues(*door.sources, request).body;
  };
  door.send("PUT", "/fhir/Patient/ana", faulty);
  EXPECT_THAT(issues(), HasSubstr(R"("severity":"error","code":"structure")"));
  EXPECT_THAT(issues(), HasSubstr(R"("expression":["Patient.wolf"])"));
  EXPECT_THAT(issues(), HasSubstr("breaks att-1"));
  door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"));
  EXPECT_THAT(issues(), HasSubstr("no issues were noted"));
}

TEST(ValidationModes, WhatAPatchMakesIsValidated) {
  ValidatingDoor door(Mode::refuse);
  ASSERT_EQ(door.send("PUT", "/fhir/Patient/ana", patient("1", "ana")).status, 201);
  const auto answer =
      door.send("PATCH", "/fhir/Patient/ana", R"([{"op":"add","path":"/wolf","value":1}])",
                {{"content-type", "application/json-patch+json"}});
  EXPECT_EQ(answer.status, 422) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("Patient.wolf"));
  EXPECT_THAT(door.read("Patient", "ana"), Not(HasSubstr("wolf")));
}

TEST(ValidationModes, WhatIsOfTheWrongPatientIsMovedWithItsIssues) {
  ValidatingDoor door(Mode::warn);
  for (const auto* id : {"ana", "ben"})
    door.send("PUT", std::string("/fhir/Patient/") + id, patient("", id));
  std::string wolf = condition("Patient/ana", "gout", "c");
  wolf.insert(wolf.rfind('}'), R"(,"wolf":1)");
  ASSERT_EQ(door.send("PUT", "/fhir/Condition/c", wolf).status, 201);
  door.validator.emplace(Mode::refuse);
  const auto answer = door.send(
      "POST", "/fhir/Condition/c/$move",
      R"({"resourceType":"Parameters","parameter":[{"name":"patient","valueReference":{"reference":"Patient/ben"}}]})");
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("Patient/ben"));
}

TEST(Validate, SaysWhatAWriteWouldBeToldAndWritesNothing) {
  ValidatingDoor door(Mode::off);
  const auto bad = door.send("POST", "/fhir/Patient/$validate", faulty);
  EXPECT_EQ(bad.status, 200);
  EXPECT_THAT(bad.body, HasSubstr(R"("severity":"error","code":"structure")"));
  const auto good = door.send("POST", "/fhir/Patient/$validate", patient("1", "ana"));
  EXPECT_THAT(good.body, HasSubstr("no issues were found"));
  EXPECT_EQ(door.records(), 0u);
}

TEST(Validate, TakesParametersAndTypesThatAreNotKept) {
  ValidatingDoor door(Mode::off);
  const auto wrapped = door.send(
      "POST", "/fhir/Account/$validate",
      R"({"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"create"},{"name":"resource","resource":{"resourceType":"Account","status":"bad"}}]})");
  EXPECT_EQ(wrapped.status, 200);
  EXPECT_THAT(wrapped.body, HasSubstr("Account.status: \\\"bad\\\" is not a code of"));
}

TEST(Validate, RefusesWhatItCannotAnswer) {
  ValidatingDoor door(Mode::off);
  EXPECT_EQ(door.send("POST", "/fhir/Patient/$validate", "{").status, 400);
  EXPECT_EQ(door.send("POST", "/fhir/Wolf/$validate", "{}").status, 404);
  const auto other = door.send("POST", "/fhir/Observation/$validate", patient());
  EXPECT_THAT(other.body, HasSubstr("was sent to Observation; send it to its own type"));
  const auto mode = door.send(
      "POST", "/fhir/Patient/$validate",
      R"({"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"wolf"}]})");
  EXPECT_EQ(mode.status, 400);
  const auto empty = door.send("POST", "/fhir/Patient/$validate",
                               R"({"resourceType":"Parameters","parameter":[]})");
  EXPECT_THAT(empty.body, HasSubstr("no resource was sent"));
}

}  // namespace
}  // namespace ingest::test
