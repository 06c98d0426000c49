// Imports of files of this node over real shards and a log in memory.
#include "ingest/bulk/imports.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "ingest/bulk/job_folder.h"
#include "ingest/json.h"
#include "tests/ingest/door.h"

namespace ingest::bulk {
namespace {

using namespace ingest::test;
using testing::HasSubstr;

class ImportsTest : public testing::Test {
 protected:
  ImportsTest() {
    std::filesystem::create_directory(files());
    options.directory = door.folder.path() / "imports";
    options.sources.directory = files();
    options.chunk_bytes = 2000;
    dependencies.caught_up = [this] { return caught_up.load(); };
    open();
  }
  ~ImportsTest() override { imports.reset(); }

  std::filesystem::path files() const { return door.folder.path() / "files"; }
  void open() {
    imports.reset();
    imports = std::move(*Imports::open(options, dependencies));
    router = std::make_unique<ops::http::Router>();
    imports->add_routes(*router);
  }
  void given(const std::string& name, const std::string& text) {
    std::ofstream(files() / name, std::ios::binary) << text;
  }
  ops::http::Response ask(const std::string& method, const std::string& path,
                          const std::string& body = {}) {
    ops::http::Request request;
    request.method = method;
    request.target = request.path = path;
    request.body = body;
    request.headers = {{"content-type", "application/json"}, {"prefer", "respond-async"}};
    request.principal.subject = "ana";
    request.base_url = "http://here";
    return router->route(request);
  }
  ops::http::Response begin(const std::string& type, const std::string& name) {
    return ask("POST", "/fhir/$import",
               fmt::format(R"({{"inputFormat":"application/fhir+ndjson","inputSource":"urn:x",)"
                           R"("input":[{{"type":"{}","url":"{}"}}]}})",
                           type, name));
  }
  // The id of a job that was begun.
  std::string begun(const std::string& type, const std::string& name) {
    const auto answer = begin(type, name);
    EXPECT_EQ(answer.status, 202) << answer.body;
    const auto url = header(answer, "Content-Location");
    return url.substr(url.rfind('/') + 1);
  }
  std::string ended(const std::string& job) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    auto answer = ask("GET", "/fhir/$import-jobs/" + job);
    while (answer.status == 202 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
      answer = ask("GET", "/fhir/$import-jobs/" + job);
    }
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  // As if the process had died after the commits and before the progress.
  void read_again(const std::string& job, const std::string& identity) {
    imports.reset();
    ImportProgress progress;
    progress.inputs.push_back({0, 0, 0, 0, identity, false});
    ASSERT_TRUE(folder_of(job).write_progress(progress));
    open();
  }
  // Of the first input, the first frame.
  std::string refusals(const std::string& job) {
    const auto names = folder_of(job).refusals_of(0);
    EXPECT_EQ(names.size(), 1u);
    return names.empty() ? "" : *folder_of(job).open(names.front())->next();
  }
  JobFolder folder_of(const std::string& job) {
    return {options.directory / job, job, door.node.secrets.log_secret};
  }

  Door door;
  Dependencies dependencies{*door.intake,      door.shards->lookup(),
                            door.node.secrets, door.node.keys->log_id(),
                            Door::partitions,  door.registry};
  ImportOptions options;
  std::atomic<bool> caught_up = true;
  std::unique_ptr<ops::http::Router> router;
  std::unique_ptr<Imports> imports;
};

std::string conditions(int count, const std::string& text) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += condition(fmt::format("Patient/p{}", i % 7), text, fmt::format("c{}", i)) + "\n";
  return lines;
}

TEST_F(ImportsTest, OrdersOfAnImportAreHistoryAndNotGated) {
  dependencies.check_orders = [](const auto&, auto, const events::OrdersToCheck&) {
    ADD_FAILURE() << "asked about an import";
    return std::vector<events::Error>{events::unprocessable("no")};
  };
  open();
  given("orders", R"({"resourceType":"MedicationRequest","id":"m1","status":"active",)"
                  R"("intent":"order","subject":{"reference":"Patient/p1"},)"
                  R"("medicationCodeableConcept":{"text":"fluoxetine"}})"
                  "\n");
  ended(begun("MedicationRequest", "orders"));
  EXPECT_THAT(door.read("MedicationRequest", "m1"), HasSubstr("fluoxetine"));
}

TEST_F(ImportsTest, LinesAreResourcesAndThoseOfOnePatientAreCommitsTogether) {
  given("Condition.ndjson", conditions(100, "asthma"));
  const auto manifest = ended(begun("Condition", "Condition.ndjson"));
  EXPECT_THAT(manifest, HasSubstr(R"("count":100)"));
  EXPECT_THAT(manifest, HasSubstr(R"("error":[])"));
  EXPECT_THAT(manifest, HasSubstr("chartlogPosition\":\"" +
                                  events::to_hex(door.node.keys->log_id().bytes())));
  for (int i = 0; i < 100; ++i)
    EXPECT_THAT(door.read("Condition", fmt::format("c{}", i)), HasSubstr(R"("versionId":"1")"));
  EXPECT_LT(door.records(), 60u);
}

// Killed after the commits and before the progress: the same lines are read once more.
TEST_F(ImportsTest, WhatIsReadAgainAfterACrashUndoesNothingThatOthersWroteMeanwhile) {
  given("Condition.ndjson", conditions(100, "asthma"));
  const auto job = begun("Condition", "Condition.ndjson");
  ended(job);
  const auto amended = condition("Patient/p3", "amended by another", "c3");
  ASSERT_EQ(door.send("PUT", "/fhir/Condition/c3", amended).status, 200);

  read_again(job, folder_of(job).read_progress()->value().inputs[0].identity);
  EXPECT_THAT(ended(job), HasSubstr(R"("count":100)"));
  EXPECT_THAT(door.read("Condition", "c3"), HasSubstr("amended by another"));
  EXPECT_THAT(door.read("Condition", "c4"), HasSubstr(R"("versionId":"1")"));
}

TEST_F(ImportsTest, AnImportThatEndedIsThereAfterARestartWithItsRefusals) {
  given("Patient.ndjson", patient("1", "ana") + "\nno JSON\n" + patient("2", "ben") + "\n");
  const auto job = begun("Patient", "Patient.ndjson");
  const auto manifest = ended(job);
  EXPECT_THAT(manifest, HasSubstr("/fhir/$import-jobs/" + job + "/refused-0.ndjson"));
  const auto records = door.records();
  open();
  EXPECT_EQ(ended(job), manifest);
  EXPECT_EQ(door.records(), records);
  EXPECT_THAT(refusals(job), HasSubstr("Patient.ndjson, line 2: "));
}

TEST_F(ImportsTest, AFileThatChangedBetweenTwoTriesIsRefused) {
  given("Patient.ndjson", patient("1", "ana") + "\n");
  caught_up = false;
  const auto job = begun("Patient", "Patient.ndjson");
  imports.reset();
  ImportProgress progress;
  progress.inputs.push_back({10, 1, 1, 0, "what it was before", false});
  ASSERT_TRUE(folder_of(job).write_progress(progress));
  caught_up = true;
  open();
  EXPECT_THAT(ended(job), HasSubstr(R"("error":[{)"));
  EXPECT_THAT(refusals(job), HasSubstr("has changed"));
  EXPECT_EQ(door.records(), 0u);
}

TEST_F(ImportsTest, NothingIsWrittenBeforeTheLogIsReadAndARemovedImportNeverBegins) {
  given("Patient.ndjson", patient("1", "ana") + "\n");
  caught_up = false;
  const auto job = begun("Patient", "Patient.ndjson");
  EXPECT_EQ(begin("Patient", "Patient.ndjson").status, 429) << "one at once";
  EXPECT_EQ(ask("DELETE", "/fhir/$import-jobs/" + job).status, 202);
  EXPECT_EQ(ask("GET", "/fhir/$import-jobs/" + job).status, 404);
  caught_up = true;
  open();
  EXPECT_EQ(ask("GET", "/fhir/$import-jobs/" + job).status, 404);
  EXPECT_EQ(door.records(), 0u);
}

TEST_F(ImportsTest, WhileTheLogIsAwayLinesWaitAndAreNotRefused) {
  given("Patient.ndjson", patient("1", "ana") + "\n");
  door.log.set_away("away");
  const auto job = begun("Patient", "Patient.ndjson");
  const auto progress = [&] {
    return header(ask("GET", "/fhir/$import-jobs/" + job), "X-Progress");
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  while (std::chrono::steady_clock::now() < deadline)
    ASSERT_EQ(progress().find("1 refused"), std::string::npos);
  door.log.set_away("");
  EXPECT_THAT(ended(job), HasSubstr(R"("error":[])"));
  EXPECT_NE(door.read("Patient", "ana"), "");
}

TEST_F(ImportsTest, AParameterInTheAddressIsRefusedBehindTheFormOfTheAnswerToo) {
  ops::http::Request request;
  request.method = "POST";
  request.path = request.target = "/fhir/$import";
  request.query = {{"_format", "json"}, {"mode", "replace"}};
  request.headers = {{"content-type", "application/json"}, {"prefer", "respond-async"}};
  const auto answer = router->route(request);
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("mode: an import takes no parameters"), std::string::npos)
      << answer.body;
}

TEST_F(ImportsTest, WhatIsNoImportIsRefusedAndLeavesNothing) {
  EXPECT_EQ(ask("POST", "/fhir/$import", "{}").status, 400);
  EXPECT_EQ(begin("Starship", "a").status, 400);
  EXPECT_EQ(ask("GET", "/fhir/$import-jobs/none").status, 404);
  EXPECT_EQ(ask("DELETE", "/fhir/$import-jobs/none").status, 404);
  EXPECT_EQ(ask("GET", "/fhir/$import-jobs/none/refused-0.ndjson").status, 404);
  EXPECT_TRUE(std::filesystem::is_empty(options.directory));
}

std::string bad(const std::string& id) {
  return fmt::format(
      R"({{"resourceType":"Condition","id":"{}","subject":{{"reference":"Patient/p3"}},"onsetDateTime":"2024-13-01"}})"
      "\n",
      id);
}

TEST_F(ImportsTest, BadLinesDoNotHoldBackTheOthersOfTheirPatient) {
  options.chunk_bytes = 1u << 20;
  open();
  given("Condition.ndjson", bad("x") + conditions(1400, "asthma") + bad("y") + bad("z"));
  const auto job = begun("Condition", "Condition.ndjson");
  EXPECT_THAT(ended(job), HasSubstr(R"("count":1400)"));
  EXPECT_THAT(refusals(job), HasSubstr(R"("expression":["Condition.onsetDateTime"])"));
  EXPECT_THAT(refusals(job), HasSubstr("line 1402"));
  EXPECT_LT(door.records(), 60u) << "what is around a bad line still goes together";

  const auto told = refusals(job);
  read_again(job, "");
  ended(job);
  EXPECT_EQ(refusals(job), told) << "once, however often they are read";
}

TEST_F(ImportsTest, LinesAroundABadOneThatAreReadAgainUndoNothingEither) {
  options.chunk_bytes = 1u << 20;
  open();
  given("Condition.ndjson", conditions(700, "asthma") + bad("x"));
  const auto job = begun("Condition", "Condition.ndjson");
  ended(job);
  const auto amended = condition("Patient/p3", "amended by another", "c3");
  ASSERT_EQ(door.send("PUT", "/fhir/Condition/c3", amended).status, 200);
  const auto records = door.records();
  // By now the bad line would be a good one: only the ids tell what was done.
  given("Condition.ndjson", conditions(700, "asthma"));
  read_again(job, "");
  EXPECT_THAT(ended(job), HasSubstr(R"("count":700)"));
  EXPECT_THAT(door.read("Condition", "c3"), HasSubstr("amended by another"));
  EXPECT_EQ(door.records(), records);
}

TEST_F(ImportsTest, AnImportGoesOnInTheChunksItBeganWithWhateverTheNextProcessIsSetTo) {
  options.chunk_bytes = 1u << 20;
  open();
  given("Condition.ndjson", conditions(100, "asthma"));
  const auto job = begun("Condition", "Condition.ndjson");
  ended(job);
  const auto records = door.records();
  options.chunk_bytes = 500;
  read_again(job, "");
  EXPECT_THAT(ended(job), HasSubstr(R"("count":100)"));
  EXPECT_EQ(door.records(), records);
}

TEST_F(ImportsTest, AnOwnerOfATypeHasItsSayOfEachLine) {
  dependencies.check_document = [](events::ResourceType, std::string_view document) {
    return document.find("no-use") == std::string_view::npos
               ? events::Status()
               : events::Status(events::unprocessable("of no use", "Condition.code"));
  };
  open();
  given("Condition.ndjson",
        condition("Patient/a", "asthma", "c1") + "\n" + condition("Patient/a", "no-use", "c2"));
  const auto job = begun("Condition", "Condition.ndjson");
  EXPECT_THAT(ended(job), HasSubstr(R"("count":1)"));
  EXPECT_THAT(refusals(job), HasSubstr("of no use"));
}

}  // namespace
}  // namespace ingest::bulk
