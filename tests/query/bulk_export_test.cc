// $export over real shards: what is in the files is the state at the position the manifest names.
#include <flatbuffers/flatbuffers.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <random>
#include <thread>

#include "events/clinical_time.h"
#include "ops/http/text.h"
#include "query/bulk/routes.h"
#include "tests/query/fhir_facts.h"
#include "tests/query/read_fixture.h"

namespace query::bulk {
namespace {

namespace json = boost::json;
using namespace fhir::testing;  // NOLINT: facts in a line
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Headers = std::vector<std::pair<std::string, std::string>>;
using schema::ResourceType;
using tests::header_of;

std::string packed(const schema::FactsT& facts) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

std::string facts_of(const std::string& type, const std::string& id, const std::string& patient,
                     const std::string& code = "1") {
  schema::FactsT facts;
  facts.type = *events::type_of_name(type);
  facts.id = id;
  if (!patient.empty()) facts.subjects.push_back(reference_to(ResourceType::Patient, patient));
  if (facts.type == ResourceType::Condition) {
    schema::ConditionT table;
    table.code = concept_of("http://snomed.info/sct", code);
    facts.of.Set(std::move(table));
  } else if (facts.type == ResourceType::Patient) {
    schema::PatientT table;
    table.gender = code;
    facts.of.Set(std::move(table));
  }
  return packed(facts);
}

// What a client has after it has taken files in, by Type/id: the line, or nothing if deleted.
using Copy = std::map<std::string, std::string>;

class BulkExportTest : public tests::ReadFixture {
 public:
  BulkExportTest() : tests::ReadFixture(3) {
    sources.position_wait_max = std::chrono::seconds(20);
    rules.directory = folder.path() / "exports";
    jobs = std::move(*ops::http::Jobs::open(rules));
    add_export_routes(router, sources, *jobs);
  }

  events::Outcome given(const std::string& type, const std::string& id, const std::string& patient,
                        const std::string& content = "one", const std::string& code = "1") {
    tests::Request request;
    request.patient = patient;
    tests::Act act = tests::update(id, content);
    act.type = type;
    act.facts = facts_of(type, id, patient, code);
    request.acts = {act};
    return submit(request);
  }
  void given_in(const std::string& stream, const std::string& type, const std::string& id,
                const std::string& content, const std::string& facts = {}) {
    tests::Request request;
    request.stream = stream;
    tests::Act act = tests::update(id, content);
    act.type = type;
    act.facts = facts;
    request.acts = {act};
    submit(request);
  }
  void removed(const std::string& type, const std::string& id, const std::string& patient) {
    tests::Request request;
    request.patient = patient;
    tests::Act act = tests::remove(id);
    act.type = type;
    request.acts = {act};
    submit(request);
  }

  ops::http::Response ask(const std::string& method, const std::string& target,
                          Headers headers = {{"prefer", "respond-async"}}, std::string body = {}) {
    auto request = ops::http::read_head({method, target, std::move(headers)}, "127.0.0.1:8080");
    EXPECT_TRUE(request) << target;
    request->body = std::move(body);
    return router.route(*request);
  }
  static std::string path_of(const std::string& url) { return url.substr(url.find("/fhir/")); }
  // Kick-off, until it has ended; the last answer.
  ops::http::Response exported(const std::string& target, const std::string& method = "GET",
                               const std::string& body = {},
                               Headers headers = {{"prefer", "respond-async"}}) {
    const auto begun = ask(method, target, std::move(headers), body);
    EXPECT_EQ(begun.status, 202) << begun.body;
    if (begun.status != 202) return begun;
    status_path = path_of(*header_of(begun, "Content-Location"));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    auto answer = ask("GET", status_path, {});
    while (answer.status == 202 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
      answer = ask("GET", status_path, {});
    }
    return answer;
  }
  json::value manifest(const std::string& target, const std::string& method = "GET",
                       const std::string& body = {}) {
    const auto answer = exported(target, method, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  }
  std::vector<std::string> lines(const json::value& file) {
    const auto answer = ask("GET", path_of(std::string(file.at("url").as_string())), {});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(*header_of(answer, "Content-Type"), "application/fhir+ndjson");
    const auto listener = std::make_shared<tests::Listener>();
    if (answer.stream) answer.stream(listener);
    EXPECT_TRUE(listener->is_closed());
    std::vector<std::string> all;
    std::istringstream text(listener->heard());
    for (std::string line; std::getline(text, line);) all.push_back(line);
    EXPECT_EQ(all.size(), file.at("count").as_int64());
    return all;
  }
  std::vector<std::string> all_lines(const json::value& manifest,
                                     std::string_view list = "output") {
    std::vector<std::string> all;
    for (const auto& file : manifest.at(list).as_array()) {
      const auto some = lines(file);
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  std::vector<std::string> deletes(const json::value& manifest) {
    std::vector<std::string> urls;
    for (const auto& line : all_lines(manifest, "deleted")) {
      const auto bundle = json::parse(line);
      for (const auto& entry : bundle.at("entry").as_array())
        urls.emplace_back(entry.at("request").at("url").as_string());
    }
    return urls;
  }
  static std::string position_of(const json::value& manifest) {
    return std::string(manifest.at("extension").at("chartlogPosition").as_string());
  }

  ops::http::JobRules rules;
  std::unique_ptr<ops::http::Jobs> jobs;
  std::string status_path;
};

class BulkExport : public ::testing::Test, protected BulkExportTest {};

TEST_F(BulkExport, TheManifestListsAFileATypeWithTheNewestOfEachResource) {
  given("Patient", "ana", "ana", "first");
  given("Patient", "ana", "ana", "second");
  given("Condition", "c1", "ana");
  given("Condition", "c2", "bob", "two\nlines");
  given("Condition", "c3", "bob");
  removed("Condition", "c3", "bob");
  const auto made = manifest("/fhir/$export");
  EXPECT_FALSE(made.at("requiresAccessToken").as_bool());
  EXPECT_EQ(made.at("request").as_string(), "http://127.0.0.1:8080/fhir/$export");
  EXPECT_TRUE(events::parse_instant(std::string_view(made.at("transactionTime").as_string())));
  ASSERT_EQ(made.at("output").as_array().size(), 2u);
  EXPECT_EQ(made.at("output").at(0).at("type").as_string(), "Condition");
  EXPECT_THAT(all_lines(made),
              UnorderedElementsAre(R"({"is":"second"})", R"({"is":"one"})", HasSubstr("two")));
  EXPECT_THAT(made.at("deleted").as_array(), IsEmpty());
  EXPECT_THAT(made.at("error").as_array(), IsEmpty());
}

// As a parameter, exact to the microsecond.
std::string instant_of(events::KnownTime time) {
  const auto micros =
      std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
  const auto text = events::format_instant(time);  // …:52.333Z
  return text.substr(0, 20) + fmt::format("{:06}Z", micros % 1'000'000);
}

TEST_F(BulkExport, UntilIsTheStateAsItWasKnownJustBefore) {
  given("Patient", "ana", "ana", "first");
  given("Condition", "kept", "ana", "kept");
  const auto begin = given("Condition", "late", "bob", "late, first").known_time;
  given("Condition", "went", "ana", "went");
  const auto end = given("Patient", "ana", "ana", "second").known_time;
  removed("Condition", "went", "ana");
  given("Condition", "after", "ana", "after");
  given("Condition", "late", "bob", "late, second");

  const auto whole = manifest("/fhir/$export?_until=" + instant_of(end));
  EXPECT_THAT(all_lines(whole),
              UnorderedElementsAre(R"({"is":"first"})", R"({"is":"kept"})", R"({"is":"went"})",
                                   R"({"is":"late, first"})"));
  const auto window =
      manifest("/fhir/$export?_since=" + instant_of(begin) + "&_until=" + instant_of(end));
  EXPECT_THAT(all_lines(window),
              UnorderedElementsAre(R"({"is":"late, first"})", R"({"is":"went"})"));
  EXPECT_THAT(deletes(window), IsEmpty());
  const auto rest = manifest("/fhir/$export?_sincePosition=" + position_of(window));
  EXPECT_THAT(all_lines(rest), UnorderedElementsAre(R"({"is":"second"})", R"({"is":"after"})",
                                                    R"({"is":"late, second"})"));
  EXPECT_THAT(deletes(rest), ElementsAre("Condition/went"));

  for (const std::string& query :
       {std::string("_until=2999-01-01T00:00:00Z"), std::string("_until=soon"),
        "_since=" + instant_of(end) + "&_until=" + instant_of(begin)}) {
    const auto refused = ask("GET", "/fhir/$export?" + query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_THAT(refused.body, HasSubstr("_until"));
  }
}

TEST_F(BulkExport, AnExportOfNothingIsAnEmptyManifest) {
  EXPECT_THAT(manifest("/fhir/$export").at("output").as_array(), IsEmpty());
}

TEST_F(BulkExport, TypesAndFiltersSayWhatIsIn) {
  given("Patient", "ana", "ana", "p", "female");
  given("Patient", "bob", "bob", "q", "male");
  given("Condition", "c1", "ana", "c1", "1");
  given("Condition", "c2", "ana", "c2", "2");
  given("Condition", "c3", "ana", "c3", "3");
  EXPECT_THAT(all_lines(manifest("/fhir/$export?_type=Patient")),
              UnorderedElementsAre(R"({"is":"p"})", R"({"is":"q"})"));
  EXPECT_THAT(all_lines(manifest("/fhir/$export?_typeFilter=Condition%3Fcode%3D1,3,"
                                 "Patient%3Fgender%3Dmale")),
              UnorderedElementsAre(R"({"is":"c1"})", R"({"is":"c3"})", R"({"is":"q"})"));
  EXPECT_THAT(all_lines(manifest("/fhir/$export?_type=Condition&_typeFilter=Condition%3Fcode%3D1"
                                 "&_typeFilter=Condition%3Fcode%3D2")),
              UnorderedElementsAre(R"({"is":"c1"})", R"({"is":"c2"})"));
  EXPECT_THAT(all_lines(manifest("/fhir/$export?_type=Condition&_elements=code")).front(),
              HasSubstr("SUBSETTED"));
}

TEST_F(BulkExport, WhatIsNotKnownIsRefusedByNameUnlessLenient) {
  for (const std::string query :
       {"includeAssociatedData=LatestProvenanceResources", "colour=red", "_outputFormat=text/csv",
        "_type=Kondition", "patient=Patient/ana", "_since=yesterday", "_elements=colour",
        "_sincePosition=x", "_typeFilter=Condition", "_typeFilter=Condition%3Fcolour%3Dred",
        "_typeFilter=Condition%3Fpatient.name%3Da", "_typeFilter=Condition%3F_sort%3Dcode",
        "_type=Patient&_typeFilter=Condition%3Fcode%3D1"}) {
    const auto refused = ask("GET", "/fhir/$export?" + query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_THAT(refused.body, HasSubstr(query.substr(0, query.find('=')))) << query;
  }
  EXPECT_EQ(ask("GET", "/fhir/$export", {}).status, 400) << "no Prefer: respond-async";
  const auto lenient = exported("/fhir/$export?colour=red", "GET", {},
                                {{"prefer", "respond-async, handling=lenient"}});
  ASSERT_EQ(lenient.status, 200);
  EXPECT_THAT(all_lines(json::parse(lenient.body), "error"), ElementsAre(HasSubstr("colour")));
}

TEST_F(BulkExport, PatientLevelHasThePatientsRecordsAndNotTheDirectory) {
  given("Patient", "ana", "ana", "p");
  given("Condition", "c1", "ana", "c");
  given_in("directory", "Organization", "o1", "o");
  given_in("other/Condition", "Condition", "c2", "of ana too", facts_of("Condition", "c2", "ana"));
  given_in("other/Condition", "Condition", "c3", "of nobody", facts_of("Condition", "c3", ""));
  EXPECT_THAT(all_lines(manifest("/fhir/Patient/$export")),
              UnorderedElementsAre(R"({"is":"p"})", R"({"is":"c"})", R"({"is":"of ana too"})"));
  EXPECT_EQ(all_lines(manifest("/fhir/$export")).size(), 5u);
}

TEST_F(BulkExport, SomePatientsAreNamedInAPost) {
  given("Patient", "ana", "ana", "a");
  given("Patient", "bob", "bob", "b");
  const std::string body =
      R"({"resourceType":"Parameters","parameter":[{"name":"patient","valueReference":{"reference":"Patient/bob"}},{"name":"_type","valueString":"Patient"}]})";
  EXPECT_THAT(all_lines(manifest("/fhir/Patient/$export", "POST", body)),
              ElementsAre(R"({"is":"b"})"));
  EXPECT_EQ(ask("POST", "/fhir/Patient/$export", {{"prefer", "respond-async"}}, "[]").status, 400);
}

TEST_F(BulkExport, JobsAreThereOnlyForWhoStartedThemAndGoWhenRemoved) {
  given("Patient", "ana", "ana", "a");
  const Headers ana{{"prefer", "respond-async"}, {"x-chartlog-subject", "ana"}};
  const auto begun = ask("GET", "/fhir/$export", ana);
  const auto path = path_of(*header_of(begun, "Content-Location"));
  EXPECT_EQ(ask("GET", path, {{"x-chartlog-subject", "bob"}}).status, 404);
  EXPECT_EQ(ask("DELETE", path, {{"x-chartlog-subject", "bob"}}).status, 404);
  EXPECT_NE(ask("GET", path, {{"x-chartlog-subject", "ana"}}).status, 404);
  EXPECT_EQ(ask("DELETE", path, {{"x-chartlog-subject", "ana"}}).status, 202);
  EXPECT_EQ(ask("GET", path, {{"x-chartlog-subject", "ana"}}).status, 404);
}

TEST_F(BulkExport, AFileIsGoneWithItsJobAndNoOtherIsServed) {
  given("Patient", "ana", "ana", "a");
  const auto answer = exported("/fhir/$export");
  EXPECT_NE(header_of(answer, "Expires"), nullptr);
  EXPECT_EQ(ask("GET", status_path + "/Patient.ndjson", {}).status, 200);
  EXPECT_EQ(ask("GET", status_path + "/Condition.ndjson", {}).status, 404);
  EXPECT_EQ(ask("GET", status_path + "/..%2Fsecrets", {}).status, 404);
  ask("DELETE", status_path, {});
  EXPECT_EQ(ask("GET", status_path + "/Patient.ndjson", {}).status, 404);
}

TEST_F(BulkExport, SinceAPositionIsExactlyWhatHasChanged) {
  given("Condition", "stays", "ana", "1");
  given("Condition", "changes", "ana", "1");
  given("Condition", "goes", "bob", "1");
  const auto first = manifest("/fhir/$export");
  given("Condition", "changes", "ana", "2");
  given("Condition", "changes", "ana", "3");
  given("Condition", "comes", "bob", "new");
  removed("Condition", "goes", "bob");
  given("Condition", "passes", "bob", "1");
  removed("Condition", "passes", "bob");
  const auto second = manifest("/fhir/$export?_sincePosition=" + position_of(first));
  EXPECT_THAT(all_lines(second), UnorderedElementsAre(R"({"is":"3"})", R"({"is":"new"})"));
  EXPECT_THAT(deletes(second), ElementsAre("Condition/goes"));
  EXPECT_EQ(second.at("extension").at("chartlogSincePosition").as_string(), position_of(first));
  const auto third = manifest("/fhir/$export?_sincePosition=" + position_of(second));
  EXPECT_THAT(third.at("output").as_array(), IsEmpty());
  EXPECT_THAT(third.at("deleted").as_array(), IsEmpty());
}

TEST_F(BulkExport, SinceATransactionTimeMissesNothingThatCameLater) {
  given("Condition", "old", "ana", "old");
  const auto first = manifest("/fhir/$export");
  given("Condition", "new", "bob", "new");
  const auto second =
      manifest("/fhir/$export?_since=" + std::string(first.at("transactionTime").as_string()));
  EXPECT_THAT(all_lines(second), ::testing::Contains(R"({"is":"new"})"));
  EXPECT_THAT(manifest("/fhir/$export?_since=2999-01-01T00:00:00Z").at("output").as_array(),
              IsEmpty());
}

TEST_F(BulkExport, AResourceThatMovedToAnotherPatientIsNotToldAsDeleted) {
  given("Condition", "c1", "ana", "at ana");
  const auto first = manifest("/fhir/$export");
  removed("Condition", "c1", "ana");
  given("Condition", "c1", "bob", "at bob");
  const auto second = manifest("/fhir/$export?_sincePosition=" + position_of(first));
  EXPECT_THAT(all_lines(second), ElementsAre(R"({"is":"at bob"})"));
  EXPECT_THAT(second.at("deleted").as_array(), IsEmpty());
}

TEST_F(BulkExport, ALaterPositionThanTheLogsEndIsRefused) {
  const auto log_name = position_of(manifest("/fhir/$export")).substr(0, 33);
  EXPECT_EQ(ask("GET", "/fhir/$export?_sincePosition=" + log_name + "0-99").status, 400);
}

// What was accepted below a position, by the changes of the shards' own feed.
Copy replayed(const BulkExportTest& fixture, const events::PositionToken& position,
              const std::map<std::pair<std::string, std::uint64_t>, std::string>& contents) {
  Copy copy;
  for (const auto& [partition, next] : position.next_offsets()) {
    const auto view = fixture.shards->shard(partition).view();
    const auto changes = view->changes({0}, std::nullopt, 1'000'000);
    EXPECT_TRUE(changes);
    for (const auto& change : changes.value()) {
      if (change.position.offset >= next) continue;
      for (const auto& event : change.events) {
        if (event.effect == events::EventEffect::deleted) copy.erase(event.id.text());
        if (event.effect == events::EventEffect::recorded ||
            event.effect == events::EventEffect::amended)
          copy[event.id.text()] = contents.at({event.id.text(), event.version.value});
      }
    }
  }
  return copy;
}

// The document says which resource it is: "<id> <n>".
void take_in(Copy& copy, const std::vector<std::string>& lines,
             const std::vector<std::string>& deletes, std::set<std::string>& seen) {
  for (const auto& line : lines) {
    const std::string content(json::parse(line).at("is").as_string());
    const auto id = content.substr(0, content.find(' '));
    EXPECT_TRUE(seen.insert(id).second) << id << " is there twice";
    copy[id] = content;
  }
  for (const auto& url : deletes) {
    const auto id = url.substr(url.find('/') + 1);
    EXPECT_TRUE(seen.insert(id).second) << id << " is there twice";
    EXPECT_EQ(copy.erase(id), 1u) << id << " was not there";
  }
}

// Exports one after the other while others write: each whole one is the state at its position,
// and the chain of those since the one before leads to the same.
TEST_F(BulkExport, UnderWritesEachExportIsTheStateAtItsPositionAndTheChainLeadsThere) {
  std::map<std::pair<std::string, std::uint64_t>, std::string> contents;
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    std::mt19937 random(4711);
    for (int i = 0; i < 600; ++i) {
      const auto number = random() % 40;
      const auto id = fmt::format("c{}", number);
      const auto patient = fmt::format("p{}", number % 7);
      if (random() % 4 == 0) {
        removed("Condition", id, patient);
        continue;
      }
      const auto content = fmt::format("{} {}", id, i);
      const auto outcome = given("Condition", id, patient, content);
      contents[{id, outcome.events.at(0).version.value}] = content;
    }
    done = true;
  });
  struct Taken {
    Copy whole, chained;
    std::string position, chained_position;
  };
  std::vector<Taken> all;
  Copy chained;
  std::string last;
  for (bool again = true; again;) {
    again = !done;
    Taken taken;
    std::set<std::string> seen, seen_in_chain;
    const auto next = manifest("/fhir/$export" + (last.empty() ? "" : "?_sincePosition=" + last));
    take_in(chained, all_lines(next), deletes(next), seen_in_chain);
    taken.chained = chained;
    taken.chained_position = last = position_of(next);
    ask("DELETE", status_path, {});
    const auto whole = manifest("/fhir/$export");
    take_in(taken.whole, all_lines(whole), {}, seen);
    taken.position = position_of(whole);
    ask("DELETE", status_path, {});
    all.push_back(std::move(taken));
  }
  writer.join();
  EXPECT_GT(all.size(), 1u);
  for (const Taken& taken : all) {
    EXPECT_EQ(taken.whole,
              replayed(*this, *events::PositionToken::parse(taken.position), contents));
    EXPECT_EQ(taken.chained,
              replayed(*this, *events::PositionToken::parse(taken.chained_position), contents));
  }
  EXPECT_EQ(all.back().whole, all.back().chained) << "nobody writes any more";
}

}  // namespace
}  // namespace query::bulk
