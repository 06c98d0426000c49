// Searches that name no patient, what they lead to and what they include, through the routes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <random>

#include "events/clinical_time.h"
#include "query/fhir/included.h"
#include "query/fhir/match.h"
#include "query/fhir/page.h"
#include "query/fhir/routes.h"
#include "query/fhir/search_query.h"
#include "tests/projections/fixture.h"
#include "tests/query/fhir_facts.h"

namespace query::fhir {
namespace {

namespace json = boost::json;
using namespace testing;  // NOLINT: facts in a line
using schema::ResourceType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using tests::Act;

template <class TableT>
Act act_of(ResourceType type, const std::string& id, const std::string& patient, TableT table) {
  schema::FactsT facts;
  facts.type = type;
  facts.id = id;
  if (!patient.empty()) facts.subjects.push_back(reference_to(ResourceType::Patient, patient));
  facts.of.Set(std::move(table));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  static int acts = 0;
  Act act = tests::update(id, fmt::format("content {}", ++acts));
  act.type = events::type_name(type);
  act.facts.assign(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  return act;
}

Act observation(const std::string& id, const std::string& patient, const std::string& code,
                const std::string& date, const std::string& encounter = {}) {
  schema::ObservationT table;
  table.code = concept_of("http://loinc.org", code);
  table.effective = when_of(date);
  if (!encounter.empty()) table.encounter = reference_to(ResourceType::Encounter, encounter);
  return act_of(ResourceType::Observation, id, patient, std::move(table));
}

Act encounter(const std::string& id, const std::string& patient, const std::string& start,
              const std::string& end, const std::string& practitioner) {
  schema::EncounterT table;
  table.period = period_of(start, end);
  table.types.push_back(concept_of("http://snomed.info/sct", "visit"));
  table.participants.push_back(std::make_unique<schema::ParticipantT>());
  table.participants.back()->who = reference_to(ResourceType::Practitioner, practitioner);
  return act_of(ResourceType::Encounter, id, patient, std::move(table));
}

Act practitioner(const std::string& id, const std::string& family) {
  schema::PractitionerT table;
  table.names.push_back(std::make_unique<schema::HumanNameT>());
  table.names.back()->family = family;
  return act_of(ResourceType::Practitioner, id, {}, std::move(table));
}

Act patient(const std::string& id, const std::string& family, const std::string& doctor = {}) {
  schema::PatientT table;
  table.names.push_back(std::make_unique<schema::HumanNameT>());
  table.names.back()->family = family;
  table.identifiers.push_back(identifier_of("urn:mrn", "mrn-" + id));
  if (!doctor.empty())
    table.general_practitioners.push_back(reference_to(ResourceType::Practitioner, doctor));
  return act_of(ResourceType::Patient, id, {}, std::move(table));
}

class FhirAllPatientsTest : public ::testing::Test {
 protected:
  FhirAllPatientsTest() {
    shards.open();
    sources.emplace(Sources{*shards.shards, shards.log, shards.node.keys->log_id(),
                            shards.node.secrets.log_secret});
    add_fhir_routes(router, *sources);
  }
  ops::http::Response get(const std::string& path, QueryParameters query = {}) {
    ops::http::Request request;
    request.method = "GET";
    request.path = path;
    request.query = std::move(query);
    request.base_url = "http://localhost";
    return router.route(request);
  }
  json::value bundle(const std::string& type, QueryParameters query) {
    const auto answer = get("/fhir/" + type, std::move(query));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  }
  // Of all pages.
  std::vector<std::string> ids(const std::string& type, const QueryParameters& query,
                               std::string_view mode = "match") {
    std::vector<std::string> found;
    for (auto page = bundle(type, query);;) {
      if (const auto* entries = page.as_object().if_contains("entry")) {
        for (const auto& entry : entries->as_array()) {
          if (entry.at("search").at("mode").as_string() != mode) continue;
          const std::string url(entry.at("fullUrl").as_string());
          found.push_back(url.substr(url.rfind('/') + 1));
        }
      }
      const json::value* next = nullptr;
      for (const auto& link : page.at("link").as_array()) {
        if (link.at("relation").as_string() == "next") next = &link.at("url");
      }
      if (next == nullptr) return found;
      const std::string url(next->as_string());
      const auto parameters = parse_form(std::string_view(url).substr(url.find('?') + 1));
      page = bundle(type, *parameters);
    }
  }
  void given(std::vector<Act> acts, const std::string& whose) {
    tests::Request request;
    request.patient = whose;
    if (whose == "directory") request.stream = whose;
    request.acts = std::move(acts);
    shards.submit(request);
    shards.settle();
  }
  // Two patients with a visit and a reading each, of two doctors.
  void given_two_patients() {
    given({practitioner("p1", "Iversen"), practitioner("p2", "Zamorano")}, "directory");
    given({patient("ana", "Alm", "p1"),
           encounter("e1", "ana", "2024-01-01T10:00:00Z", "2024-01-01T11:00:00Z", "p1"),
           observation("o1", "ana", "8480-6", "2024-01-01", "e1")},
          "ana");
    given({patient("bob", "Berg"), encounter("e2", "bob", "2024-02-01", "", "p2"),
           observation("o2", "bob", "8480-6", "2024-02-01", "e2"),
           observation("o3", "bob", "1-8", "2024-03-01")},
          "bob");
  }

  tests::ShardsFixture shards{3};
  std::optional<Sources> sources;
  ops::http::Router router;
};

TEST_F(FhirAllPatientsTest, ACodeIsFoundOverAllPatientsNewestFirstPageByPage) {
  given_two_patients();
  EXPECT_THAT(ids("Observation", {{"code", "http://loinc.org|8480-6"}, {"_count", "1"}}),
              ElementsAre("o2", "o1"));
  EXPECT_THAT(ids("Observation", {{"code", "8480-6,1-8"}, {"_count", "2"}}),
              ElementsAre("o3", "o2", "o1"));
  EXPECT_THAT(ids("Observation", {{"code", "other|8480-6"}}), IsEmpty());
  EXPECT_THAT(ids("Observation", {{"code", "8480-6"}, {"date", "lt2024-02"}}), ElementsAre("o1"));
  EXPECT_THAT(ids("Observation", {{"_sort", "date"}}), ElementsAre("o1", "o2", "o3"));
  EXPECT_THAT(ids("Observation", {{"_sort", "-date"}, {"_count", "2"}}),
              ElementsAre("o3", "o2", "o1"));
  EXPECT_THAT(ids("Observation", {{"code:not", "8480-6"}}), ElementsAre("o3"));
  EXPECT_THAT(ids("Observation", {{"patient", "bob"}, {"code", "8480-6"}}), ElementsAre("o2"));
}

TEST_F(FhirAllPatientsTest, ADateOfOnePatientFindsWhatBeganBeforeAndWentOn) {
  given({encounter("brief", "ana", "2019-05-01T10:00:00Z", "2019-05-01T11:00:00Z", "p"),
         encounter("later", "ana", "2020-06-01T10:00:00Z", "2020-06-01T11:00:00Z", "p"),
         encounter("edge", "ana", "2019-12-31T23:00:00Z", "2020-01-01T01:00:00Z", "p")},
        "ana");
  const auto since = [&] { return ids("Encounter", {{"patient", "ana"}, {"date", "gt2019-12-31"}}); };
  EXPECT_THAT(since(), ElementsAre("later", "edge"));
  EXPECT_EQ(bundle("Encounter", {{"patient", "ana"}, {"date", "gt2019-12-31"}, {"_summary", "count"}})
                .at("total")
                .as_int64(),
            2);

  given({encounter("long", "ana", "2018-01-01", "2021-01-01", "p"),
         encounter("from-ever", "ana", "", "2022-01-01", "p")},
        "ana");
  EXPECT_THAT(since(), ElementsAre("later", "edge", "long", "from-ever"));
  EXPECT_THAT(ids("Encounter", {{"patient", "ana"}, {"date", "2020"}}), ElementsAre("later"));
}

TEST_F(FhirAllPatientsTest, TotalsCountAllPatientsAndAPageKeepsItsSize) {
  given_two_patients();
  EXPECT_EQ(bundle("Observation", {{"_summary", "count"}}).at("total").as_int64(), 3);
  const auto page = bundle("Observation", {{"_count", "1"}, {"_total", "accurate"}});
  EXPECT_EQ(page.at("total").as_int64(), 3);
  EXPECT_EQ(page.at("entry").as_array().size(), 1u);
  EXPECT_FALSE(bundle("Observation", {{"_count", "1"}}).as_object().contains("total"));
}

TEST_F(FhirAllPatientsTest, WhatIsAmendedOrDeletedIsFoundAsItIsNow) {
  given_two_patients();
  given({observation("o1", "ana", "1-8", "2025-01-01")}, "ana");
  EXPECT_THAT(ids("Observation", {{"code", "8480-6"}}), ElementsAre("o2"));
  EXPECT_THAT(ids("Observation", {{"code", "1-8"}}), ElementsAre("o1", "o3"));
  auto gone = tests::remove("o3");
  gone.type = "Observation";
  given({gone}, "bob");
  EXPECT_THAT(ids("Observation", {{"code", "1-8"}}), ElementsAre("o1"));
}

TEST_F(FhirAllPatientsTest, WhatChangedSinceIsFoundInTheOrderOfTheSearch) {
  given_two_patients();
  const auto now = [] {
    return events::format_instant(
        std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now()));
  };
  // Two milliseconds further, so that the next commit is later in an instant's text.
  const std::string before = now();
  std::string since = before;
  for (int steps = 0; steps < 2; ++steps) {
    const std::string last = since;
    while (since == last) since = now();
  }
  given({observation("o4", "cyd", "1-8", "2020-01-01"), patient("cyd", "Cole")}, "cyd");
  given({observation("o1", "ana", "1-8", "2024-01-01", "e1")}, "ana");
  const auto found = [&](QueryParameters query) { return ids("Observation", std::move(query)); };
  EXPECT_THAT(found({{"_lastUpdated", "ge" + since}}), ElementsAre("o1", "o4"));
  EXPECT_THAT(found({{"_lastUpdated", "ge" + since}, {"_count", "1"}}), ElementsAre("o1", "o4"));
  EXPECT_THAT(found({{"_lastUpdated", "ge" + since}, {"_sort", "_lastUpdated"}}),
              ElementsAre("o4", "o1"));
  EXPECT_THAT(found({{"_lastUpdated", "lt" + since}}), ElementsAre("o3", "o2"));
  EXPECT_THAT(found({{"_lastUpdated", "ge2000"}}), ::testing::SizeIs(4));
  EXPECT_THAT(found({{"_lastUpdated", "ge" + since}, {"code", "8480-6"}}), IsEmpty());
}

TEST_F(FhirAllPatientsTest, PagesShowEachOnceWhileOthersAreWritten) {
  given_two_patients();
  auto page = bundle("Observation", {{"_count", "1"}});
  EXPECT_EQ(page.at("entry").at(0).at("fullUrl").as_string(),
            "http://localhost/fhir/Observation/o3");
  given({observation("new", "cyd", "1-8", "2030-01-01"),
         observation("old", "cyd", "1-8", "1990-01-01")},
        "cyd");
  const std::string next(page.at("link").at(1).at("url").as_string());
  const auto rest = *parse_form(std::string_view(next).substr(next.find('?') + 1));
  EXPECT_THAT(ids("Observation", rest), ElementsAre("o2", "o1", "old"));
}

TEST_F(FhirAllPatientsTest, AReferenceIsFoundWhereverItLeads) {
  given_two_patients();
  EXPECT_THAT(ids("Encounter", {{"participant", "Practitioner/p1"}}), ElementsAre("e1"));
  EXPECT_THAT(ids("Encounter", {{"participant", "p2"}}), ElementsAre("e2"));
  EXPECT_THAT(ids("Observation", {{"encounter", "Encounter/e2"}}), ElementsAre("o2"));
  EXPECT_THAT(ids("Observation", {{"encounter", "e1"}}), ElementsAre("o1"));
  EXPECT_THAT(ids("Observation", {{"encounter", "e9"}}), IsEmpty());
}

TEST_F(FhirAllPatientsTest, ChainsLeadThroughOneAndTwoReferences) {
  given_two_patients();
  const auto found = [&](const std::string& name, const std::string& value) {
    return ids("Observation", {{name, value}});
  };
  EXPECT_THAT(found("patient.identifier", "urn:mrn|mrn-ana"), ElementsAre("o1"));
  EXPECT_THAT(found("subject:Patient.family", "Ber"), ElementsAre("o3", "o2"));
  EXPECT_THAT(found("encounter.date", "2024-01"), ElementsAre("o1"));
  EXPECT_THAT(found("encounter.participant:Practitioner.name", "zam"), ElementsAre("o2"));
  EXPECT_THAT(found("patient.general-practitioner:Practitioner.name", "ivers"), ElementsAre("o1"));
  EXPECT_THAT(found("patient.family", "nobody"), IsEmpty());
  EXPECT_THAT(ids("Encounter", {{"participant:Practitioner.name", "iversen"}}), ElementsAre("e1"));
  EXPECT_EQ(get("/fhir/Observation", {{"patient.colour", "red"}}).status, 400);
  EXPECT_EQ(get("/fhir/Observation", {{"encounter:Colour.date", "2024"}}).status, 400);
}

TEST_F(FhirAllPatientsTest, HasAsksWhoIsReferredTo) {
  given_two_patients();
  EXPECT_THAT(ids("Patient", {{"_has:Observation:patient:code", "1-8"}}), ElementsAre("bob"));
  EXPECT_THAT(ids("Patient", {{"_has:Observation:subject:code", "8480-6"}}),
              ElementsAre("ana", "bob"));
  EXPECT_THAT(ids("Patient", {{"_has:Observation:patient:code", "8480-6"}, {"family", "Alm"}}),
              ElementsAre("ana"));
  EXPECT_THAT(ids("Patient", {{"_has:Encounter:patient:_has:Observation:encounter:code", "8480-6"},
                              {"_has:Observation:patient:code", "1-8"}}),
              ElementsAre("bob"));
  EXPECT_THAT(ids("Encounter", {{"_has:Observation:encounter:date", "2024-02-01"}}),
              ElementsAre("e2"));
  EXPECT_THAT(ids("Practitioner", {{"_has:Encounter:participant:date", "lt2024-01-15"}}),
              ElementsAre("p1"));
  EXPECT_THAT(ids("Patient", {{"_has:Observation:patient:code", "none"}}), IsEmpty());
  for (const char* wrong : {"_has:Observation", "_has:Observation:code:code",
                            "_has:Observation:patient:colour", "_has:Colour:patient:code"})
    EXPECT_EQ(get("/fhir/Patient", {{wrong, "1"}}).status, 400) << wrong;
}

TEST_F(FhirAllPatientsTest, IncludedAreOnceMarkedAndFollowedOn) {
  given_two_patients();
  const auto included = [&](const std::string& type, QueryParameters query) {
    return ids(type, std::move(query), "include");
  };
  EXPECT_THAT(included("Observation", {{"_include", "Observation:encounter"}}),
              UnorderedElementsAre("e1", "e2"));
  EXPECT_THAT(included("Observation", {{"code", "1-8"}, {"_include", "Observation:encounter"}}),
              IsEmpty());
  EXPECT_THAT(included("Observation", {{"code", "8480-6"}, {"_include", "*"}}),
              UnorderedElementsAre("e1", "e2", "ana", "bob"));
  EXPECT_THAT(included("Observation", {{"_id", "o1"},
                                       {"_include", "Observation:encounter"},
                                       {"_include:iterate", "Encounter:participant"}}),
              UnorderedElementsAre("e1", "p1"));
  EXPECT_THAT(included("Patient", {{"_id", "bob"}, {"_revinclude", "Observation:subject"}}),
              UnorderedElementsAre("o2", "o3"));
  EXPECT_THAT(included("Patient", {{"_id", "ana"}, {"_include", "Patient:general-practitioner"}}),
              ElementsAre("p1"));
  EXPECT_THAT(included("Practitioner", {{"_id", "p2"}, {"_revinclude", "Encounter:participant"}}),
              ElementsAre("e2"));
}

TEST_F(FhirAllPatientsTest, AnIncludeThatLeadsNowhereIsRefusedByName) {
  for (const char* wrong : {"Colour:patient", "Observation:code", "Condition:encounter",
                            "Observation:encounter:Colour", "Observation:encounter:Encounter:more"})
    EXPECT_EQ(get("/fhir/Observation", {{"_include", wrong}}).status, 400) << wrong;
  EXPECT_EQ(get("/fhir/Observation", {{"_revinclude", "*"}}).status, 400);
  EXPECT_EQ(get("/fhir/Observation", {{"_revinclude:each", "Provenance:target"}}).status, 400);
}

TEST_F(FhirAllPatientsTest, AMatchThatBringsTooManyIsRefusedAndOthersEndThePage) {
  std::vector<Act> acts{patient("ana", "Zander")};
  for (std::size_t i = 0; i <= included_max; ++i)
    acts.push_back(observation(fmt::format("o{}", i), "ana", "8480-6", "2024-01-01"));
  given(std::move(acts), "ana");
  given({patient("bob", "Berg"), observation("b1", "bob", "8480-6", "2024-01-01")}, "bob");
  const QueryParameters query{{"_revinclude", "Observation:patient"}};

  const auto alone = get("/fhir/Patient", {{"_id", "ana"}, query.front()});
  EXPECT_EQ(alone.status, 422);
  EXPECT_THAT(alone.body, ::testing::HasSubstr("Patient/ana alone brings more than 5000"));
  EXPECT_THAT(ids("Patient", {{"_id", "bob"}, query.front()}, "include"), ElementsAre("b1"));
  const auto page = bundle("Patient", query);
  EXPECT_EQ(page.at("entry").as_array().size(), 2u);
  EXPECT_EQ(page.at("link").as_array().size(), 2u);  // the next begins with the refused one
}

TEST_F(FhirAllPatientsTest, PartsOfPanelsAreFoundByTheirOwnParametersOnly) {
  schema::ObservationT table;
  table.code = concept_of("http://loinc.org", "85354-9");
  table.components.push_back(std::make_unique<schema::ComponentT>());
  table.components.back()->code = concept_of("http://loinc.org", "8480-6");
  given({act_of(ResourceType::Observation, "bp", "ana", std::move(table)),
         observation("o1", "ana", "8480-6", "2024-01-01")},
        "ana");
  EXPECT_THAT(ids("Observation", {{"code", "8480-6"}}), ElementsAre("o1"));
  EXPECT_THAT(ids("Observation", {{"component-code", "8480-6"}}), ElementsAre("bp"));
  EXPECT_THAT(ids("Observation", {{"combo-code", "8480-6"}}), UnorderedElementsAre("o1", "bp"));
}

// The index against every resource judged by the same criteria: what it leaves out must not
// have matched, in any order of pages.
TEST_F(FhirAllPatientsTest, TheIndexFindsWhatJudgingEverythingFinds) {
  std::mt19937 random(42);
  const auto any = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  std::map<std::string, std::string> all;  // id -> facts
  for (const std::string whose : {"ana", "bob", "cyd", "dan"}) {
    std::vector<Act> acts;
    for (int i = 0; i < 25; ++i) {
      schema::EncounterT table;
      const std::string start = fmt::format("2024-{:02}-{:02}", 1 + any(12), 1 + any(28));
      const int form = any(5);
      const std::string day = form == 0 ? "2024" : form == 1 ? start.substr(0, 7) : start;
      table.period = period_of(any(8) == 0 ? "" : day, any(3) == 0       ? ""
                                                       : day < "2024-06" ? "2024-06-30"
                                                                         : day);
      if (table.period->start == nullptr && table.period->end == nullptr) table.period.reset();
      table.types.push_back(concept_of("sct", fmt::format("t{}", any(4))));
      if (any(3) == 0) table.types.push_back(concept_of("sct", fmt::format("T{}", any(4))));
      table.participants.push_back(std::make_unique<schema::ParticipantT>());
      table.participants.back()->who =
          reference_to(ResourceType::Practitioner, fmt::format("p{}", any(3)));
      auto act =
          act_of(ResourceType::Encounter, fmt::format("{}-{}", whose, i), whose, std::move(table));
      all[act.id] = act.facts;
      acts.push_back(std::move(act));
    }
    given(std::move(acts), whose);
  }
  const auto now = std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
  const char* prefixes[] = {"", "ge", "le", "gt", "lt", "sa", "eb", "ne", "ap"};
  int hits = 0;
  for (int round = 0; round < 150; ++round) {
    QueryParameters query;
    if (any(2) == 0) query.emplace_back("type", any(2) ? "t1" : "t0,t2,sct|T3");
    if (any(3) == 0) query.emplace_back("participant", fmt::format("Practitioner/p{}", any(3)));
    const int dates = any(3);
    for (int i = 0; i < dates; ++i) {
      std::string date = prefixes[any(9)] + fmt::format("2024-{:02}", 1 + any(12));
      if (any(4) == 0) date += ",2024-05-04";
      query.emplace_back("date", date);
    }
    const auto parsed = parse_search(*search_table(ResourceType::Encounter),
                                     {"Encounter", query, {"http://localhost", now}, false});
    ASSERT_TRUE(parsed);
    std::set<std::string> expected;
    Values values;
    for (const auto& [id, bytes] : all) {
      const auto& facts = *flatbuffers::GetRoot<schema::Facts>(bytes.data());
      const auto met = [&](const Criterion& one) {
        return meets(facts, one, values, [] { return events::KnownTime{}; });
      };
      if (std::all_of(parsed->criteria.begin(), parsed->criteria.end(), met)) expected.insert(id);
    }
    hits += !expected.empty();
    query.emplace_back("_count", std::to_string(1 + any(40)));
    std::string text;
    for (const auto& [name, value] : query) text += name + "=" + value + "&";
    SCOPED_TRACE(text);
    const auto found = ids("Encounter", query);
    EXPECT_EQ(std::set(found.begin(), found.end()), expected);
    EXPECT_EQ(found.size(), expected.size());
  }
  EXPECT_GT(hits, 100);
}

}  // namespace
}  // namespace query::fhir
