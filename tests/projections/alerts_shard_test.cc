// Alerts through the worker: borders of batches, crashes, a rebuild and a repair change nothing.
#include <gmock/gmock.h>

#include "projections/alerts.h"
#include "tests/projections/alert_facts.h"
#include "tests/projections/fixture.h"

namespace tests {
namespace {

using ::testing::IsEmpty;
using Type = events::ResourceType;

Act act(Type type, const std::string& id, const std::string& facts) {
  Act made;
  made.type = events::type_name(type);
  made.id = id;
  made.content = std::to_string(std::hash<std::string>()(facts));
  made.facts = facts;
  return made;
}

class AlertsShardTest : public ::testing::Test {
 protected:
  AlertsShardTest() { shards_.open(); }
  void takes(const std::string& id, const Order& of_drug, const std::string& who = "ana") {
    Request request;
    request.patient = who;
    request.acts = {act(Type::MedicationRequest, id, order(id, of_drug))};
    shards_.submit(request);
  }
  void know(const std::string& bytes) {
    Request request;
    request.stream = "settings/knowledge-0";
    request.acts = {act(Type::Setting, "knowledge", setting("made", bytes))};
    shards_.submit(request);
  }
  void live_through_changes() {
    shards_.submit({act(Type::Patient, "ana", patient("ana", {"R", "A", "1970-05-06", "female"})),
                    act(Type::MedicationRequest, "m1", order("m1", {"phenelzine"})),
                    act(Type::MedicationRequest, "m2", order("m2", {"fluoxetine"})),
                    create("c1")});  // of no interest, and the end of the commit
    know(without("onc-high-08"));
    takes("m3", {"simvastatin"});
    takes("b1", {"phenelzine"}, "ben");
    takes("b2", {"fluoxetine"}, "ben");
    know(bundle([](std::string&) {}));
    takes("b3", {"lisinopril"}, "ben");
    takes("m2", {"fluoxetine", "stopped"});
    shards_.settle();
  }
  ShardsFixture shards_;
};

TEST_F(AlertsShardTest, BordersOfBatchesAndCrashesChangeNothing) {
  live_through_changes();
  EXPECT_EQ(shards_.state_hash(), shards_.state_hash_of_fresh_fold(1));
  EXPECT_EQ(shards_.state_hash(), shards_.state_hash_of_fresh_fold(4u << 20));
  shards_.crash();
  shards_.open();
  shards_.settle();
  EXPECT_EQ(shards_.state_hash(), shards_.state_hash_of_fresh_fold(1));
}

TEST_F(AlertsShardTest, APatientFoldedAgainIsJudgedByWhatWasInForceThen) {
  live_through_changes();
  const auto before = shards_.state_hash();
  for (const char* who : {"ana", "ben"}) {
    projections::ParkedPatient patient;
    patient.projection = "alerts";
    patient.stream = shards_.stream(who);
    const auto repaired = shards_.shards->repair(patient);
    ASSERT_TRUE(repaired) << repaired.error().message;
  }
  EXPECT_EQ(shards_.state_hash(), before);
}

TEST_F(AlertsShardTest, ARebuildGivesTheSameRows) {
  live_through_changes();
  const auto before = shards_.state_hash();
  const auto rebuilt = shards_.shards->rebuild([](std::uint64_t, std::uint64_t) {});
  ASSERT_TRUE(rebuilt) << rebuilt.error().message;
  EXPECT_EQ(shards_.state_hash(), before);
}

TEST_F(AlertsShardTest, ACommitIsJudgedOnceAtItsEnd) {
  takes("m1", {"phenelzine"});
  // In between both would be on the list.
  shards_.submit(
      {act(Type::MedicationRequest, "m2", order("m2", {"fluoxetine"})),
       act(Type::MedicationRequest, "m1", order("m1", {"phenelzine", "entered-in-error"})),
       create("c1")});
  shards_.settle();
  const auto view = shards_.view();
  const auto found = projections::alerts_of(*view, shards_.stream("ana"), 10);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->in_force, IsEmpty());
  EXPECT_THAT(found->ended, IsEmpty());
  EXPECT_EQ(found->judged->position.offset.value, 1);
  const auto markers = view->rows().scan(view->family("alerts"), std::string(1, '\3'));
  EXPECT_FALSE(markers->valid());
}

}  // namespace
}  // namespace tests
