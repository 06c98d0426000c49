// $lastn, $docref, $meta.
#include <gmock/gmock.h>

#include "query/fhir/routes.h"
#include "tests/projections/facts_builder.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class FhirOperationsTest : public ::testing::Test {
 protected:
  FhirOperationsTest() { query::fhir::add_fhir_routes(read.router, read.sources); }

  template <class Table>
  void given(schema::ResourceType type, const std::string& id, Table of,
             const std::string& profile = {}, const std::string& tag = {}) {
    schema::FactsT facts;
    facts.type = type;
    facts.id = id;
    facts.subjects.push_back(refer_to(schema::ResourceType::Patient, "ana"));
    facts.of.Set(std::move(of));
    if (!profile.empty()) facts.profiles.push_back(profile);
    if (!tag.empty()) {
      facts.tags.push_back(std::make_unique<schema::CodingT>());
      facts.tags.back()->system = "urn:tags";
      facts.tags.back()->code = tag;
    }
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(schema::Facts::Pack(builder, &facts));
    read.send("ana", std::string(events::type_name(type)), id,
              {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
  }
  // `codes`: each a coding; one that begins with "text:" is the concept's text.
  void observed(const std::string& id, const std::string& at, const std::vector<std::string>& codes,
                const std::string& status = "final") {
    labelled(id, at, codes, status, {}, {});
  }
  void labelled(const std::string& id, const std::string& at, const std::vector<std::string>& codes,
                const std::string& status, const std::string& profile, const std::string& tag) {
    schema::ObservationT of;
    of.status = status;
    of.effective = when(at);
    of.categories.push_back(code_of("urn:category", "laboratory"));
    of.code = std::make_unique<schema::ConceptT>();
    for (const auto& code : codes) {
      if (code.starts_with("text:")) {
        of.code->text = code.substr(5);
        continue;
      }
      auto coding = std::make_unique<schema::CodingT>();
      coding->system = "http://loinc.org";
      coding->code = code;
      of.code->codings.push_back(std::move(coding));
    }
    given(schema::ResourceType::Observation, id, std::move(of), profile, tag);
  }
  void document(const std::string& id, const std::string& date, const std::string& type,
                const std::string& from, const std::string& to, const std::string& status) {
    schema::DocumentReferenceT of;
    of.status = status;
    of.date = when(date);
    of.type = code_of("http://loinc.org", type);
    of.period = std::make_unique<schema::PeriodT>();
    of.period->start = when(from);
    of.period->end = when(to);
    given(schema::ResourceType::DocumentReference, id, std::move(of));
  }
  std::vector<std::string> ids(const std::string& target) {
    std::vector<std::string> found;
    const auto bundle = read.json(target);
    if (const auto* entries = bundle.as_object().if_contains("entry")) {
      for (const auto& entry : entries->as_array()) {
        const std::string url(entry.at("fullUrl").as_string());
        found.push_back(url.substr(url.rfind('/') + 1));
      }
    }
    return found;
  }
  std::string refusal(const std::string& target) {
    const auto answer = read.get(target);
    EXPECT_GE(answer.status, 400) << target;
    return answer.body;
  }

  ReadFixture read{2};
  const std::string lastn = "/fhir/Observation/$lastn?patient=ana&category=laboratory";
  const std::string docref = "/fhir/DocumentReference/$docref?patient=ana";
};

TEST_F(FhirOperationsTest, MetaOfATypeIsWhatItsResourcesHaveEachOnce) {
  labelled("a", "2024", {"1"}, "final", "urn:profile:a", "red");
  labelled("b", "2024", {"1"}, "final", "urn:profile:a", "blue");
  labelled("c", "2024", {"2"}, "final", {}, {});
  const auto meta = [&](const std::string& criteria) {
    return read.json("/fhir/Observation/$meta" + criteria).at("parameter").at(0).at("valueMeta");
  };
  EXPECT_EQ(boost::json::serialize(meta("")),
            R"({"profile":["urn:profile:a"],"tag":[{"system":"urn:tags","code":"blue"},)"
            R"({"system":"urn:tags","code":"red"}]})");
  EXPECT_EQ(boost::json::serialize(meta("?code=2")), "{}");
  EXPECT_THAT(refusal("/fhir/Observation/$meta?colour=red"), HasSubstr("colour"));
}

TEST_F(FhirOperationsTest, LastnHasTheNewestOfEachCode) {
  observed("a1", "2024-01-01", {"1"});
  observed("a2", "2024-03-01", {"1"});
  observed("a3", "2024-02-01", {"1"});
  observed("b1", "2020-01-01", {"2"});
  EXPECT_THAT(ids(lastn), ElementsAre("a2", "b1"));
  EXPECT_THAT(ids(lastn + "&max=2"), ElementsAre("a2", "a3", "b1"));
  EXPECT_THAT(ids(lastn + "&code=2"), ElementsAre("b1"));
  EXPECT_THAT(ids(lastn + "&date=lt2024-03"), ElementsAre("a3", "b1"));
}

TEST_F(FhirOperationsTest, OneCodeInSeveralSystemsIsOneGroupAndTextStandsForItself) {
  observed("old", "2023", {"1"});
  observed("both", "2024", {"1", "2"});
  observed("other", "2022", {"2"});
  observed("t1", "2021", {"text:mood"});
  observed("t2", "2020", {"text:mood"});
  observed("t3", "2019", {"text:sleep"});
  EXPECT_THAT(ids(lastn), ElementsAre("both", "t1", "t3"));
}

TEST_F(FhirOperationsTest, AMistakeDoesNotHideTheLastOneThatHolds) {
  observed("right", "2023", {"1"});
  observed("wrong", "2024", {"1"}, "entered-in-error");
  EXPECT_THAT(ids(lastn), ElementsAre("right"));
  EXPECT_THAT(ids(lastn + "&status=entered-in-error"), ElementsAre("wrong"));
}

TEST_F(FhirOperationsTest, LastnSaysWhatItLacks) {
  observed("a", "2023", {"1"});
  EXPECT_THAT(refusal("/fhir/Observation/$lastn?patient=ana"), HasSubstr("category or code"));
  EXPECT_THAT(refusal("/fhir/Observation/$lastn?category=x"), HasSubstr("one patient"));
  EXPECT_THAT(refusal(lastn + "&max=0"), HasSubstr("max"));
  EXPECT_THAT(refusal(lastn + "&_sort=date"), HasSubstr("_sort"));
  EXPECT_THAT(refusal(lastn + "&_include:iterate=Observation:subject"), HasSubstr("_include"));
  EXPECT_THAT(refusal(lastn + "&colour=red"), HasSubstr("colour"));
}

TEST_F(FhirOperationsTest, DocrefIsTheNewestSummaryOrThoseOfATime) {
  document("s1", "2023-01-01", "34133-9", "2022-01-01", "2022-12-31", "current");
  document("s2", "2024-01-01", "34133-9", "2023-01-01", "2023-12-31", "current");
  document("s3", "2025-01-01", "34133-9", "2024-01-01", "2024-12-31", "superseded");
  document("note", "2025-01-01", "11506-3", "2024-01-01", "2024-12-31", "current");
  document("s0", "2022-01-01", "34133-9", "2021-01-01", "2021-12-31", "current");
  EXPECT_THAT(ids(docref), ElementsAre("s2"));
  EXPECT_THAT(read.get(docref).body, Not(HasSubstr("\"next\""))) << "there is one newest";
  EXPECT_THAT(ids(docref + "&start=2022-06-01&end=2022-07-01"), ElementsAre("s1"));
  EXPECT_THAT(ids(docref + "&start=2022-06-01"), ElementsAre("s2", "s1"));
  EXPECT_THAT(ids(docref + "&type=http://loinc.org|11506-3"), ElementsAre("note"));
  EXPECT_THAT(ids(docref + "&start=2030"), IsEmpty());
  EXPECT_THAT(refusal(docref + "&on-demand=true"), HasSubstr("on-demand"));
  EXPECT_THAT(refusal("/fhir/DocumentReference/$docref"), HasSubstr("patient is missing"));
}

}  // namespace
}  // namespace tests
