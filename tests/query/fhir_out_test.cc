// FHIR out through its routes, over real shards: what was submitted is what is read.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "query/fhir/page.h"
#include "query/fhir/routes.h"
#include "tests/projections/fixture.h"
#include "tests/query/fhir_facts.h"

namespace query::fhir {
namespace {

namespace json = boost::json;
using namespace testing;  // NOLINT: facts in a line
using schema::ResourceType;
using tests::Act;

std::string bytes_of(const schema::FactsT& facts) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

// A Condition of Patient/ana with code and onset.
Act condition(const std::string& id, const std::string& code, const std::string& onset) {
  schema::FactsT facts;
  facts.type = ResourceType::Condition;
  facts.id = id;
  facts.subjects.push_back(reference_to(ResourceType::Patient, "ana"));
  schema::ConditionT table;
  table.code = concept_of("http://snomed.info/sct", code);
  if (!onset.empty()) table.onset = when_of(onset);
  facts.of.Set(std::move(table));
  Act act = tests::update(id, id + code + onset);
  act.facts = bytes_of(facts);
  return act;
}

Act named_patient(const std::string& id, const std::string& family, const std::string& birth_date) {
  schema::FactsT facts;
  facts.type = ResourceType::Patient;
  facts.id = id;
  schema::PatientT table;
  table.names.push_back(std::make_unique<schema::HumanNameT>());
  table.names.back()->family = family;
  table.birth_date = when_of(birth_date);
  table.gender = "female";
  facts.of.Set(std::move(table));
  Act act = tests::update(id, family);
  act.type = "Patient";
  act.facts = bytes_of(facts);
  return act;
}

class FhirOutTest : public ::testing::Test {
 protected:
  FhirOutTest() {
    shards.open();
    sources.emplace(Sources{*shards.shards, shards.log, shards.node.keys->log_id(),
                            shards.node.secrets.log_secret});
    add_fhir_routes(router, *sources);
  }

  ops::http::Response get(const std::string& path, QueryParameters query = {},
                          std::vector<std::pair<std::string, std::string>> headers = {}) {
    ops::http::Request request;
    request.method = "GET";
    request.path = path;
    request.query = std::move(query);
    request.headers = std::move(headers);
    request.base_url = "http://localhost";
    return router.route(request);
  }
  // Follows a link of ours, whose values need no decoding but %20 here.
  ops::http::Response follow(const json::value& link) {
    std::string url(link.as_string());
    const auto question = url.find('?');
    auto query = parse_form(std::string_view(url).substr(question + 1));
    return get(url.substr(16, question - 16), *query);
  }
  void given(std::vector<Act> acts, const std::string& whose = "ana") {
    tests::Request request;
    request.patient = whose;
    request.acts = std::move(acts);
    shards.submit(request);
    shards.settle();
  }

  tests::ShardsFixture shards{2};
  std::optional<Sources> sources;
  ops::http::Router router;
};

std::string header_of(const ops::http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::string> ids_in(const json::value& bundle) {
  std::vector<std::string> ids;
  if (!bundle.as_object().contains("entry")) return ids;
  for (const auto& entry : bundle.at("entry").as_array()) {
    if (!entry.as_object().contains("fullUrl")) continue;
    const std::string url(entry.at("fullUrl").as_string());
    ids.push_back(url.substr(url.rfind('/') + 1));
  }
  return ids;
}

const json::value* next_of(const json::value& bundle) {
  for (const auto& link : bundle.at("link").as_array()) {
    if (link.at("relation").as_string() == "next") return &link.at("url");
  }
  return nullptr;
}

TEST_F(FhirOutTest, AResourceIsReadWithItsVersionAndPosition) {
  given({condition("c1", "1", "2024-01-01")});
  const auto answer = get("/fhir/Condition/c1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"is":"c112024-01-01"})");
  EXPECT_EQ(header_of(answer, "ETag"), "W/\"1\"");
  EXPECT_FALSE(header_of(answer, "Chartlog-Position").empty());
  EXPECT_EQ(get("/fhir/Condition/c1", {}, {{"if-none-match", "W/\"1\""}}).status, 304);
  EXPECT_EQ(get("/fhir/Condition/c1", {}, {{"if-none-match", "W/\"2\""}}).status, 200);
  EXPECT_EQ(
      get("/fhir/Condition/c1", {}, {{"if-modified-since", header_of(answer, "Last-Modified")}})
          .status,
      304);
}

TEST_F(FhirOutTest, APartOfAResourceIsShownInReadsSearchesAndHistory) {
  given({condition("c1", "1", "2024-01-01")});
  const std::string cut =
      R"({"meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}})";
  EXPECT_EQ(get("/fhir/Condition/c1", {{"_elements", "code"}}).body, cut);
  EXPECT_EQ(get("/fhir/Condition/c1/_history/1", {{"_summary", "text"}}).body, cut);
  for (const char* path : {"/fhir/Condition/c1/_history", "/fhir/Patient/ana/$everything"})
    EXPECT_THAT(get(path, {{"_summary", "true"}}).body, ::testing::HasSubstr(cut)) << path;
  EXPECT_THAT(get("/fhir/Condition", {{"patient", "ana"}, {"_elements", "code"}}).body,
              ::testing::HasSubstr(cut));
  EXPECT_EQ(get("/fhir/Condition/c1", {{"_elements", "colour"}}).status, 400);
  EXPECT_EQ(get("/fhir/Condition/c1", {{"_summary", "count"}}).status, 400);
  EXPECT_EQ(get("/fhir/Condition/c1", {{"_summary", "true"}, {"_elements", "code"}}).status, 400);
}

TEST_F(FhirOutTest, WhatNeverWasIsNotFoundAndWhatWasDeletedIsGone) {
  given({condition("c1", "1", "2024-01-01")});
  given({tests::remove("c1")});
  EXPECT_EQ(get("/fhir/Condition/c1").status, 410);
  EXPECT_EQ(get("/fhir/Condition/c2").status, 404);
  EXPECT_EQ(get("/fhir/Kondition/c1").status, 404);
  EXPECT_EQ(get("/fhir/Kondition").status, 404);
  EXPECT_EQ(get("/fhir/Condition/c_1").status, 400);
  EXPECT_EQ(get("/fhir/Condition/c1/_history/1").status, 200);
  EXPECT_EQ(get("/fhir/Condition/c1/_history/2").status, 410);
  EXPECT_EQ(get("/fhir/Condition/c1/_history/3").status, 404);
  EXPECT_EQ(get("/fhir/Condition/c1/_history/x").status, 404);
  EXPECT_EQ(get("/raw/Condition/c1/1").body, R"({"is":"c112024-01-01"})");
  EXPECT_EQ(get("/raw/Condition/c1/2").status, 410);
}

TEST_F(FhirOutTest, HistoryIsNewestFirstInPagesAndShowsDeletes) {
  given({condition("c1", "1", "2024-01-01")});
  given({condition("c1", "2", "2024-01-01")});
  given({tests::remove("c1")});
  const auto first = json::parse(get("/fhir/Condition/c1/_history", {{"_count", "2"}}).body);
  EXPECT_EQ(first.at("total").as_int64(), 3);
  EXPECT_EQ(first.at("entry").at(0).at("request").at("method").as_string(), "DELETE");
  EXPECT_EQ(first.at("entry").at(1).at("response").at("etag").as_string(), "W/\"2\"");
  ASSERT_NE(next_of(first), nullptr);
  const auto second = json::parse(follow(*next_of(first)).body);
  EXPECT_EQ(second.at("entry").as_array().size(), 1u);
  EXPECT_EQ(second.at("entry").at(0).at("response").at("status").as_string(), "201 Created");
  EXPECT_EQ(next_of(second), nullptr);
  EXPECT_EQ(get("/fhir/Condition/c9/_history").status, 404);
}

TEST_F(FhirOutTest, AHistorySinceAnInstantLeavesOutWhatIsOlder) {
  shards.log.set_time(events::KnownTime(std::chrono::microseconds(1'700'000'000'000'000)));
  given({condition("c1", "1", "2024-01-01")});
  shards.log.set_time(events::KnownTime(std::chrono::microseconds(1'710'000'000'000'000)));
  given({condition("c1", "2", "2024-01-01")});
  const auto since = [&](const std::string& instant) {
    const auto answer = get("/fhir/Condition/c1/_history", {{"_since", instant}});
    const auto bundle = json::parse(answer.body);
    if (!bundle.as_object().contains("entry")) return std::size_t{0};
    return bundle.at("entry").as_array().size();
  };

  EXPECT_EQ(since("2023-01-01T00:00:00Z"), 2u);
  EXPECT_EQ(since("2024-01-01T00:00:00Z"), 1u);
  EXPECT_EQ(since("2999-01-01T00:00:00Z"), 0u);
  EXPECT_EQ(get("/fhir/Condition/c1/_history", {{"_since", "soon"}}).status, 400);
}

TEST_F(FhirOutTest, ASearchByPostReadsItsFormAndNothingElse) {
  given({condition("c1", "1", "2024-01-01"), condition("c2", "2", "2024-01-01")});
  ops::http::Request request;
  request.method = "POST";
  request.path = request.target = "/fhir/Condition/_search";
  request.base_url = "http://localhost";
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = "patient=Patient%2Fana&code=http%3A%2F%2Fsnomed.info%2Fsct%7C2";
  EXPECT_THAT(ids_in(json::parse(router.route(request).body)), ::testing::ElementsAre("c2"));

  request.headers = {{"content-type", "application/fhir+json"}};
  EXPECT_EQ(router.route(request).status, 400);
}

TEST_F(FhirOutTest, ASearchFindsOnlyThePatientsOwnThatMeetAllCriteria) {
  given({condition("c1", "1", "2024-01-01"), condition("c2", "1", "2024-06-01"),
         condition("c3", "2", "2024-03-01")});
  const auto ids = [&](QueryParameters query) {
    return ids_in(json::parse(get("/fhir/Condition", std::move(query)).body));
  };
  EXPECT_THAT(ids({{"patient", "ana"}}), ::testing::ElementsAre("c2", "c3", "c1"));
  EXPECT_THAT(ids({{"subject", "Patient/ana"}, {"code", "1"}, {"onset-date", "lt2024-03"}}),
              ::testing::ElementsAre("c1"));
  EXPECT_THAT(ids({{"patient", "ana"}, {"_sort", "onset-date"}}),
              ::testing::ElementsAre("c1", "c3", "c2"));
  EXPECT_THAT(ids({{"patient", "ana"}, {"_sort", "-_id"}}),
              ::testing::ElementsAre("c3", "c2", "c1"));
  EXPECT_THAT(ids({{"patient", "ana"}, {"_sort", "-code,onset-date"}}),
              ::testing::ElementsAre("c3", "c1", "c2"));
  EXPECT_THAT(ids({{"patient", "ana"}, {"_sort", "abatement-string,code,-onset-date"}}),
              ::testing::ElementsAre("c2", "c1", "c3"));
  EXPECT_THAT(ids({{"_id", "c3"}}), ::testing::ElementsAre("c3"));
  EXPECT_THAT(ids({{"patient", "bob"}}), ::testing::IsEmpty());
  EXPECT_THAT(ids({{"patient", "ana"}, {"_lastUpdated", "gt1990"}}), ::testing::SizeIs(3));
}

TEST_F(FhirOutTest, ASearchOfOneTypeNeverAnswersAnother) {
  given({condition("c1", "1", "2024-01-01"), named_patient("ana", "Alm", "1980-01-01")});
  EXPECT_THAT(ids_in(json::parse(get("/fhir/Procedure", {{"patient", "ana"}}).body)),
              ::testing::IsEmpty());
}

TEST_F(FhirOutTest, CountsAndTotalsAreExactOrAbsent) {
  given({condition("c1", "1", "2024-01-01"), condition("c2", "1", "2024-06-01"),
         condition("c3", "2", "2024-03-01")});
  const auto bundle = [&](QueryParameters query) {
    query.emplace_back("patient", "ana");
    return json::parse(get("/fhir/Condition", std::move(query)).body);
  };
  EXPECT_EQ(bundle({{"_summary", "count"}, {"code", "1"}}).at("total").as_int64(), 2);
  EXPECT_THAT(ids_in(bundle({{"_summary", "count"}})), ::testing::IsEmpty());
  EXPECT_FALSE(bundle({{"_count", "1"}}).as_object().contains("total"));
  EXPECT_EQ(bundle({{"_count", "1"}, {"_total", "accurate"}}).at("total").as_int64(), 3);
  EXPECT_FALSE(bundle({{"_total", "none"}}).as_object().contains("total"));
}

TEST_F(FhirOutTest, PagesShowEachResourceOnceWhileOthersAreInserted) {
  for (const char* sort : {"", "onset-date", "-onset-date", "_id", "-_lastUpdated"}) {
    SCOPED_TRACE(sort);
    std::set<std::string> before;
    for (const auto& id :
         ids_in(json::parse(get("/fhir/Condition", {{"patient", "ana"}, {"_count", "1000"}}).body)))
      before.insert(id);
    std::vector<Act> more;
    for (int i = 0; i < 7; ++i) {
      more.push_back(
          condition(fmt::format("{}-m{}", before.size(), i), "1", i == 3 ? "" : "2024-05-01"));
      before.insert(more.back().id);
    }
    given(more);
    QueryParameters query{{"patient", "ana"}, {"_count", "2"}};
    if (*sort != '\0') query.emplace_back("_sort", sort);
    std::multiset<std::string> seen;
    auto page = json::parse(get("/fhir/Condition", query).body);
    for (int inserted = 0;; ++inserted) {
      for (const auto& id : ids_in(page)) seen.insert(id);
      const auto* next = next_of(page);
      if (next == nullptr || inserted > 100) break;
      given({condition(fmt::format("{}-x{}", before.size(), inserted), "1",
                       inserted % 2 == 0 ? "2030-01-01" : "1990-01-01")});
      page = json::parse(follow(*next).body);
    }
    for (const auto& id : before) EXPECT_EQ(seen.count(id), 1u) << id;
  }
}

TEST_F(FhirOutTest, ACursorOfAnotherSearchIsRefused) {
  given({condition("c1", "1", "2024-01-01"), condition("c2", "1", "2024-06-01")});
  const auto page = json::parse(get("/fhir/Condition", {{"patient", "ana"}, {"_count", "1"}}).body);
  const std::string url(next_of(page)->as_string());
  const std::string cursor = url.substr(url.find("_cursor=") + 8);
  EXPECT_EQ(get("/fhir/Condition", {{"patient", "ana"}, {"code", "1"}, {"_cursor", cursor}}).status,
            400);
}

TEST_F(FhirOutTest, PatientsAreFoundAcrossShardsInTheOrderOfTheirNames) {
  given({named_patient("ana", "Meier", "1980-01-02")});
  given({named_patient("bob", "Alm", "1990-01-02")}, "bob");
  given({named_patient("cyd", "Zander", "1980-05-02")}, "cyd");
  const auto ids = [&](QueryParameters query) {
    return ids_in(json::parse(get("/fhir/Patient", std::move(query)).body));
  };
  EXPECT_THAT(ids({}), ::testing::ElementsAre("bob", "ana", "cyd"));
  EXPECT_THAT(ids({{"birthdate", "1980"}}), ::testing::ElementsAre("ana", "cyd"));
  EXPECT_THAT(ids({{"family", "mei,zan"}}), ::testing::ElementsAre("ana", "cyd"));
  EXPECT_THAT(ids({{"_id", "bob"}, {"gender", "female"}}), ::testing::ElementsAre("bob"));
  const auto page = json::parse(get("/fhir/Patient", {{"_count", "2"}}).body);
  EXPECT_EQ(page.at("total").as_int64(), 3);
  EXPECT_THAT(ids_in(json::parse(follow(*next_of(page)).body)), ::testing::ElementsAre("cyd"));
  EXPECT_THAT(ids({{"birthdate", "gt1985"}}), ::testing::ElementsAre("bob"));
  EXPECT_THAT(ids({{"birthdate", "sa1980-01"}}), ::testing::ElementsAre("bob", "cyd"));
  EXPECT_THAT(ids({{"gender:not", "male"}, {"family:contains", "EIE"}}),
              ::testing::ElementsAre("ana"));
  EXPECT_THAT(ids({{"address-city:missing", "true"}, {"deceased", "false"}}), ::testing::SizeIs(3));
  EXPECT_THAT(ids({{"_sort", "-birthdate"}}), ::testing::ElementsAre("bob", "cyd", "ana"));
  EXPECT_THAT(ids({{"_sort", "-family"}}), ::testing::ElementsAre("cyd", "ana", "bob"));
  EXPECT_EQ(get("/fhir/Patient", {{"phonetic", "x"}}).status, 400);
}

TEST_F(FhirOutTest, EverythingIsTheWholeStreamInBoundedPages) {
  given({named_patient("ana", "Meier", "1980-01-02"), condition("c1", "1", "2024-01-01"),
         condition("c2", "1", "2024-06-01")});
  EXPECT_THAT(ids_in(json::parse(get("/fhir/Patient/ana/$everything").body)),
              ::testing::ElementsAre("ana", "c2", "c1"));
  const auto page = json::parse(get("/fhir/Patient/ana/$everything", {{"_count", "2"}}).body);
  ASSERT_NE(next_of(page), nullptr);
  EXPECT_THAT(ids_in(json::parse(follow(*next_of(page)).body)), ::testing::ElementsAre("c1"));
  EXPECT_THAT(
      ids_in(json::parse(get("/fhir/Patient/ana/$everything", {{"_type", "Patient"}}).body)),
      ::testing::ElementsAre("ana"));
  EXPECT_THAT(ids_in(json::parse(
                  get("/fhir/Patient/ana/$everything", {{"_since", "2999-01-01T00:00:00Z"}}).body)),
              ::testing::IsEmpty());
  EXPECT_EQ(get("/fhir/Patient/nobody/$everything").status, 404);
  EXPECT_EQ(get("/fhir/Patient/ana/$everything", {{"start", "2024"}}).status, 400);
}

TEST_F(FhirOutTest, EverythingBringsWhoAndWhereFromTheDirectory) {
  const auto organization = [](const std::string& id) {
    schema::FactsT facts;
    facts.type = ResourceType::Organization;
    facts.id = id;
    schema::OrganizationT table;
    table.name = id;
    facts.of.Set(std::move(table));
    Act act = tests::update(id, id);
    act.type = "Organization";
    act.facts = bytes_of(facts);
    return act;
  };
  tests::Request directory;
  directory.stream = "directory";
  directory.acts = {organization("north"), organization("south")};
  shards.submit(directory);
  schema::FactsT facts;
  facts.type = ResourceType::Encounter;
  facts.id = "visit";
  facts.subjects.push_back(reference_to(ResourceType::Patient, "ana"));
  schema::EncounterT table;
  table.service_provider = reference_to(ResourceType::Organization, "north");
  facts.of.Set(std::move(table));
  Act visit = tests::update("visit", "visit");
  visit.type = "Encounter";
  visit.facts = bytes_of(facts);
  given({named_patient("ana", "Meier", "1980-01-02"), visit});

  EXPECT_THAT(ids_in(json::parse(get("/fhir/Patient/ana/$everything").body)),
              ::testing::UnorderedElementsAre("ana", "visit", "north"));
}

TEST_F(FhirOutTest, MetadataAndRefusalsOfFormat) {
  EXPECT_EQ(json::parse(get("/fhir/metadata").body).at("resourceType").as_string(),
            "CapabilityStatement");
  EXPECT_EQ(get("/fhir/metadata", {{"_format", "xml"}}).status, 406);
  EXPECT_EQ(get("/fhir/Condition", {{"patient", "ana"}, {"_format", "xml"}}).status, 406);
  EXPECT_EQ(get("/fhir/Condition", {{"patient", "ana"}, {"asOf", "2024"}},
                {{"prefer", "handling=lenient"}})
                    .status >= 400,
            true);
  EXPECT_EQ(get("/fhir/Condition", {{"patient", "ana"}, {"colour", "red"}},
                {{"prefer", "handling=lenient"}})
                .status,
            200);
}

}  // namespace
}  // namespace query::fhir
