// How fresh what each site says of a patient is.
#include "projections/patient_sites.h"

#include <gmock/gmock.h>

#include "projections/as_of.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/folded_rows.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Type = events::ResourceType;

class PatientSitesTest : public ::testing::Test {
 protected:
  void sends(const std::string& site, const std::string& id, const std::string& patient = "ana") {
    rows_.send("Patient/" + patient, Type::Condition, id, condition(id, "name of " + id, "2020"),
               site);
  }
  // Site and the number of the event that it sent last, from 1.
  static std::vector<std::pair<std::string, std::int64_t>> sites(
      const projections::ShardView& view) {
    const auto found = projections::sites_of(view, FoldedRows::stream("Patient/ana"));
    EXPECT_TRUE(found.has_value());
    std::vector<std::pair<std::string, std::int64_t>> all;
    for (const auto& one : *found) all.emplace_back(one.site, one.last.time_since_epoch().count());
    return all;
  }
  FoldedRows rows_;
};

TEST_F(PatientSitesTest, EachSiteHasTheTimeAtWhichItLastRecordedSomething) {
  sends("north", "a");
  sends("north-east", "b");
  sends("", "c");
  sends("north", "d");

  EXPECT_THAT(sites(*rows_.view()),
              ElementsAre(Pair("", 3), Pair("north", 4), Pair("north-east", 2)));
}

TEST_F(PatientSitesTest, ASiteThatSaysTheSameAgainIsFresh) {
  sends("north", "a");
  sends("south", "a");

  EXPECT_THAT(sites(*rows_.view()), ElementsAre(Pair("north", 1), Pair("south", 2)));
}

TEST_F(PatientSitesTest, WhatConcernsAnotherPatientOrNoneIsNotThere) {
  sends("north", "a", "bea");
  rows_.send("directory", Type::Organization, "o", condition("o", "any", "2020"));

  EXPECT_THAT(sites(*rows_.view()), IsEmpty());
}

TEST_F(PatientSitesTest, AForgottenPatientHasNone) {
  sends("north", "a");
  rows_.forget("Patient/ana");

  EXPECT_THAT(rows_.rows("sites"), IsEmpty());
}

// The oracle is a snapshot taken then.
TEST_F(PatientSitesTest, AnEarlierMomentHasTheTimesOfThen) {
  std::vector<std::shared_ptr<const projections::ShardView>> then{rows_.view()};
  for (const char* site : {"south", "north", "north", "west", "south"}) {
    sends(site, "c" + std::to_string(then.size()));
    then.push_back(rows_.view());
  }
  for (const auto& earlier : then)
    EXPECT_EQ(sites(*projections::view_as_of(rows_.view(), earlier->next_offset())),
              sites(*earlier));
}

}  // namespace
}  // namespace tests
