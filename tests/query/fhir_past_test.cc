// _asOf on searches over all patients. The oracle is the server itself: what it answered when it
// knew no more.
#include <fmt/format.h>

#include <random>

#include "events/clinical_time.h"
#include "query/fhir/page.h"
#include "query/fhir/routes.h"
#include "tests/projections/facts_builder.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

namespace json = boost::json;
using events::KnownTime;
using schema::ResourceType;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr KnownTime noon{seconds(1'717'416'000)};  // 2024-06-03T12:00:00Z

// Facts that refer to a patient, or to none.
template <class Table>
Act act_on(ResourceType type, const std::string& id, const std::vector<std::string>& patients,
           Table table) {
  schema::FactsT facts;
  facts.type = type;
  facts.id = id;
  for (const auto& patient : patients)
    facts.subjects.push_back(refer_to(ResourceType::Patient, patient));
  facts.of.Set(std::move(table));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  Act act;
  act.type = events::type_name(type);
  act.id = id;
  act.facts.assign(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  act.content = std::to_string(std::hash<std::string>()(act.facts));
  return act;
}
std::unique_ptr<schema::HumanNameT> named(const std::string& family) {
  auto name = std::make_unique<schema::HumanNameT>();
  name->family = family;
  return name;
}
Act reading(const std::string& id, const std::vector<std::string>& patients,
            const std::string& code, const std::string& day, const std::string& encounter = {},
            const std::string& identifier = {}) {
  schema::ObservationT table;
  table.status = "final";
  table.code = code_of("http://loinc.org", code);
  if (!day.empty()) table.effective = when(day);
  if (!encounter.empty()) table.encounter = refer_to(ResourceType::Encounter, encounter);
  if (!identifier.empty()) {
    table.identifiers.push_back(std::make_unique<schema::IdentifierT>());
    table.identifiers.back()->system = "test";
    table.identifiers.back()->value = identifier;
  }
  auto act = act_on(ResourceType::Observation, id, patients, std::move(table));
  act.identifier = identifier;
  return act;
}
Act visit(const std::string& id, const std::string& patient, const std::string& start,
          const std::string& end, const std::string& doctor) {
  schema::EncounterT table;
  table.period = std::make_unique<schema::PeriodT>();
  table.period->start = when(start);
  if (!end.empty()) table.period->end = when(end);
  table.participants.push_back(std::make_unique<schema::ParticipantT>());
  table.participants.back()->who = refer_to(ResourceType::Practitioner, doctor);
  return act_on(ResourceType::Encounter, id, {patient}, std::move(table));
}
Act doctor(const std::string& id, const std::string& family) {
  schema::PractitionerT table;
  table.names.push_back(named(family));
  return act_on(ResourceType::Practitioner, id, {}, std::move(table));
}
Act person(const std::string& id, const std::string& family, const std::string& born,
           const std::string& identifier, const std::string& of_doctor = {}) {
  schema::PatientT table;
  table.names.push_back(named(family));
  table.gender = born < "1980" ? "female" : "male";
  table.birth_date = when(born);
  table.identifiers.push_back(std::make_unique<schema::IdentifierT>());
  table.identifiers.back()->system = "urn:mrn";
  table.identifiers.back()->value = identifier;
  if (!of_doctor.empty())
    table.general_practitioners.push_back(refer_to(ResourceType::Practitioner, of_doctor));
  return act_on(ResourceType::Patient, id, {}, std::move(table));
}
Act removal(ResourceType type, const std::string& id) {
  Act act = remove(id);
  act.type = events::type_name(type);
  return act;
}

class FhirPastTest : public ::testing::Test {
 protected:
  FhirPastTest() {
    query::fhir::add_fhir_routes(read_.router, read_.sources);
    clock(0);
  }
  void clock(int since_noon) { read_.log.set_time(noon + seconds(since_noon)); }
  static std::string instant(int since_noon) {
    return events::format_instant(noon + seconds(since_noon));
  }
  void given(const std::string& whose, std::vector<Act> acts) {
    Request request;
    request.patient = whose;
    if (whose == "directory" || whose.starts_with("other/")) request.stream = whose;
    request.acts = std::move(acts);
    ASSERT_EQ(read_.submit(request).verdict, events::Outcome::Verdict::accepted);
    read_.settle();
  }
  // Of everything that there is now.
  std::string position() {
    events::PositionToken token(read_.sources.log_id);
    for (std::uint32_t i = 0; i < read_.node.partitions; ++i)
      token.see_next({i}, read_.view(i)->next_offset());
    return token.text();
  }
  std::vector<std::string> ids(const std::string& query) {
    std::vector<std::string> found;
    for (const auto& page : pages(query)) {
      for (const auto& entry : page.at("entry").as_array()) {
        const std::string url(entry.at("fullUrl").as_string());
        found.push_back(url.substr(url.rfind('/') + 1));
      }
    }
    return found;
  }
  // What all pages say, without their links.
  std::vector<json::object> pages(std::string query) {
    std::vector<json::object> all;
    while (!query.empty()) {
      const auto answer = read_.get("/fhir/" + query);
      EXPECT_EQ(answer.status, 200) << query << answer.body;
      if (answer.status != 200) break;
      const auto bundle = json::parse(answer.body);
      query.clear();
      for (const auto& link : bundle.at("link").as_array()) {
        if (link.at("relation").as_string() != "next") continue;
        const std::string url(link.at("url").as_string());
        query = url.substr(url.find("/fhir/") + 6);
      }
      json::object page{{"entry", json::array()}};
      for (const char* member : {"entry", "total"}) {
        if (const auto* value = bundle.as_object().if_contains(member)) page[member] = *value;
      }
      all.push_back(std::move(page));
    }
    return all;
  }
  static std::string text_of(const std::vector<json::object>& pages) {
    std::string text;
    for (const auto& page : pages) text += json::serialize(page) + "\n";
    return text;
  }
  ReadFixture read_{3};
};

// What happens at random to few resources of few patients, doctors and visits.
class RandomRecords {
 public:
  explicit RandomRecords(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }
  std::string one_of(std::initializer_list<const char*> words) {
    return *(words.begin() + below(words.size()));
  }
  std::string patient() { return one_of({"ana", "bob", "cyd", "dan"}); }
  std::string day() {
    return one_of({"2024-01-01", "2024-02", "2023", "2024-01-01T10:00:00Z", "2022-05-06"});
  }
  // A stream, and what is written to it in one commit.
  std::pair<std::string, std::vector<Act>> commit() {
    switch (below(8)) {
      case 0:
        return {"directory", {doctor_act()}};
      case 1:
        return {"other/Observation",
                {below(4) == 0 ? removal(ResourceType::Observation, "x")
                               : reading("x", {"ana", "bob"}, one_of({"1-1", "2-2"}), day())}};
      default:
        break;
    }
    const std::string whose = patient();
    std::vector<Act> acts;
    for (std::size_t n = 1 + below(3); n > 0; --n) acts.push_back(act_of(whose));
    return {whose, std::move(acts)};
  }

 private:
  Act doctor_act() {
    const std::string id = one_of({"p1", "p2", "p3"});
    if (below(5) == 0) return removal(ResourceType::Practitioner, id);
    return doctor(id, one_of({"Iversen", "Zamorano", "Ivory"}));
  }
  Act act_of(const std::string& whose) {
    const std::string number = std::to_string(below(3));
    // Most ids are of one patient; some come up with several, as after a move or a race.
    const std::string owner = below(8) == 0 ? patient() : whose;
    switch (below(6)) {
      case 0:
        if (below(4) == 0) return removal(ResourceType::Patient, whose);
        return person(whose, one_of({"Alm", "Berg", "Bergman"}), one_of({"1970-01-02", "1990"}),
                      one_of({"m1", "m2", "m3"}), one_of({"p1", "p2", "p3"}));
      case 1:
        if (below(4) == 0) return removal(ResourceType::Encounter, owner + "-e" + number);
        return visit(owner + "-e" + number, whose, day(), below(2) ? "" : "2025-01-01",
                     one_of({"p1", "p2"}));
      default:
        if (below(4) == 0) return removal(ResourceType::Observation, owner + "-o" + number);
        return reading(owner + "-o" + number, {whose}, one_of({"1-1", "2-2", "3-3"}),
                       below(6) == 0 ? "" : day(), whose + "-e" + std::to_string(below(3)),
                       below(3) == 0 ? one_of({"i1", "i2"}) : "");
    }
  }
  std::mt19937 random_;
};

const char* const questions[] = {
    "Observation?code=1-1",
    "Observation?code=1-1,2-2&_count=2",
    "Observation?code=http://loinc.org%7C2-2&date=ge2024&_total=accurate&_count=1",
    "Observation?_sort=date&_count=3",
    "Observation?_sort=-code,_id&_count=4&_total=accurate",
    "Observation?_summary=count",
    "Observation?code:not=1-1&_summary=count",
    "Observation?date=lt2024-01-15",
    "Observation?_id=ana-o0,bob-o1,x",
    "Observation?encounter=Encounter/ana-e0",
    "Observation?encounter.participant:Practitioner.name=iv",
    "Observation?patient=ana,bob",
    "Observation?patient=ana&encounter.date=2024-01-01",
    "Observation?patient.family=berg&_count=2",
    "Observation?identifier=test%7Ci1&_total=accurate",
    "Observation?_lastUpdated=ge2024-06-03T12:00:20Z",
    "Observation?code=3-3&_include=Observation:encounter&_include:iterate=Encounter:participant",
    "Encounter?participant=Practitioner/p1",
    "Encounter?date=2024-01-01&_sort=-date",
    "Encounter?participant:Practitioner.name=zam&_count=1",
    "Encounter?_has:Observation:encounter:code=1-1",
    "Patient?_count=50",
    "Patient?_count=1&_sort=-birthdate",
    "Patient?family=berg",
    "Patient?identifier=urn:mrn%7Cm2",
    "Patient?birthdate=1970-01-02&gender=female",
    "Patient?_id=ana,dan",
    "Patient?_summary=count",
    "Patient?_has:Observation:patient:code=2-2",
    "Patient?general-practitioner=Practitioner/p1",
    "Patient?general-practitioner:Practitioner.name=iversen",
    "Patient?family=alm&_revinclude=Observation:subject",
    "Practitioner?name=iv",
    "Practitioner?_id=p1,p3&_sort=name",
    "Practitioner?_has:Encounter:participant:date=2024-01-01",
    "Practitioner?_revinclude=Encounter:participant",
};

TEST_F(FhirPastTest, EveryEarlierMomentIsAnsweredAsItWasThen) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  RandomRecords records(seed);
  struct Asked {
    std::string question, position;
    int second;
    std::vector<json::object> answer;
  };
  std::vector<Asked> all;
  int second = 0;
  for (; second < 50; ++second) {
    clock(second);
    for (std::size_t n = 1 + records.below(3); n > 0; --n) {
      auto [whose, acts] = records.commit();
      given(whose, std::move(acts));
    }
    for (int n = 0; n < 12; ++n) {
      const std::string question = questions[records.below(std::size(questions))];
      all.push_back({question, position(), second, pages(question)});
    }
  }
  std::size_t entries = 0;
  for (const auto& [question, then, asked, answer] : all) {
    for (const auto& moment : {then, instant(asked)}) {
      ASSERT_EQ(text_of(pages(question + "&_asOf=" + moment)), text_of(answer))
          << question << " second " << asked << " as of " << moment;
    }
    for (const auto& page : answer) entries += page.at("entry").as_array().size();
  }
  EXPECT_GT(entries, 500u);
}

TEST_F(FhirPastTest, WhatWasCorrectedDeletedOrToldLaterIsFoundAsItStoodThen) {
  given("ana",
        {person("ana", "Alm", "1970-01-02", "m1"), reading("a", {"ana"}, "1-1", "2024-01-01")});
  given("bob", {reading("b", {"bob"}, "1-1", "2024-02-02")});
  clock(10);
  given("ana", {reading("a", {"ana"}, "2-2", "2024-03-03"), removal(ResourceType::Patient, "ana")});
  given("bob",
        {removal(ResourceType::Observation, "b"), reading("late", {"bob"}, "1-1", "1999-01-01")});
  given("cyd", {person("cyd", "Cole", "1980-01-01", "m1")});

  EXPECT_THAT(ids("Observation?code=1-1"), ElementsAre("late"));
  EXPECT_THAT(ids("Observation?code=1-1&_asOf=" + instant(5)), ElementsAre("b", "a"));
  EXPECT_THAT(ids("Observation?code=2-2&_asOf=" + instant(5)), IsEmpty());
  EXPECT_THAT(ids("Observation?code=2-2&_asOf=" + instant(10)), ElementsAre("a"));
  EXPECT_THAT(ids("Patient?identifier=m1"), ElementsAre("cyd"));
  EXPECT_THAT(ids("Patient?identifier=m1&_asOf=" + instant(5)), ElementsAre("ana"));
  EXPECT_THAT(ids("Patient?_id=ana,cyd&_asOf=" + instant(5)), ElementsAre("ana"));
}

TEST_F(FhirPastTest, WhatMovedToAnotherPatientIsWhereItWasThen) {
  given("ana", {reading("o", {"ana"}, "1-1", "2024-01-01", {}, "i1")});
  clock(10);
  given("ana", {removal(ResourceType::Observation, "o")});
  given("bob", {reading("o", {"bob"}, "1-1", "2024-01-01")});
  clock(20);
  given("bob", {person("bob", "Berg", "1980-01-01", "m1")});
  const std::string then = "&_asOf=" + instant(5);

  for (const char* question : {"Observation?_id=o", "Observation?code=1-1"}) {
    EXPECT_THAT(ids(question + then), ElementsAre("o")) << question;
    EXPECT_EQ(pages(question + then), pages("Observation?patient=ana" + then)) << question;
    EXPECT_EQ(pages(std::string(question) + "&_asOf=" + instant(15)),
              pages("Observation?patient=bob"))
        << question;
  }
  // Its identifier was removed since.
  EXPECT_THAT(ids("Observation?identifier=i1"), IsEmpty());
  EXPECT_THAT(ids("Observation?identifier=i1" + then), ElementsAre("o"));
}

TEST_F(FhirPastTest, TheAnswerNamesItsPositionAndWhetherMoreMayCome) {
  for (const char* whose : {"ana", "bob", "cyd", "dan", "eva"})
    given(whose, {reading(whose, {whose}, "1-1", "2024-01-01")});
  const std::string first = position();
  clock(10);
  const auto asked = [&](const std::string& query) {
    const auto answer = read_.get("/fhir/Observation?code=1-1&_asOf=" + query);
    return std::pair(*header_of(answer, "Chartlog-Position"),
                     *header_of(answer, "Chartlog-Provisional"));
  };
  EXPECT_EQ(asked(instant(5)), std::pair(first, std::string("true")));
  for (const char* whose : {"ana", "bob", "cyd", "dan", "eva"})
    given(whose, {reading(whose, {whose}, "2-2", "2024-01-01")});
  EXPECT_EQ(asked(instant(5)), std::pair(first, std::string("false")));
  EXPECT_EQ(asked(first), std::pair(first, std::string("false")));
}

// Pages of an earlier moment stay what they are, whatever comes between one and the next.
TEST_F(FhirPastTest, PagesOfAnEarlierMomentRestOnIt) {
  given("ana",
        {reading("a1", {"ana"}, "1-1", "2024-01-01"), reading("a2", {"ana"}, "1-1", "2024-01-02"),
         reading("a3", {"ana"}, "1-1", "2024-01-03")});
  clock(10);
  given("ana", {removal(ResourceType::Observation, "a2")});
  const auto first = read_.json("/fhir/Observation?code=1-1&_count=1&_asOf=" + instant(5));
  given("ana",
        {removal(ResourceType::Observation, "a1"), reading("new", {"ana"}, "1-1", "2024-01-01")});
  const std::string next(first.at("link").at(1).at("url").as_string());

  EXPECT_THAT(next, HasSubstr("_asOf="));
  EXPECT_THAT(ids(next.substr(next.find("/fhir/") + 6)), ElementsAre("a2", "a1"));
}

TEST_F(FhirPastTest, MomentsThatCannotBeAnsweredAreRefusedByName) {
  given("ana", {reading("a", {"ana"}, "1-1", "2024-01-01")});
  const std::string foreign(32, 'a');
  const std::string own = position();
  struct Case {
    std::string moment;
    const char* says;
  };
  for (const auto& [moment, says] :
       {Case{"2999-01-01", "lies ahead"}, Case{"2024-06-03T12:00:00", "no zone"},
        Case{"2024-06", "longer than a day"}, Case{"yesterday", "is no day"},
        Case{"2001-01-01", "is before the first record of all"},
        Case{foreign + ":0-1", "of another log"},
        Case{own.substr(0, 33) + "0-99999", "beyond the end"},
        Case{own.substr(0, 33) + "0-0", "before the first record"},
        Case{"2024-06-03&_asOf=2024-06-04", "given twice"}}) {
    for (const char* type : {"Patient", "Observation", "Practitioner"}) {
      const auto answer = read_.get(std::string("/fhir/") + type + "?_asOf=" + moment);
      EXPECT_EQ(answer.status, 400) << moment;
      EXPECT_THAT(answer.body, HasSubstr(says)) << moment;
    }
  }
}

}  // namespace
}  // namespace tests
