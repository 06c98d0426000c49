#include "projections/patient_directory.h"

#include <gmock/gmock.h>

#include "tests/projections/facts_builder.h"
#include "tests/projections/folded_rows.h"

namespace tests {
namespace {

using projections::PatientQuery;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Type = events::ResourceType;

class PatientDirectoryTest : public ::testing::Test {
 protected:
  void given(const std::string& id, const Person& person) {
    rows_.send("Patient/" + id, Type::Patient, id, patient(id, person));
  }
  std::vector<std::string> found(const PatientQuery& query) const {
    const auto hits = projections::find_patients(*rows_.view(), query);
    EXPECT_TRUE(hits);
    std::vector<std::string> ids;
    for (const auto& hit : *hits) ids.push_back(hit.id);
    return ids;
  }
  std::vector<std::string> named(const std::string& text, bool exact = false) const {
    PatientQuery query;
    query.names = {{{projections::NameCriterion::Part::any, text, exact}}};
    return found(query);
  }
  std::vector<std::string> born(const std::string& date,
                                projections::DateCriterion::Prefix prefix) const {
    PatientQuery query;
    const auto time = when(date);
    query.birth_dates = {{{prefix, events::Micros(time->low), events::Micros(time->high)}}};
    return found(query);
  }
  FoldedRows rows_;
};

TEST_F(PatientDirectoryTest, NamesAreFoundByPrefixOfAnyWordWhateverCaseAndAccents) {
  given("p1", {"Müller-Łukasz", "José", "1970-01-01", "male", "1"});
  given("p2", {"Miller", "Ann", "1970-01-01", "female", "2"});

  EXPECT_THAT(named("mull"), ElementsAre("p1"));
  EXPECT_THAT(named("LUKASZ"), ElementsAre("p1"));
  EXPECT_THAT(named("jose"), ElementsAre("p1"));
  EXPECT_THAT(named("iller"), IsEmpty());
  EXPECT_THAT(named("Miller", true), ElementsAre("p2"));
  EXPECT_THAT(named("miller", true), IsEmpty());
}

TEST_F(PatientDirectoryTest, AnIdentifierIsFoundWithItsSystemOrAny) {
  given("p1", {"A", "B", "", "", "123"});
  PatientQuery query;
  query.identifiers = {{{"urn:mrn", "123"}}};
  EXPECT_THAT(found(query), ElementsAre("p1"));
  query.identifiers = {{{std::nullopt, "123"}}};
  EXPECT_THAT(found(query), ElementsAre("p1"));
  query.identifiers = {{{"urn:other", "123"}}};
  EXPECT_THAT(found(query), IsEmpty());
  query.identifiers = {{{"", "123"}}};
  EXPECT_THAT(found(query), IsEmpty());
  query.identifiers = {{{"urn:mrn", ""}}};
  EXPECT_THAT(found(query), ElementsAre("p1"));
}

TEST_F(PatientDirectoryTest, BirthDatesAreComparedAsSpans) {
  given("p1", {"A", "", "1970-05-06", "", ""});
  given("p2", {"B", "", "1971", "", ""});
  using Prefix = projections::DateCriterion::Prefix;

  EXPECT_THAT(born("1970", Prefix::eq), ElementsAre("p1"));
  EXPECT_THAT(born("1971-03", Prefix::eq), IsEmpty());
  EXPECT_THAT(born("1970-05-06", Prefix::gt), ElementsAre("p2"));
  EXPECT_THAT(born("1971", Prefix::le), ElementsAre("p1", "p2"));
}

TEST_F(PatientDirectoryTest, AllCriteriaMustHoldAndAlternativesAreEither) {
  given("p1", {"Reed", "Ann", "", "female", "1"});
  given("p2", {"Reed", "Bob", "", "male", "2"});
  PatientQuery query;
  query.names = {{{projections::NameCriterion::Part::family, "reed"}}};
  query.genders = {{"female", "other"}};
  EXPECT_THAT(found(query), ElementsAre("p1"));
  query.genders.clear();
  query.ids = {{"p2", "p9"}};
  EXPECT_THAT(found(query), ElementsAre("p2"));
}

TEST_F(PatientDirectoryTest, AChangedOrDeletedPatientIsNotFoundByWhatItWas) {
  given("p1", {"Old", "", "1970-01-01", "", "1"});
  given("p1", {"New", "", "1980-01-01", "", "2"});
  EXPECT_THAT(named("old"), IsEmpty());
  EXPECT_THAT(named("new"), ElementsAre("p1"));

  rows_.remove("Patient/p1", Type::Patient, "p1");
  EXPECT_THAT(rows_.rows("patients"), IsEmpty());
}

TEST_F(PatientDirectoryTest, AForgottenStreamLeavesNoRowBehind) {
  given("p1", {"Reed", "Ann", "1970-01-01", "female", "1"});
  given("p2", {"Reed", "Bob", "1970-01-01", "male", "2"});
  rows_.forget("Patient/p1");

  EXPECT_THAT(found({}), ElementsAre("p2"));
  rows_.forget("Patient/p2");
  EXPECT_THAT(rows_.rows("patients"), IsEmpty());
}

}  // namespace
}  // namespace tests
