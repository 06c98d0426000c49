#include "projections/search_index.h"

#include <gmock/gmock.h>

#include "events/fhir/definitions.h"
#include "projections/search/reference_targets.h"
#include "projections/search/search_parameters.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/folded_rows.h"

namespace tests {
namespace {

using projections::IndexSpan;
using projections::IndexTerm;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Type = events::ResourceType;

events::Micros at(const std::string& date) { return events::Micros(when(date)->low); }

std::string encounter(const std::string& id, const std::string& start, const std::string& end,
                      const std::string& practitioner) {
  schema::EncounterT of;
  of.period = std::make_unique<schema::PeriodT>();
  of.period->start = when(start);
  if (!end.empty()) of.period->end = when(end);
  of.participants.push_back(std::make_unique<schema::ParticipantT>());
  of.participants.back()->who = refer_to(Type::Practitioner, practitioner);
  return facts_of(Type::Encounter, id, std::move(of));
}

class SearchIndexTest : public ::testing::Test {
 protected:
  std::vector<std::string> ids(Type type, const IndexTerm& term, const IndexSpan& span = {},
                               const std::optional<std::string>& after = {}) const {
    const auto view = rows_.view();
    std::vector<std::string> found;
    projections::IndexCursor cursor(*view, type, term, span, after);
    for (; cursor.valid(); cursor.next()) found.push_back(cursor.id());
    EXPECT_TRUE(cursor.status());
    return found;
  }
  void given_reading(const std::string& patient, const std::string& id, const std::string& date,
                     const std::string& code = "8480-6") {
    rows_.send("Patient/" + patient, Type::Observation, id, observation(id, date, {code, "1", ""}));
  }
  FoldedRows rows_;
};

TEST_F(SearchIndexTest, ACodeIsFoundOverAllPatientsNewestFirst) {
  given_reading("ana", "o1", "2024-01-01");
  given_reading("bob", "o2", "2024-03-01");
  given_reading("ana", "o3", "2024-02-01");
  given_reading("ana", "other", "2024-02-01", "1-8");

  EXPECT_THAT(ids(Type::Observation, projections::code_term("8480-6")),
              ElementsAre("o2", "o3", "o1"));
  EXPECT_THAT(ids(Type::Observation, projections::type_term()), SizeIs(4));
  EXPECT_THAT(ids(Type::Condition, projections::type_term()), IsEmpty());
}

TEST_F(SearchIndexTest, PartsOfAPanelAreFoundByTheirOwnCodes) {
  rows_.send("Patient/ana", Type::Observation, "bp",
             observation("bp", "2024-01-01", {"85354-9", "", ""}, {{"8480-6", "120", "mm[Hg]"}}));
  EXPECT_THAT(ids(Type::Observation, projections::code_term("8480-6")), IsEmpty());
  EXPECT_THAT(ids(Type::Observation,
                  projections::code_term("8480-6", projections::IndexTerm::By::component)),
              ElementsAre("bp"));
  EXPECT_THAT(ids(Type::Observation, projections::code_term("85354-9")), ElementsAre("bp"));
}

TEST_F(SearchIndexTest, APageGoesOnAfterItsLastRowAndDatesBoundTheScan) {
  for (const char* day : {"01", "02", "03", "04"})
    given_reading("ana", std::string("o") + day, std::string("2024-01-") + day);
  const auto term = projections::code_term("8480-6");
  EXPECT_THAT(ids(Type::Observation, term, {}, projections::index_order(at("2024-01-03"), "o03")),
              ElementsAre("o02", "o01"));
  EXPECT_THAT(ids(Type::Observation, term, {true, at("2024-01-02"), at("2024-01-04")}),
              ElementsAre("o03", "o02"));
}

TEST_F(SearchIndexTest, WhoIsReferredToFindsTheResourceAndLongSpansLieApart) {
  rows_.send("Patient/ana", Type::Encounter, "e1",
             encounter("e1", "2024-01-01T10:00:00Z", "2024-01-01T11:00:00Z", "p1"));
  rows_.send("Patient/bob", Type::Encounter, "e2", encounter("e2", "2024-01-01", "", "p1"));
  const auto term = projections::reference_term("p1");
  EXPECT_THAT(ids(Type::Encounter, term), ElementsAre("e1"));
  EXPECT_THAT(ids(Type::Encounter, term, {false, {}, {}}), ElementsAre("e2"));
  EXPECT_THAT(ids(Type::Encounter, projections::reference_term("p2")), IsEmpty());
}

TEST_F(SearchIndexTest, AChangedResourceLeavesNoRowBehind) {
  given_reading("ana", "o1", "2024-01-01");
  given_reading("ana", "o1", "2024-02-01", "1-8");
  EXPECT_THAT(rows_.rows("search_index"), SizeIs(2));
  EXPECT_THAT(ids(Type::Observation, projections::code_term("8480-6")), IsEmpty());
  rows_.remove("Patient/ana", Type::Observation, "o1");
  EXPECT_THAT(rows_.rows("search_index"), IsEmpty());
}

TEST_F(SearchIndexTest, AForgottenStreamTakesItsOwnRowsOnly) {
  given_reading("ana", "o1", "2024-01-01");
  given_reading("bob", "o2", "2024-01-01");
  rows_.forget("Patient/ana");
  EXPECT_THAT(ids(Type::Observation, projections::type_term()), ElementsAre("o2"));
  EXPECT_THAT(rows_.rows("search_index"), SizeIs(2));
}

TEST_F(SearchIndexTest, TheDirectoryHasNoRows) {
  rows_.send("directory", Type::Organization, "g1", organization("g1", "Saint Mary", "1"));
  EXPECT_THAT(rows_.rows("search_index"), IsEmpty());
}

// A bound on the scan by a date that is not the main one would lose hits.
TEST_F(SearchIndexTest, MainDateParametersAndIndexedCodesAreParametersOfTheirTypes) {
  using projections::search::ParameterKind;
  int dated = 0;
  for (const auto& table : projections::search::searched_types()) {
    for (const auto& parameter : table.own) {
      if (parameter.name == projections::main_date_parameter(table.type)) {
        EXPECT_EQ(parameter.kind, ParameterKind::date);
        ++dated;
      }
      if (!projections::code_rows(table.type, parameter.name).empty()) {
        EXPECT_EQ(parameter.kind, ParameterKind::token);
      }
    }
  }
  EXPECT_EQ(dated, 22);
}

// Rows of the same events would differ: change the version with the fingerprint.
TEST_F(SearchIndexTest, ChangedTablesAreANewVersion) {
  std::string tables;
  for (const auto type : events::all_types()) {
    tables += events::type_name(type);
    for (const auto* parameter : projections::search::reference_parameters(type))
      tables.append(" ").append(parameter->name);
    tables += "\n";
  }
  EXPECT_EQ(projections::SearchIndex().version(), 7u);
  EXPECT_EQ(projections::code_term(tables).hash, 13792635906229391751u) << tables;
}

// Some lead only to types that are not kept here (Account): no chain goes there.
TEST(ReferenceTargetsTest, EveryReferenceOfTheTablesLeadsSomewhereInR4) {
  using namespace projections::search;  // NOLINT: the tables
  for (const auto& table : searched_types()) {
    for (const auto& parameter : table.own) {
      if (parameter.kind == ParameterKind::reference) {
        const auto* defined =
            events::fhir::search_parameter(events::type_name(table.type), parameter.name);
        ASSERT_NE(defined, nullptr) << events::type_name(table.type) << "." << parameter.name;
        EXPECT_FALSE(defined->targets.empty())
            << events::type_name(table.type) << "." << parameter.name;
      }
    }
  }
  EXPECT_THAT(reference_targets(Type::Encounter, "location"), ElementsAre(Type::Location));
  EXPECT_THAT(reference_targets(Type::Observation, "code"), IsEmpty());
}

}  // namespace
}  // namespace tests
