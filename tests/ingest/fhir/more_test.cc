// Rare elements that search asks for: kept, and under a name that search knows.
#include "ingest/fhir/more.h"

#include "projections/search/search_parameters.h"
#include "tests/ingest/fhir/mapped.h"

namespace ingest::fhir {
namespace {

namespace search = projections::search;
using test::mapped;

TEST(FhirMore, EveryKeptParameterHasItsLineInTheSearchTables) {
  EXPECT_GT(kept_parameters().size(), 80u);
  for (const KeptParameter& kept : kept_parameters()) {
    if (kept.parameter == "alias" || kept.type == events::ResourceType::Patient) continue;
    const auto* table = search::search_table(kept.type);
    ASSERT_NE(table, nullptr);
    EXPECT_NE(search::find_parameter(*table, kept.parameter), nullptr)
        << events::type_name(kept.type) << " " << kept.parameter;
  }
}

const schema::MoreT* more_of(const schema::FactsT& facts, std::string_view parameter) {
  for (const auto& one : facts.more) {
    if (one->parameter == parameter) return one.get();
  }
  return nullptr;
}

TEST(FhirMore, AnElementIsFoundBelowListsAndByTheFormOfItsChoice) {
  const auto result = test::mapped_quoted(
      "{'resourceType':'Goal','lifecycleStatus':'active','description':{'text':'x'},"
      "'subject':{'reference':'Patient/1'},'target':[{'dueDate':'2024-05'},"
      "{'dueDuration':{'value':3}},{'dueDate':'2025-01-02'}]}");
  EXPECT_THAT(result.messages(), ::testing::IsEmpty());
  const auto* due = more_of(result.facts, "target-date");
  ASSERT_NE(due, nullptr);
  ASSERT_EQ(due->dates.size(), 2u);
  EXPECT_EQ(due->dates[0]->text, "2024-05");
  EXPECT_EQ(due->dates[1]->text, "2025-01-02");
}

TEST(FhirMore, ReferencesAreResolvedAndWhatIsNotThereCostsNothing) {
  const auto result = test::mapped_quoted(
      "{'resourceType':'Encounter','status':'finished','class':{'code':'AMB'},"
      "'partOf':{'reference':'Encounter/7'}}");
  EXPECT_THAT(result.messages(), ::testing::IsEmpty());
  ASSERT_EQ(result.facts.more.size(), 1u);
  EXPECT_EQ(test::target_of(result.facts.more[0]->references), "Encounter/7");
}

TEST(FhirMore, ATaskKeepsItsFocusApartFromWhatElseItRefersTo) {
  const auto result = test::mapped_quoted(
      "{'resourceType':'Task','status':'requested','intent':'order',"
      "'for':{'reference':'Patient/1'},'focus':{'reference':'Observation/7'},"
      "'basedOn':[{'reference':'ServiceRequest/8'}],'lastModified':'2024-05-01'}");
  EXPECT_THAT(result.messages(), ::testing::IsEmpty());
  ASSERT_NE(more_of(result.facts, "focus"), nullptr);
  EXPECT_EQ(test::target_of(more_of(result.facts, "focus")->references), "Observation/7");
  EXPECT_EQ(more_of(result.facts, "modified")->dates.at(0)->text, "2024-05-01");
}

// Found by the search oracle: CarePlan's scheduledString is no date.
TEST(FhirMore, AFormThatTheParameterCannotCompareIsNotKept) {
  const auto result = test::mapped_quoted(
      "{'resourceType':'CarePlan','status':'active','intent':'plan',"
      "'subject':{'reference':'Patient/1'},'activity':[{'detail':{'status':'scheduled',"
      "'scheduledString':'2011-06-27'}}]}");
  EXPECT_THAT(result.messages(), ::testing::IsEmpty());
  EXPECT_EQ(more_of(result.facts, "activity-date"), nullptr);
}

// Found by the search oracle: onset_text has an Age's words as well.
TEST(FhirMore, AnOnsetInWordsIsAStringAlone) {
  const auto age = test::mapped_quoted(
      "{'resourceType':'Condition','subject':{'reference':'Patient/1'},"
      "'onsetAge':{'value':52,'unit':'a'},'abatementString':'around April'}");
  EXPECT_THAT(age.messages(), ::testing::IsEmpty());
  EXPECT_EQ(more_of(age.facts, "onset-info"), nullptr);
  ASSERT_NE(more_of(age.facts, "abatement-string"), nullptr);
  EXPECT_EQ(more_of(age.facts, "abatement-string")->texts.front(), "around April");
}

TEST(FhirMore, AnAssertedDateIsUsCoresExtension) {
  const auto condition = test::fields_of<schema::ConditionT>(
      "{'resourceType':'Condition','subject':{'reference':'Patient/1'},'extension':[{'url':"
      "'http://hl7.org/fhir/StructureDefinition/condition-assertedDate','valueDateTime':'2024'}]}");
  EXPECT_EQ(test::text_of(condition.asserted), "2024");
}

}  // namespace
}  // namespace ingest::fhir
