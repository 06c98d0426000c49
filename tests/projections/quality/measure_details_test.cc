// What a patient's evaluation gives besides population counts: observations, strata, supplemental
// data, the resources it rests on, the value of each definition.
#include <gmock/gmock.h>

#include "projections/quality/literal_text.h"
#include "projections/quality/record.h"
#include "projections/quality/terminology.h"
#include "tests/projections/quality/deck.h"
#include "tests/projections/quality/small_measure.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<Stay> four_stays{
    {"short", 2}, {"long", 5}, {"planned", 9, "planned"}, {"emergency", 7, "finished", "EMER"}};

// Of the four stays, in the period 2025; results refer to the bundle, which therefore stays.
class MeasureDetailsTest : public ::testing::Test {
 protected:
  MeasureCounts evaluate(Detail detail, const std::vector<std::string>& broken = {}) {
    measure_.emplace_back(stays(broken));
    auto found = measure_.back().evaluate(record_, period_of("2025-01-01", "2025-12-31"), detail);
    if (!found) ADD_FAILURE() << found.error().message;
    return found ? std::move(*found) : MeasureCounts();
  }
  const json::value bundle_ = patient_with(four_stays);
  const Record record_{bundle_};
  std::vector<Measure> measure_;
};

std::vector<std::string> values_of(const ObservedValues& observed) {
  std::vector<std::string> values;
  for (const auto& value : observed.values) values.push_back(value.to_text());
  return values;
}
std::vector<std::size_t> counts_of(const std::vector<PopulationCount>& populations) {
  std::vector<std::size_t> counts;
  for (const auto& population : populations) counts.push_back(population.count);
  return counts;
}
// "true: 2 1 0"
std::vector<std::string> strata_of(const StratifierCount& stratifier) {
  std::vector<std::string> strata;
  for (const auto& stratum : stratifier.strata) {
    auto& text = strata.emplace_back();
    for (const auto& value : stratum.values) text += value.text + ":";
    for (const auto count : counts_of(stratum.populations)) text += " " + std::to_string(count);
  }
  return strata;
}
std::vector<std::string> references_of(const MeasureCounts& counts) {
  std::vector<std::string> references;
  for (const auto& each : counts.evaluated_resources)
    references.push_back(each.reference + "|" + each.version);
  return references;
}

TEST_F(MeasureDetailsTest, ObservationsAreOfThoseInThePopulationThatAreNotExcluded) {
  const auto group = evaluate(Detail::counts).groups[0];

  EXPECT_THAT(counts_of(group.populations), ElementsAre(4, 3, 1));
  EXPECT_EQ(group.observations[0].of, "measure-population");
  EXPECT_THAT(values_of(group.observations[0]), ElementsAre("2.0", "5.0"));
}

TEST_F(MeasureDetailsTest, StrataAreByMembershipInAListOrByValue) {
  const auto group = evaluate(Detail::counts).groups[0];

  ASSERT_EQ(group.stratifiers.size(), 2u);
  EXPECT_THAT(strata_of(group.stratifiers[0]), ElementsAre("false: 1 1 0", "true: 3 2 1"));
  EXPECT_THAT(values_of(group.stratifiers[0].strata[1].observations[0]), ElementsAre("5.0"));
  EXPECT_THAT(strata_of(group.stratifiers[1]), ElementsAre("female: 4 3 1"));
}

TEST_F(MeasureDetailsTest, AStratifierWithoutExpressionIsLeftOutWithAWarning) {
  evaluate(Detail::counts);

  EXPECT_THAT(measure_.back().definition().warnings, ElementsAre(HasSubstr("\"empty\"")));
}

TEST_F(MeasureDetailsTest, WhatCannotBeCompiledOfStratifiersAndSupplementalDataIsLeftOut) {
  auto resource = stays_measure();
  resource.at("supplementalData").at(0).at("criteria").as_object()["expression"] = "Nowhere";
  resource.at("group").at(0).at("stratifier").at(0).at("criteria").as_object()["expression"] =
      "Nobody";
  const std::vector<json::value> libraries{stays_library()};
  const Terminology none;
  const auto measure = Measure::load(resource, libraries, "M", none);

  ASSERT_TRUE(measure) << measure.error().message;
  EXPECT_THAT(measure->definition().warnings, Contains(HasSubstr("\"Nowhere\"")));
  EXPECT_THAT(measure->definition().warnings, Contains(HasSubstr("\"Nobody\"")));
  EXPECT_EQ(measure->definition().supplemental_data.size(), 1u);
  EXPECT_EQ(measure->definition().groups[0].stratifiers.size(), 1u);
}

TEST_F(MeasureDetailsTest, EvaluatedResourcesSayForWhichCriteriaTheyWereRetrieved) {
  EXPECT_THAT(references_of(evaluate(Detail::counts)), IsEmpty());
  const auto counts = evaluate(Detail::report);

  ASSERT_THAT(references_of(counts),
              ElementsAre("Encounter/short|2", "Encounter/long|2", "Encounter/planned|2",
                          "Encounter/emergency|2", "Patient/p|"));
  EXPECT_THAT(counts.evaluated_resources[0].criteria, ElementsAre("ip", "mp", "mpx", "by-length"));
  EXPECT_THAT(counts.evaluated_resources[4].criteria, ElementsAre("by-sex"));
}

TEST_F(MeasureDetailsTest, SupplementalDataIsWhatItsDefinitionGave) {
  const auto counts = evaluate(Detail::report);

  ASSERT_EQ(counts.supplemental_data.size(), 2u);
  EXPECT_EQ(counts.supplemental_data[0].definition->text, "SDE Sex");
  EXPECT_EQ(literal_text(counts.supplemental_data[0].value), "'female'");
  EXPECT_EQ(counts.supplemental_data[1].definition->usage, "risk-adjustment-factor");
  EXPECT_EQ(counts.supplemental_data[1].value.list().size(), 4u);
}

TEST_F(MeasureDetailsTest, AStratifierOrSupplementalDataThatFailsCostsNotTheCounts) {
  const auto counts = evaluate(Detail::report, {"Sex"});

  EXPECT_THAT(counts_of(counts.groups[0].populations), ElementsAre(4, 3, 1));
  EXPECT_THAT(counts.groups[0].stratifiers[1].strata, IsEmpty());
  EXPECT_THAT(counts.messages, ElementsAre(HasSubstr("stratifier by-sex: "),
                                           HasSubstr("supplemental data sde-sex: ")));
}

TEST_F(MeasureDetailsTest, AnObservationThatFailsIsThePatientsError) {
  const auto found = stays({"Days"}).evaluate(record_, period_of("2025-01-01", "2025-12-31"));

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, events::ErrorCode::unprocessable);
}

TEST_F(MeasureDetailsTest, EveryDefinitionHasItsValueOrItsError) {
  const auto definitions = evaluate(Detail::explain, {"Sex"}).definitions;

  std::vector<std::string> names;
  for (const auto& each : definitions) names.push_back(each.library + "." + each.name);
  EXPECT_THAT(names, ElementsAre("M.Emergency", "M.Finished", "M.Long", "M.Sex", "M.Visits"));
  EXPECT_EQ(definitions[1].value.list().size(), 3u);
  EXPECT_THAT(definitions[3].error, HasSubstr("element"));
  EXPECT_EQ(definitions[4].error, "");
}

TEST_F(MeasureDetailsTest, AnEncounterThatARecordBringsTwiceIsCountedOnce) {
  auto twice = four_stays;
  twice.push_back(four_stays[0]);
  const auto bundle = patient_with(twice);
  const Record record(bundle);
  const auto found = stays().evaluate(record, period_of("2025-01-01", "2025-12-31"));

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(counts_of(found->groups[0].populations), ElementsAre(4, 3, 1));
}

TEST_F(MeasureDetailsTest, CountsOfManyAddUpByStratum) {
  const auto other_bundle = patient_with({{"x", 4}}, "q", "male");
  const Record other(other_bundle);
  const auto measure = stays();
  auto total = measure.no_counts();
  for (const auto* record : {&record_, &other}) {
    const auto found = measure.evaluate(*record, period_of("2025-01-01", "2025-12-31"));
    ASSERT_TRUE(found) << found.error().message;
    add_group(total[0], found->groups[0]);
  }

  EXPECT_THAT(counts_of(total[0].populations), ElementsAre(5, 4, 1));
  EXPECT_THAT(values_of(total[0].observations[0]), ElementsAre("2.0", "5.0", "4.0"));
  EXPECT_THAT(strata_of(total[0].stratifiers[1]), ElementsAre("female: 4 3 1", "male: 1 1 0"));
}

TEST(MeasureDefinitionTest, WhereCodeAndDisplaySayOppositeThingsTheDirectionIsUnclear) {
  const auto direction_of = [](const std::string& code, const std::string& display) {
    auto resource = stays_measure();
    resource["improvementNotation"] =
        json::object{{"coding", json::array{json::object{{"code", code}, {"display", display}}}}};
    return read_measure(resource)->groups[0].direction;
  };
  EXPECT_EQ(direction_of("decrease", "increase"), Direction::unclear);
  EXPECT_EQ(direction_of("decrease", "Decreased score indicates improvement"), Direction::decrease);
  EXPECT_EQ(direction_of("increase", ""), Direction::increase);
}

TEST(MeasureDefinitionTest, EverythingThatIsWrongWithItIsSaid) {
  auto resource = stays_measure();
  auto& populations = resource.at("group").at(0).at("population").as_array();
  populations[0].as_object()["criteria"] = json::object();
  populations[3].at("extension").at(0).as_object()["valueString"] = "Mode";
  populations[3].at("extension").at(1).as_object()["valueString"] = "nowhere";

  const auto read = read_measure(resource);

  ASSERT_FALSE(read);
  for (const auto* problem : {"3 problems", "\"ip\" has no code", "\"Mode\"", "\"nowhere\""})
    EXPECT_THAT(read.error().message, HasSubstr(problem));
}

}  // namespace
}  // namespace projections::quality::test
