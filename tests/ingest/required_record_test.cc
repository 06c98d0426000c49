// Chartlog-If-Record: who examined a record writes to it as it was, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using testing::HasSubstr;

class RequiredRecordTest : public testing::Test {
 protected:
  RequiredRecordTest() {
    for (const std::string id : {"p", "q"})
      EXPECT_EQ(door.send("PUT", "/fhir/Patient/" + id, patient(id, id)).status, 201);
  }
  ops::http::Response post(const std::string& patient_id, const std::string& record) {
    return door.post(transaction({entry("POST", "Condition", condition("Patient/" + patient_id))}),
                     {{"chartlog-if-record", record}, {"idempotency-key", "k" + record}});
  }
  Door door;
};

TEST_F(RequiredRecordTest, OnlyThatRecordWithThatManyCommitsIsWrittenTo) {
  EXPECT_EQ(post("p", "Patient/p@1").status, 200);
  const auto late = post("p", "Patient/p@0");
  EXPECT_EQ(late.status, 412);
  EXPECT_THAT(late.body, HasSubstr("has 2 commits, not 0"));
  const auto elsewhere = post("q", "Patient/p@2");
  EXPECT_EQ(elsewhere.status, 409);
  EXPECT_THAT(elsewhere.body, HasSubstr("another record"));
}

TEST_F(RequiredRecordTest, ARepeatHasTheFirstAnswerWhateverCameAfter) {
  const auto first = post("p", "Patient/p@1");
  EXPECT_EQ(post("p", "Patient/p@2").status, 200);
  EXPECT_EQ(post("p", "Patient/p@1").body, first.body);
}

// Also between the look of the way in and the judgement.
TEST_F(RequiredRecordTest, OfManyWhoExaminedTheSameRecordOneWrites) {
  constexpr int rounds = 20, people = 4;
  for (int round = 1; round <= rounds; ++round) {
    std::atomic<int> written = 0, late = 0;
    std::barrier start(people);
    {
      std::vector<std::jthread> all;
      for (int i = 0; i < people; ++i)
        all.emplace_back([&, i] {
          start.arrive_and_wait();
          const auto record = "Patient/p@" + std::to_string(round);
          const auto body = transaction({entry("POST", "Condition", condition("Patient/p"))});
          const auto key = std::to_string(round) + "-" + std::to_string(i);
          const auto status =
              door.post(body, {{"chartlog-if-record", record}, {"idempotency-key", key}}).status;
          written += status == 200;
          late += status == 412;
        });
    }
    ASSERT_EQ(written, 1) << round;
    ASSERT_EQ(late, people - 1) << round;
  }
}

TEST_F(RequiredRecordTest, WhatCannotBeHeldIsRefused) {
  for (const char* record : {"Patient/p", "Patient/p@", "@1", "Patient/p@x"})
    EXPECT_EQ(post("p", record).status, 400) << record;
  EXPECT_EQ(door.post(batch({}), {{"chartlog-if-record", "Patient/p@1"}}).status, 400);
}

}  // namespace
}  // namespace ingest::test
