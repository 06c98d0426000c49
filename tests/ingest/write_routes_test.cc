#include "ingest/fhir/write_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "query/fhir/read.h"
#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* urn = "urn:uuid:0b0b0b0b-0000-4000-8000-000000000001";

std::size_t times_in(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size()))
    ++count;
  return count;
}

// The id in a Location of …/Type/id/_history/v.
std::string id_in(const std::string& location) {
  const auto end = location.find("/_history/");
  const auto begin = location.rfind('/', end - 1) + 1;
  return location.substr(begin, end - begin);
}

// The n-th "location" of a response Bundle.
std::string location_of(const std::string& body, std::size_t n) {
  std::size_t at = 0;
  for (std::size_t i = 0; i <= n; ++i) at = body.find("\"location\":\"", at) + 12;
  return body.substr(at, body.find('"', at) - at);
}

class WriteRoutesTest : public testing::Test {
 protected:
  Door door;
};

TEST_F(WriteRoutesTest, TheFormOfTheAnswerIsNoCriterion) {
  ASSERT_EQ(door.send("POST", "/fhir/Patient?_format=json&_pretty=true", patient("77")).status,
            201);
  const auto answer = door.send(
      "PUT", "/fhir/Patient?_format=json&identifier=urn:test|77&_pretty=true", patient("77"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  const auto again = door.send(
      "POST", "/fhir/Patient", patient("77"),
      {{"if-none-exist", "http://here/fhir/Patient?identifier=urn%3Atest%7C77&_format=json"}});
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(door.send("DELETE", "/fhir/Patient?_format=json").status, 400);
}

TEST_F(WriteRoutesTest, CreatedResourceHasVersionLocationCommitAndPosition) {
  auto response = door.send("POST", "/fhir/Patient", patient("1"));

  EXPECT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(header(response, "ETag"), "W/\"1\"");
  EXPECT_THAT(header(response, "Location"), StartsWith("http://here/fhir/Patient/"));
  EXPECT_NE(header(response, "Last-Modified"), "");
  EXPECT_EQ(door.state_of(header(response, "Chartlog-Commit")), "accepted");
  EXPECT_NE(header(response, "Chartlog-Position"), "");
  EXPECT_THAT(response.body, HasSubstr("\"versionId\":\"1\""));
}

TEST_F(WriteRoutesTest, TransactionIsOneRecordAndItsUrnsBecomeIds) {
  auto response = door.post(transaction({entry("POST", "Patient", patient("1"), urn),
                                         entry("POST", "Condition", condition(urn)),
                                         entry("POST", "Condition", condition(urn, "gout"))}));

  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(door.records(), 1u);
  EXPECT_EQ(times_in(response.body, "201 Created"), 3u);
  const std::string id = id_in(location_of(response.body, 0));
  EXPECT_THAT(door.read("Condition", id_in(location_of(response.body, 1))),
              HasSubstr("\"Patient/" + id + "\""));
}

TEST_F(WriteRoutesTest, RepeatedTransactionGetsTheFirstAnswer) {
  const auto bundle = transaction(
      {entry("POST", "Patient", patient("1"), urn), entry("POST", "Condition", condition(urn))});
  auto first = door.post(bundle);
  auto second = door.post(bundle);

  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(header(second, "Chartlog-Commit"), header(first, "Chartlog-Commit"));
}

TEST_F(WriteRoutesTest, SameKeyWithOtherContentIsAConflict) {
  door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"), {{"idempotency-key", "k"}});
  auto response =
      door.send("PUT", "/fhir/Patient/ana", patient("2", "ana"), {{"idempotency-key", "k"}});

  EXPECT_EQ(response.status, 409) << response.body;
  EXPECT_THAT(response.body, HasSubstr("Idempotency-Key"));
}

TEST_F(WriteRoutesTest, IdenticalPutMakesNoNewVersion) {
  door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"));
  auto response = door.send("PUT", "/fhir/Patient/ana",
                            R"({ "resourceType": "Patient", "id": "ana", "meta": {"versionId": "9"},
                                 "identifier": [{"system": "urn:test", "value": "1"}], "gender": "female"})");

  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(header(response, "ETag"), "W/\"1\"");
}

TEST_F(WriteRoutesTest, SecondOfTwoEqualIfMatchIsRefused) {
  door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"));
  auto first =
      door.send("PUT", "/fhir/Patient/ana", patient("2", "ana"), {{"if-match", "W/\"1\""}});
  auto second =
      door.send("PUT", "/fhir/Patient/ana", patient("3", "ana"), {{"if-match", "W/\"1\""}});

  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(second.status, 412) << second.body;
  EXPECT_NE(header(second, "Chartlog-Commit"), "");
}

TEST_F(WriteRoutesTest, PutThatMovesAResourceToAnotherPatientIsRefused) {
  door.send("PUT", "/fhir/Condition/c", condition("Patient/ana", "asthma", "c"));
  const auto before = door.records();
  auto response = door.send("PUT", "/fhir/Condition/c", condition("Patient/ben", "asthma", "c"));

  EXPECT_EQ(response.status, 409) << response.body;
  EXPECT_EQ(door.records(), before);
}

TEST_F(WriteRoutesTest, ConditionalCreateFindsWhatIsThere) {
  auto first = door.send("POST", "/fhir/Patient", patient("1"),
                         {{"if-none-exist", "identifier=urn:test|1"}});
  const auto before = door.records();
  auto second = door.send("POST", "/fhir/Patient", patient("1"),
                          {{"if-none-exist", "identifier=urn:test|1"}});

  EXPECT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(header(second, "Location"), header(first, "Location"));
  EXPECT_EQ(door.records(), before);
}

TEST_F(WriteRoutesTest, TwoEqualIfNoneExistInOneTransactionAreOneResource) {
  const std::string condition_text = R"("ifNoneExist":"identifier=urn:test|1")";
  auto response = door.post(transaction(
      {entry("POST", "Organization", organization("1"), "urn:uuid:a", condition_text),
       entry("POST", "Organization", organization("1"), "urn:uuid:b", condition_text)}));

  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(location_of(response.body, 0), location_of(response.body, 1));
  EXPECT_EQ(times_in(response.body, "201 Created"), 1u);
}

TEST_F(WriteRoutesTest, ConditionalReferenceLeadsToTheResourceWithThatIdentifier) {
  auto created = door.send("POST", "/fhir/Patient", patient("1"));
  auto response = door.send("POST", "/fhir/Condition", condition("Patient?identifier=urn:test|1"));

  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_THAT(response.body, HasSubstr("\"Patient/" + id_in(header(created, "Location")) + "\""));
}

TEST_F(WriteRoutesTest, BatchEntryWaitsForTheOneThatItRefersTo) {
  auto response =
      door.post(batch({entry("POST", "Condition", condition("Patient?identifier=urn:test|1")),
                       entry("POST", "Patient", patient("1")), entry("POST", "Patient", "{}")}));

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(times_in(response.body, "201 Created"), 2u) << response.body;
  EXPECT_EQ(times_in(response.body, "\"status\":\"422\""), 1u) << response.body;
}

TEST_F(WriteRoutesTest, DeletedResourceIsGoneAndDeletingAgainChangesNothing) {
  door.send("PUT", "/fhir/Condition/c", condition("Patient/ana", "asthma", "c"));
  auto first = door.send("DELETE", "/fhir/Condition/c");
  auto second = door.send("DELETE", "/fhir/Condition/never");

  EXPECT_EQ(first.status, 204) << first.body;
  EXPECT_EQ(header(first, "ETag"), "W/\"2\"");
  EXPECT_EQ(second.status, 204);
}

// The slash of the criteria once began the id: patient 1's criteria deleted Condition/1 of ana.
TEST_F(WriteRoutesTest, CriteriaOfADeleteInABundleNameNoResource) {
  door.send("PUT", "/fhir/Condition/1", condition("Patient/ana", "asthma", "1"));
  const auto before = door.records();
  const auto remove = entry("DELETE", "Condition?patient=Patient/1", "");
  auto in_batch = door.post(batch({remove}));
  auto in_transaction = door.post(transaction({remove}));

  EXPECT_THAT(in_batch.body, HasSubstr("204 No Content"));  // patient 1 has none
  EXPECT_EQ(in_transaction.status, 200) << in_transaction.body;
  EXPECT_EQ(door.records(), before);
  EXPECT_NE(door.read("Condition", "1"), "");
}

TEST_F(WriteRoutesTest, WritesWaitForANodeThatReadsItsLog) {
  door.caught_up = false;
  for (const auto& response : {door.send("DELETE", "/fhir/Condition/a"), door.post(transaction({})),
                               door.send("PUT", "/fhir/Patient/ana", patient("", "ana"))}) {
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(header(response, "Retry-After"), "1");
    EXPECT_THAT(response.body, HasSubstr("reading its log"));
  }
  EXPECT_EQ(door.records(), 0u);
}

TEST_F(WriteRoutesTest, AnAbsenceIsNotBelievedWhileTheLogIsAway) {
  door.log.set_away("away");
  EXPECT_EQ(door.send("DELETE", "/fhir/Observation/nobody").status, 503);
  door.log.set_away("");
  EXPECT_EQ(door.send("DELETE", "/fhir/Observation/nobody").status, 204);
}

TEST_F(WriteRoutesTest, MedicationOfATransactionLivesWithThePatientAndIsDeletedThere) {
  const std::string medication = R"({"resourceType":"Medication","code":{"text":"aspirin"}})";
  const std::string request =
      R"({"resourceType":"MedicationRequest","status":"active","intent":"order","medicationReference":{"reference":"urn:uuid:m"},"subject":{"reference":"Patient/ana"}})";
  auto response = door.post(transaction({entry("POST", "Medication", medication, "urn:uuid:m"),
                                         entry("POST", "MedicationRequest", request)}));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(door.records(), 1u);

  auto removed = door.send("DELETE", "/fhir/Medication/" + id_in(location_of(response.body, 0)));
  EXPECT_EQ(removed.status, 204) << removed.body;
}

TEST_F(WriteRoutesTest, RespondAsyncAnswersOnceDurable) {
  auto response =
      door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"), {{"prefer", "respond-async"}});

  EXPECT_EQ(response.status, 202) << response.body;
  EXPECT_EQ(door.records(), 1u);
  EXPECT_THAT(header(response, "Content-Location"),
              HasSubstr("/commits/" + header(response, "Chartlog-Commit")));
}

TEST_F(WriteRoutesTest, MetaIsThatOfTheCurrentVersion) {
  door.send("PUT", "/fhir/Patient/ana",
            R"({"resourceType":"Patient","id":"ana","meta":{"tag":[{"code":"north"}]}})");
  ops::http::Request request;
  request.method = "GET";
  request.path = request.target = "/fhir/Patient/ana/$meta";
  request.captures = {{"type", "Patient"}, {"id", "ana"}};
  const auto answer = query::fhir::read_meta(*door.sources, request);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("name":"return","valueMeta":{)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("versionId":"1")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("tag":[{"code":"north"}])"));
}

}  // namespace
}  // namespace ingest::test
