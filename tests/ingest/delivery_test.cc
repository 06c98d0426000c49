// What the door says and does when the log does not answer as it should.
#include "ingest/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using events::MemoryLog;
using testing::HasSubstr;

// Waits for a condition, with a deadline.
template <class Condition>
bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(DeliveryTest, NothingIsWrittenWhenTheLogRefuses) {
  Door door;
  door.log.fail_next(MemoryLog::Fault::not_persisted);
  auto response = door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"));

  EXPECT_EQ(response.status, 503) << response.body;
  EXPECT_EQ(door.records(), 0u);
  EXPECT_EQ(door.send("PUT", "/fhir/Patient/ana", patient("1", "ana")).status, 201);
}

TEST(DeliveryTest, LostRecordIsSentAgainUntilItIsThere) {
  Door door;
  door.log.fail_next(MemoryLog::Fault::unknown_lost, 3);
  auto response = door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"));
  const std::string commit = header(response, "Chartlog-Commit");

  EXPECT_EQ(response.status, 504) << response.body;
  EXPECT_THAT(response.body, HasSubstr("/commits/" + commit));
  EXPECT_TRUE(comes_true([&] { return door.state_of(commit) == "accepted"; }));
  EXPECT_EQ(door.records(), 1u);
}

TEST(DeliveryTest, RecordThatHadLandedTwiceChangesNothingTwice) {
  Door door;
  door.log.fail_next(MemoryLog::Fault::unknown_landed);
  auto response = door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"));

  EXPECT_EQ(response.status, 504) << response.body;
  EXPECT_TRUE(comes_true([&] { return door.records() == 2; }));
  auto next = door.send("PUT", "/fhir/Patient/ana", patient("2", "ana"));
  EXPECT_EQ(header(next, "ETag"), "W/\"2\"") << next.body;
}

TEST(DeliveryTest, LaterCommitOfTheStreamWaitsBehindAnUnknownOne) {
  IntakeOptions options;
  options.outcome_timeout = std::chrono::milliseconds(300);
  Door door(options);
  door.log.fail_next(MemoryLog::Fault::unknown_lost, 1'000);
  ASSERT_EQ(door.send("PUT", "/fhir/Patient/ana", patient("1", "ana")).status, 504);

  auto later = door.send("PUT", "/fhir/Patient/ana", patient("2", "ana"));

  EXPECT_EQ(later.status, 503) << later.body;
  EXPECT_THAT(later.body, HasSubstr("unknown delivery"));
  EXPECT_EQ(door.records(), 0u);
}

TEST(DeliveryTest, LaterCommitGoesOnWhenTheUnknownOneIsThere) {
  Door door;
  door.log.fail_next(MemoryLog::Fault::unknown_lost, 2);
  ASSERT_EQ(door.send("PUT", "/fhir/Patient/ana", patient("1", "ana")).status, 504);

  auto later = door.send("PUT", "/fhir/Patient/ana", patient("2", "ana"));

  EXPECT_EQ(header(later, "ETag"), "W/\"2\"") << later.body;
}

TEST(DeliveryTest, LogThatTakesNoWritesIsSaidBeforeAnythingIsSealed) {
  Door door;
  door.log.set_write_problem("retention.ms has drifted");
  auto response = door.send("PUT", "/fhir/Patient/ana", patient("1", "ana"));

  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("retention.ms"));
}

TEST(DeliveryTest, TooManyUnansweredBytesAreRefusedBeforeAnythingIsWritten) {
  IntakeOptions options;
  options.outcome_timeout = std::chrono::milliseconds(200);
  options.pending_bytes_max = 10;
  Door door(options);
  door.log.hold();
  EXPECT_EQ(door.send("PUT", "/fhir/Patient/ana", patient("1", "ana")).status, 504);
  EXPECT_EQ(door.send("PUT", "/fhir/Patient/ben", patient("2", "ben")).status, 429);
  door.log.release();
  EXPECT_TRUE(comes_true([&] { return door.records() == 1; }));
}

}  // namespace
}  // namespace ingest::test
