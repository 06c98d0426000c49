// POST /fhir/{type}/{id}/$move, and what is refused without it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string to(const std::string& patient, const std::string& more = {}) {
  return fmt::format(
      R"({{"resourceType":"Parameters","parameter":[{{"name":"patient","valueReference":{{"reference":"Patient/{}"}}}}{}]}})",
      patient, more.empty() ? "" : "," + more);
}

std::string id_of(const ops::http::Response& response) {
  const std::string location = header(response, "Location");
  const auto end = location.find("/_history/");
  const auto begin = location.rfind('/', end - 1) + 1;
  return location.substr(begin, end - begin);
}

class MoveTest : public testing::Test {
 protected:
  MoveTest() {
    for (const char* id : {"a", "b"})
      EXPECT_EQ(door.send("PUT", fmt::format("/fhir/Patient/{}", id), patient("", id)).status, 201);
    EXPECT_EQ(
        door.send(
                "PUT", "/fhir/Condition/c",
                R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient/a","display":"Ana"},"code":{"text":"gout"}})")
            .status,
        201);
  }
  // 204: exactly one, or none.
  int conditions_of(const std::string& patient_id) {
    auto response = door.send("PUT", "/fhir/Condition?patient=" + patient_id,
                              condition("Patient/" + patient_id, "count"));
    return response.status == 201 ? 0 : response.status == 200 ? 1 : 2;
  }
  Door door;
};

TEST_F(MoveTest, APutOrPatchThatWouldMoveIsAConflictThatNamesTheOperation) {
  auto put = door.send("PUT", "/fhir/Condition/c", condition("Patient/b", "gout", "c"));
  EXPECT_EQ(put.status, 409);
  EXPECT_THAT(put.body, HasSubstr("Condition/c/$move"));
  auto patched =
      door.send("PATCH", "/fhir/Condition/c",
                R"([{"op":"replace","path":"/subject","value":{"reference":"Patient/b"}}])",
                {{"content-type", "application/json-patch+json"}});
  EXPECT_EQ(patched.status, 409);
  EXPECT_THAT(patched.body, HasSubstr("$move"));
}

TEST_F(MoveTest, TheOtherPatientHasItAndTheFirstNoLonger) {
  auto moved = door.send("POST", "/fhir/Condition/c/$move",
                         to("b", R"({"name":"reason","valueString":"wrong wristband"})"));
  ASSERT_EQ(moved.status, 201) << moved.body;
  EXPECT_THAT(moved.body, HasSubstr(R"("reference":"Patient/b")"));
  EXPECT_THAT(moved.body, Not(HasSubstr("Ana")));
  const std::string id = id_of(moved);
  EXPECT_NE(id, "c");
  EXPECT_THAT(door.read("Condition", id), HasSubstr("gout"));
  EXPECT_EQ(door.read("Condition", "c"), "");
  EXPECT_EQ(conditions_of("b"), 1);
  EXPECT_EQ(conditions_of("a"), 0);
}

TEST_F(MoveTest, AProvenanceSaysWhereItCameFromAndWhy) {
  auto moved = door.send("POST", "/fhir/Condition/c/$move",
                         to("b", R"({"name":"reason","valueString":"wrong wristband"})"));
  ASSERT_EQ(moved.status, 201) << moved.body;
  auto provenance = door.send("PATCH", "/fhir/Provenance?target=Condition/" + id_of(moved),
                              R"([{"op":"test","path":"/resourceType","value":"Provenance"}])",
                              {{"content-type", "application/json-patch+json"}});
  ASSERT_EQ(provenance.status, 200) << provenance.body;
  EXPECT_THAT(provenance.body, HasSubstr("Condition/c/_history/1"));
  EXPECT_THAT(provenance.body, HasSubstr("Condition/" + id_of(moved)));
  EXPECT_THAT(provenance.body, HasSubstr("wrong wristband"));
}

TEST_F(MoveTest, ARepeatUnderTheSameKeyMovesOnce) {
  const Headers key{{"idempotency-key", "k"}};
  auto first = door.send("POST", "/fhir/Condition/c/$move", to("b"), key);
  auto again = door.send("POST", "/fhir/Condition/c/$move", to("b"), key);
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(id_of(again), id_of(first));
  EXPECT_EQ(conditions_of("b"), 1);
}

TEST_F(MoveTest, EachRefusalChangesNothing) {
  ASSERT_EQ(door.send("PUT", "/fhir/Organization/o",
                      R"({"resourceType":"Organization","id":"o","name":"north"})")
                .status,
            201);
  const struct {
    const char* url;
    std::string body;
    Headers headers;
    int status;
    const char* says;
  } refusals[] = {
      {"/fhir/Condition/none/$move", to("b"), {}, 404, "no such"},
      {"/fhir/Nothing/c/$move", to("b"), {}, 404, "Nothing"},
      {"/fhir/Condition/c/$move", to("nobody"), {}, 422, "Patient/nobody"},
      {"/fhir/Condition/c/$move", to("a"), {}, 422, "already"},
      {"/fhir/Patient/a/$move", to("b"), {}, 422, "no single patient"},
      {"/fhir/Organization/o/$move", to("b"), {}, 422, "no single patient"},
      {"/fhir/Condition/c/$move", to("b"), {{"if-match", "W/\"2\""}}, 412, "version 1"},
      {"/fhir/Condition/c/$move", "{}", {}, 400, "Parameters"},
      {"/fhir/Condition/c/$move", R"({"resourceType":"Parameters"})", {}, 400, "patient"},
      {"/fhir/Condition/c/$move", to("b", R"({"name":"colour"})"), {}, 400, "colour"},
  };
  const auto records = door.records();
  for (const auto& one : refusals) {
    auto response = door.send("POST", one.url, one.body, one.headers);
    EXPECT_EQ(response.status, one.status) << one.url << response.body;
    EXPECT_THAT(response.body, HasSubstr(one.says)) << one.url;
  }
  EXPECT_EQ(door.records(), records);
}

TEST_F(MoveTest, MovesAtOnceMoveItOnce) {
  constexpr int rivals = 4;
  std::vector<int> statuses(rivals);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < rivals; ++i) {
      threads.emplace_back(
          [&, i] { statuses[i] = door.send("POST", "/fhir/Condition/c/$move", to("b")).status; });
    }
  }
  EXPECT_EQ(std::ranges::count(statuses, 201), 1);  // the others: 410, or 409 while it was locked
  EXPECT_EQ(conditions_of("b"), 1);
  EXPECT_EQ(conditions_of("a"), 0);
}

}  // namespace
}  // namespace ingest::test
