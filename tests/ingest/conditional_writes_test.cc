// Conditional update, delete, patch and create by any criteria, and patches, through the door.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const Headers json_patch{{"content-type", "application/json-patch+json"}};

std::string observation(const std::string& code, const std::string& status = "final",
                        const std::string& id = {}, const std::string& subject = "Patient/p") {
  return fmt::format(
      R"({{"resourceType":"Observation",{}"status":"{}","code":{{"coding":[{{"system":"urn:c","code":"{}"}}]}},"subject":{{"reference":"{}"}},"valueQuantity":{{"value":1.50}}}})",
      id.empty() ? "" : fmt::format(R"("id":"{}",)", id), status, code, subject);
}

std::string fhirpath(const std::string& type, const std::string& path, const std::string& more) {
  return fmt::format(
      R"({{"resourceType":"Parameters","parameter":[{{"name":"operation","part":[{{"name":"type","valueCode":"{}"}},{{"name":"path","valueString":"{}"}}{}]}}]}})",
      type, path, more.empty() ? "" : "," + more);
}

class ConditionalWritesTest : public testing::Test {
 protected:
  ConditionalWritesTest() {
    EXPECT_EQ(door.send("PUT", "/fhir/Patient/p", patient("1", "p")).status, 201);
  }
  void put(const std::string& id, const std::string& code, const std::string& status = "final") {
    auto response = door.send("PUT", "/fhir/Observation/" + id, observation(code, status, id));
    ASSERT_EQ(response.status, 201) << response.body;
  }
  Door door;
};

// --- update

TEST_F(ConditionalWritesTest, UpdateWithoutAMatchCreatesAndWithOneUpdatesIt) {
  const std::string url = "/fhir/Observation?code=urn:c|a&patient=p";
  auto first = door.send("PUT", url, observation("a"));
  EXPECT_EQ(first.status, 201) << first.body;
  auto second = door.send("PUT", url, observation("a", "amended"));
  EXPECT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(header(second, "ETag"), "W/\"2\"");
  const std::string location = header(first, "Location");
  EXPECT_EQ(location.substr(0, location.find("/_history")),
            header(second, "Location").substr(0, location.find("/_history")));
}

TEST_F(ConditionalWritesTest, UpdateWithoutAMatchTakesTheIdOfTheBody) {
  auto made = door.send("PUT", "/fhir/Observation?code=urn:c|a", observation("a", "final", "mine"));
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(header(made, "Location"), HasSubstr("/Observation/mine/_history/1"));
}

TEST_F(ConditionalWritesTest, UpdateWithAnIdThatExistsAndDoesNotMeetTheCriteriaIsAConflict) {
  put("o1", "b");
  auto response =
      door.send("PUT", "/fhir/Observation?code=urn:c|a", observation("a", "final", "o1"));
  EXPECT_EQ(response.status, 409) << response.body;
}

TEST_F(ConditionalWritesTest, UpdateWhoseBodyHasAnotherIdThanTheMatchIsRefused) {
  put("o1", "a");
  auto response =
      door.send("PUT", "/fhir/Observation?code=urn:c|a", observation("a", "final", "o2"));
  EXPECT_EQ(response.status, 400) << response.body;
  EXPECT_EQ(
      door.send("PUT", "/fhir/Observation?code=urn:c|a", observation("a", "amended", "o1")).status,
      200);
}

TEST_F(ConditionalWritesTest, SeveralMatchesAreAFailedPrecondition) {
  put("o1", "a");
  put("o2", "a");
  const std::string url = "/fhir/Observation?code=urn:c|a";
  EXPECT_EQ(door.send("PUT", url, observation("a")).status, 412);
  EXPECT_EQ(door.send("DELETE", url).status, 412);
  EXPECT_EQ(door.send("PATCH", url, R"([{"op":"remove","path":"/status"}])", json_patch).status,
            412);
  EXPECT_EQ(
      door.send("POST", "/fhir/Observation", observation("a"), {{"if-none-exist", "code=urn:c|a"}})
          .status,
      412);
}

TEST_F(ConditionalWritesTest, CriteriaThatDecideNothingAreRefusedByName) {
  for (const auto& [criteria, says] : std::vector<std::pair<std::string, std::string>>{
           {"_count=1", "_count"},
           {"code=a&_sort=date", "_sort"},
           {"code=a&_include=Observation:subject", "_include"},
           {"colour=blue", "colour"},
           {"code=", "code"},
           {"code:fuzzy=a", "fuzzy"}}) {
    auto response = door.send("PUT", "/fhir/Observation?" + criteria, observation("a"));
    EXPECT_EQ(response.status, 400) << criteria << response.body;
    EXPECT_THAT(response.body, HasSubstr(says)) << criteria;
  }
  EXPECT_EQ(door.send("PUT", "/fhir/Observation", observation("a")).status, 400);
  EXPECT_EQ(door.send("DELETE", "/fhir/Observation").status, 400);
}

TEST_F(ConditionalWritesTest, EqualUpdatesAtOnceMakeOneResource) {
  constexpr int rivals = 6;
  std::vector<int> statuses(rivals);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < rivals; ++i) {
      threads.emplace_back([&, i] {
        statuses[i] =
            door.send("PUT", "/fhir/Observation?code=urn:c|a&subject=Patient/p", observation("a"))
                .status;
      });
    }
  }
  EXPECT_EQ(std::ranges::count(statuses, 201), 1);
  EXPECT_EQ(std::ranges::count(statuses, 200), rivals - 1);
  // 412 if there were two.
  EXPECT_EQ(door.send("DELETE", "/fhir/Observation?code=urn:c|a").status, 204);
}

TEST_F(ConditionalWritesTest, EqualPatientsByNameAtOnceAreOne) {
  const std::string body =
      R"({"resourceType":"Patient","name":[{"family":"Berg","given":["Ana"]}]})";
  constexpr int rivals = 6;
  std::vector<int> statuses(rivals);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < rivals; ++i) {
      threads.emplace_back([&, i] {
        statuses[i] = i % 2 == 0
                          ? door.send("POST", "/fhir/Patient", body,
                                      {{"if-none-exist", "family=berg&given=ana"}})
                                .status
                          : door.send("PUT", "/fhir/Patient?given=ana&family=berg", body).status;
      });
    }
  }
  EXPECT_EQ(std::ranges::count(statuses, 201), 1);
  EXPECT_EQ(door.send("DELETE", "/fhir/Patient?family=berg").status, 204);
}

TEST_F(ConditionalWritesTest, AnUpdateByIdentifierMeetsTheConditionalCreateOfIt) {
  auto made = door.send("POST", "/fhir/Patient", patient("9"),
                        {{"if-none-exist", "identifier=urn:test|9"}});
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(door.send("PUT", "/fhir/Patient?identifier=urn:test|9", patient("9")).status, 200);
}

// --- create

TEST_F(ConditionalWritesTest, CreateByAnyCriteriaFindsWhatIsThere) {
  put("o1", "a");
  const Headers condition{{"if-none-exist", "code=urn:c|a&patient=p"}};
  auto found = door.send("POST", "/fhir/Observation", observation("a"), condition);
  EXPECT_EQ(found.status, 200) << found.body;
  EXPECT_THAT(header(found, "Location"), HasSubstr("/Observation/o1/_history/1"));
  const Headers other{{"if-none-exist", "code=urn:c|b&patient=p"}};
  EXPECT_EQ(door.send("POST", "/fhir/Observation", observation("b"), other).status, 201);
  EXPECT_EQ(door.send("POST", "/fhir/Observation", observation("b"), other).status, 200);
}

TEST_F(ConditionalWritesTest, WhatCeasedToMeetTheCriteriaKeepsItsId) {
  const Headers condition{{"if-none-exist", "status=preliminary&patient=p"}};
  for (int i = 0; i < 12; ++i) {
    auto made = door.send("POST", "/fhir/Observation", observation("a", "preliminary"), condition);
    ASSERT_EQ(made.status, 201) << i << made.body;
    EXPECT_EQ(header(made, "ETag"), "W/\"1\"") << i;
    auto done = door.send("PUT", "/fhir/Observation?status=preliminary", observation("a"));
    ASSERT_EQ(done.status, 200) << done.body;
  }
}

// --- delete

TEST_F(ConditionalWritesTest, DeleteRemovesTheOneMatchAndSaysSoAgainWhenThereIsNone) {
  put("o1", "a");
  EXPECT_EQ(door.send("DELETE", "/fhir/Observation?code=urn:c|a").status, 204);
  EXPECT_EQ(door.send("DELETE", "/fhir/Observation?code=urn:c|a").status, 204);
  EXPECT_EQ(door.read("Observation", "o1"), "");
}

TEST_F(ConditionalWritesTest, IfMatchHoldsForConditionalForms) {
  put("o1", "a");
  const std::string url = "/fhir/Observation?code=urn:c|a";
  const Headers second{{"if-match", "W/\"2\""}}, first{{"if-match", "W/\"1\""}};
  EXPECT_EQ(door.send("PUT", url, observation("a", "amended"), second).status, 412);
  EXPECT_EQ(door.send("PUT", url, observation("a", "amended"), first).status, 200);
  EXPECT_EQ(door.send("DELETE", url, {}, first).status, 412);
  EXPECT_EQ(door.send("DELETE", url, {}, second).status, 204);
  EXPECT_EQ(door.send("DELETE", url, {}, second).status, 412);
  EXPECT_EQ(door.send("PUT", url, observation("a"), second).status, 412);
}

// --- patch

TEST_F(ConditionalWritesTest, PatchMakesTheNextVersionAndKeepsTheOtherDigits) {
  put("o1", "a");
  auto response = door.send("PATCH", "/fhir/Observation/o1",
                            R"([{"op":"replace","path":"/status","value":"amended"}])", json_patch);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(header(response, "ETag"), "W/\"2\"");
  EXPECT_THAT(response.body, HasSubstr(R"("status":"amended")"));
  EXPECT_THAT(response.body, HasSubstr(R"("versionId":"2")"));
  EXPECT_THAT(door.read("Observation", "o1"), HasSubstr(R"("value":1.50)"));
}

TEST_F(ConditionalWritesTest, PatchByFhirpathAndByCriteria) {
  put("o1", "a");
  auto response = door.send(
      "PATCH", "/fhir/Observation?code=urn:c|a",
      fhirpath("replace", "Observation.status", R"({"name":"value","valueCode":"amended"})"));
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(door.read("Observation", "o1"), HasSubstr(R"("status":"amended")"));
}

TEST_F(ConditionalWritesTest, RefusedPatchesChangeNothing) {
  put("o1", "a");
  const struct {
    const char* url;
    const char* patch;
    int status;
  } refusals[] = {
      {"/fhir/Observation/o1", R"([{"op":"replace","path":"/id","value":"o2"}])", 422},
      {"/fhir/Observation/o1", R"([{"op":"replace","path":"/resourceType","value":"Condition"}])",
       422},
      {"/fhir/Observation/o1", R"([{"op":"remove","path":"/id"}])", 422},
      {"/fhir/Observation/o1", R"([{"op":"add","path":"","value":{}}])", 422},
      {"/fhir/Observation/o1", R"([{"op":"remove","path":"/code"}])", 422},
      {"/fhir/Observation/o1", R"([{"op":"replace","path":"/status","value":"blue"}])", 422},
      {"/fhir/Observation/o1", R"([{"op":"test","path":"/status","value":"amended"}])", 409},
      {"/fhir/Observation/o1", R"([{"op":"remove","path":"/method"}])", 409},
      {"/fhir/Observation/o1", R"([{"op":"merge","path":"/method"}])", 400},
      {"/fhir/Observation/o1", R"({"status":"amended"})", 400},
      {"/fhir/Observation/none", R"([{"op":"remove","path":"/method"}])", 404},
      {"/fhir/Observation?code=urn:c|none", R"([{"op":"remove","path":"/method"}])", 404},
      {"/fhir/Nothing/o1", R"([{"op":"remove","path":"/method"}])", 404},
  };
  const auto records = door.records();
  for (const auto& one : refusals) {
    auto response = door.send("PATCH", one.url, one.patch, json_patch);
    EXPECT_EQ(response.status, one.status) << one.patch << response.body;
  }
  EXPECT_EQ(door.records(), records);
  EXPECT_EQ(
      door.send("PATCH", "/fhir/Observation/o1", "<x/>", {{"content-type", "text/xml"}}).status,
      415);
  EXPECT_EQ(door.send("DELETE", "/fhir/Observation/o1").status, 204);
  EXPECT_EQ(
      door.send("PATCH", "/fhir/Observation/o1", R"([{"op":"remove","path":"/code"}])", json_patch)
          .status,
      410);
}

TEST_F(ConditionalWritesTest, PatchHonoursIfMatch) {
  put("o1", "a");
  const std::string patch = R"([{"op":"replace","path":"/status","value":"amended"}])";
  Headers headers = json_patch;
  headers.emplace_back("if-match", "W/\"2\"");
  EXPECT_EQ(door.send("PATCH", "/fhir/Observation/o1", patch, headers).status, 412);
  headers.back().second = "W/\"1\"";
  EXPECT_EQ(door.send("PATCH", "/fhir/Observation/o1", patch, headers).status, 200);
}

TEST_F(ConditionalWritesTest, PatchesAtOnceLoseNothing) {
  constexpr int writers = 8, each = 4;
  ASSERT_EQ(door.send("PATCH", "/fhir/Patient/p",
                      R"([{"op":"add","path":"/telecom","value":[{"value":"first"}]}])", json_patch)
                .status,
            200);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < each; ++n) {
          auto response = door.send(
              "PATCH", "/fhir/Patient/p",
              fmt::format(R"([{{"op":"add","path":"/telecom/-","value":{{"value":"t{}-{}"}}}}])", i,
                          n),
              json_patch);
          EXPECT_EQ(response.status, 200) << response.body;
        }
      });
    }
  }
  const std::string text = door.read("Patient", "p");
  for (int i = 0; i < writers; ++i) {
    for (int n = 0; n < each; ++n) EXPECT_THAT(text, HasSubstr(fmt::format("\"t{}-{}\"", i, n)));
  }
}

TEST_F(ConditionalWritesTest, ARepeatOfAPatchIsDoneOnceAndAnsweredAsAtFirst) {
  put("o1", "a");
  Headers headers = json_patch;
  headers.emplace_back("idempotency-key", "k1");
  const std::string patch =
      R"([{"op":"test","path":"/status","value":"final"},{"op":"replace","path":"/status","value":"amended"}])";
  EXPECT_EQ(door.send("PATCH", "/fhir/Observation/o1", patch, headers).status, 200);
  auto again = door.send("PATCH", "/fhir/Observation/o1", patch, headers);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(header(again, "ETag"), "W/\"2\"");
  auto other = door.send("PATCH", "/fhir/Observation/o1",
                         R"([{"op":"replace","path":"/status","value":"corrected"}])", headers);
  EXPECT_EQ(other.status, 409) << other.body;
}

TEST_F(ConditionalWritesTest, PreferIsHonouredByPatchAndConditionalForms) {
  put("o1", "a");
  Headers headers = json_patch;
  headers.emplace_back("prefer", "return=minimal");
  auto minimal = door.send("PATCH", "/fhir/Observation/o1",
                           R"([{"op":"replace","path":"/status","value":"amended"}])", headers);
  EXPECT_EQ(minimal.body, "");
  headers.back().second = "return=OperationOutcome";
  auto outcome = door.send("PATCH", "/fhir/Observation/o1",
                           R"([{"op":"replace","path":"/status","value":"final"}])", headers);
  EXPECT_THAT(outcome.body, HasSubstr("OperationOutcome"));
  auto whole = door.send("PUT", "/fhir/Observation?code=urn:c|a", observation("a", "corrected"),
                         {{"prefer", "return=representation"}});
  EXPECT_THAT(whole.body, HasSubstr(R"("id":"o1")"));
}

// 202 would promise what a stale commit does not keep.
TEST_F(ConditionalWritesTest, ConditionalFormsAreJudgedWhateverIsPreferred) {
  put("o1", "a");
  auto response = door.send("PUT", "/fhir/Observation?code=urn:c|a", observation("a", "amended"),
                            {{"prefer", "respond-async"}});
  EXPECT_EQ(response.status, 200) << response.body;
}

// Acceptance may find it stale, and a 202 would leave it undone for ever.
TEST_F(ConditionalWritesTest, ConditionalCreatesAreJudgedWhateverIsPreferred) {
  auto response = door.send("POST", "/fhir/Observation", observation("a"),
                            {{"prefer", "respond-async"}, {"if-none-exist", "identifier=1"}});
  EXPECT_EQ(response.status, 201) << response.body;
}

TEST_F(ConditionalWritesTest, AKeyWithOtherCriteriaIsAConflictWhateverElseIsTheSame) {
  const Headers headers{{"idempotency-key", "k"}};
  EXPECT_EQ(door.send("PUT", "/fhir/Observation?code=urn:c|a", observation("a"), headers).status,
            201);
  auto other = door.send("PUT", "/fhir/Observation?code=urn:c|b", observation("a"), headers);
  EXPECT_EQ(other.status, 409) << other.body;
}

TEST_F(ConditionalWritesTest, AKeyOfABatchWithOtherConditionsIsAConflict) {
  const Headers headers{{"idempotency-key", "k"}};
  const auto send = [&](const std::string& condition) {
    return door.post(batch({entry("POST", "Observation", observation("a"), {}, condition)}),
                     headers);
  };
  EXPECT_THAT(send(R"("ifNoneExist":"identifier=urn:x|1")").body, HasSubstr("201 "));
  EXPECT_THAT(send(R"("ifNoneExist":"identifier=urn:x|1")").body, Not(HasSubstr("\"409\"")));
  EXPECT_THAT(send(R"("ifNoneExist":"identifier=urn:x|2")").body, HasSubstr("\"409\""));
}

TEST_F(ConditionalWritesTest, BatchEntriesThatMustNotExistDoNotStandInEachOthersWay) {
  std::vector<std::string> entries;
  for (int i = 0; i < 30; ++i) {
    entries.push_back(entry("POST", "Observation", observation(fmt::format("n{}", i)), {},
                            fmt::format(R"("ifNoneExist":"identifier=n{}")", i)));
  }
  auto response = door.post(batch(entries));
  EXPECT_THAT(response.body, Not(HasSubstr("\"409\""))) << response.body;
  EXPECT_THAT(response.body, HasSubstr("201 "));
}

// The id of the body is in use by what came after it was looked for: it is not written over.
TEST_F(ConditionalWritesTest, UpdateThatCreatesNeverWritesOverWhatCameMeanwhile) {
  for (int round = 0; round < 150; ++round) {
    const std::string id = fmt::format("r{}", round);
    int conditional = 0;
    std::thread rival([&] {
      conditional = door.send("PUT", fmt::format("/fhir/Observation?code=urn:c|w{}", round),
                              observation(fmt::format("w{}", round), "final", id))
                        .status;
    });
    const int plain =
        door.send("PUT", "/fhir/Observation/" + id, observation("other", "final", id)).status;
    rival.join();
    if (plain == 201) {
      EXPECT_TRUE(conditional == 409 || conditional == 412) << conditional;
      EXPECT_THAT(door.read("Observation", id), HasSubstr("other"));
    }
  }
}

// --- Bundles

TEST_F(ConditionalWritesTest, EntriesOfABundleAnswerAsPreferred) {
  put("o1", "a");
  for (const bool one_by_one : {false, true}) {
    const auto send = [&](const std::string& status, const std::string& preference) {
      const std::vector<std::string> entries{
          entry("PUT", "Observation?code=urn:c|a", observation("a", status)),
          entry("DELETE", "Observation/none", "")};
      return door.post(one_by_one ? batch(entries) : transaction(entries),
                       {{"prefer", "return=" + preference}});
    };
    auto minimal = send("amended", "minimal");
    EXPECT_THAT(minimal.body, Not(HasSubstr(R"("status":"amended")")));
    auto whole = send("corrected", "representation");
    EXPECT_THAT(whole.body, HasSubstr(R"({"resource":{"resourceType":"Observation","id":"o1")"));
    EXPECT_THAT(whole.body, HasSubstr(R"("status":"corrected")"));
    auto outcome = send("final", "OperationOutcome");
    EXPECT_THAT(outcome.body, HasSubstr(R"("outcome":{"resourceType":"OperationOutcome")"));
  }
}

TEST_F(ConditionalWritesTest, TransactionTakesConditionalFormsAndPatches) {
  put("o1", "a");
  put("o2", "b");
  put("o3", "c");
  // [{"op":"replace","path":"/status","value":"amended"}]
  const std::string binary =
      R"({"resourceType":"Binary","contentType":"application/json-patch+json","data":"W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9zdGF0dXMiLCJ2YWx1ZSI6ImFtZW5kZWQifV0="})";
  auto response = door.post(transaction(
      {entry("PUT", "Observation?code=urn:c|a", observation("a", "corrected")),
       entry("DELETE", "Observation?code=urn:c|b", ""),
       entry("PATCH", "Observation/o3", binary, {}, R"("ifMatch":"W/\"1\"")"),
       entry("PATCH", "Patient?identifier=urn:test|1",
             fhirpath(
                 "add", "Patient",
                 R"({"name":"name","valueString":"active"},{"name":"value","valueBoolean":true})")),
       entry("POST", "Observation", observation("d"), {},
             R"("ifNoneExist":"code=urn:c|d&patient=p")")}));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(door.read("Observation", "o1"), HasSubstr("corrected"));
  EXPECT_EQ(door.read("Observation", "o2"), "");
  EXPECT_THAT(door.read("Observation", "o3"), HasSubstr("amended"));
  EXPECT_THAT(door.read("Patient", "p"), HasSubstr(R"("active":true)"));
  EXPECT_EQ(
      door.send("DELETE", "/fhir/Observation?code=urn:c|d", {}, {{"if-match", "W/\"1\""}}).status,
      204);
}

TEST_F(ConditionalWritesTest, ATransactionWhoseConditionsMeetTheSameResourceIsRefused) {
  put("o1", "a");
  auto twice =
      door.post(transaction({entry("PUT", "Observation?code=urn:c|a", observation("a", "amended")),
                             entry("DELETE", "Observation/o1", "")}));
  EXPECT_EQ(twice.status, 422) << twice.body;
  auto new_twice = door.post(
      transaction({entry("PUT", "Observation?code=urn:c|n&patient=p", observation("n")),
                   entry("PUT", "Observation?patient=p&code=urn:c|n", observation("n"))}));
  EXPECT_EQ(new_twice.status, 422) << new_twice.body;
  auto creates = door.post(transaction(
      {entry("POST", "Observation", observation("m"), {}, R"("ifNoneExist":"code=urn:c|m")"),
       entry("POST", "Observation", observation("m"), {}, R"("ifNoneExist":"code=urn:c|m")")}));
  EXPECT_EQ(creates.status, 200) << creates.body;
  EXPECT_EQ(door.send("DELETE", "/fhir/Observation?code=urn:c|m").status, 204);
}

TEST_F(ConditionalWritesTest, BatchEntriesStandForThemselves) {
  std::vector<std::string> entries;
  for (int i = 0; i < 12; ++i) {
    const auto code = fmt::format("b{}", i % 6);
    entries.push_back(entry("PUT", fmt::format("Observation?code=urn:c|{}&patient=p", code),
                            observation(code, i < 6 ? "final" : "amended")));
  }
  entries.push_back(entry("DELETE", "Observation?patient=p", ""));
  auto response = door.post(batch(entries));
  ASSERT_EQ(response.status, 200) << response.body;
  std::size_t created = 0, updated = 0;
  for (auto at = response.body.find("201 "); at != std::string::npos;
       at = response.body.find("201 ", at + 1))
    ++created;
  for (auto at = response.body.find("200 "); at != std::string::npos;
       at = response.body.find("200 ", at + 1))
    ++updated;
  EXPECT_EQ(created, 6U) << response.body;
  EXPECT_EQ(updated, 6U) << response.body;
  EXPECT_THAT(response.body, HasSubstr("\"412"));
}

TEST_F(ConditionalWritesTest, AConditionalReferenceTakesAnyCriteria) {
  ASSERT_EQ(door.send("PUT", "/fhir/Practitioner/d",
                      R"({"resourceType":"Practitioner","id":"d","name":[{"family":"Lund"}]})")
                .status,
            201);
  const std::string body =
      R"({"resourceType":"Observation","id":"r","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"},"performer":[{"reference":"Practitioner?family=lund"}]})";
  auto made = door.send("PUT", "/fhir/Observation/r", body);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(door.read("Observation", "r"), HasSubstr("Practitioner/d"));
  const std::string nobody = body.substr(0, body.find("?family")) + R"(?family=nobody"}]})";
  EXPECT_EQ(door.send("PUT", "/fhir/Observation/r", nobody).status, 422);
}

}  // namespace
}  // namespace ingest::test
