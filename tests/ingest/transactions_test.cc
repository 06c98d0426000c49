// Transactions that change several patients' records: all of it becomes true, or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string two(const std::string& text, const std::string& more = {}) {
  return transaction({entry("PUT", "Condition/a", condition("Patient/ana", text, "a")),
                      entry("PUT", "Condition/b", condition("Patient/ben", text, "b"), {}, more)});
}

class TransactionsTest : public testing::Test {
 protected:
  std::string text_of(const std::string& id) { return door.read("Condition", id); }
  Door door;
};

TEST_F(TransactionsTest, TwoPatientsChangeInOneTransaction) {
  const auto response = door.post(two("gout"));

  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(text_of("a"), HasSubstr("gout"));
  EXPECT_THAT(text_of("b"), HasSubstr("gout"));
  EXPECT_EQ(door.state_of(header(response, "Chartlog-Commit")), "accepted");
  EXPECT_EQ(door.records(), 4u);  // two prepares, the decision and its copy
}

TEST_F(TransactionsTest, APreconditionThatFailsInOneRecordChangesNothingInTheOther) {
  ASSERT_EQ(door.post(two("gout")).status, 200);
  const auto response = door.post(two("asthma", R"("ifMatch":"W/\"7\"")"));

  EXPECT_EQ(response.status, 412) << response.body;
  EXPECT_THAT(response.body, HasSubstr("Bundle.entry[1]"));
  EXPECT_THAT(text_of("a"), HasSubstr("gout"));
  EXPECT_THAT(text_of("b"), HasSubstr("gout"));
  EXPECT_EQ(door.post(two("asthma")).status, 200);
}

TEST_F(TransactionsTest, ARepeatGetsTheFirstAnswer) {
  const auto first = door.post(two("gout"));
  ASSERT_EQ(door.post(two("asthma")).status, 200);
  const auto again = door.post(two("gout"));

  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(header(again, "Chartlog-Commit"), header(first, "Chartlog-Commit"));
  EXPECT_THAT(again.body, HasSubstr("/a/_history/1"));
  EXPECT_THAT(text_of("a"), HasSubstr("asthma"));
}

TEST_F(TransactionsTest, ARecordInWhichAllIsThereAlreadyTakesNoPart) {
  const std::string known =
      R"({"resourceType":"Condition","identifier":[{"system":"urn:test","value":"c"}],)"
      R"("subject":{"reference":"Patient/ana"}})";
  const std::string unless = R"("ifNoneExist":"identifier=urn:test|c")";
  ASSERT_EQ(door.send("POST", "/fhir/Condition", known).status, 201);
  const auto records = door.records();

  const auto response =
      door.post(transaction({entry("POST", "Condition", known, {}, unless),
                             entry("PUT", "Condition/b", condition("Patient/ben", "gout", "b"))}));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(door.records(), records + 1);  // an ordinary commit of ben's
  EXPECT_THAT(text_of("b"), HasSubstr("gout"));

  const auto nothing = door.post(transaction({entry("POST", "Condition", known, {}, unless)}));
  EXPECT_EQ(nothing.status, 200) << nothing.body;
  EXPECT_EQ(door.records(), records + 1);
}

TEST_F(TransactionsTest, UrnsLeadFromOneRecordToAnother) {
  const std::string ana = "urn:uuid:0b0b0b0b-0000-4000-8000-000000000001";
  const std::string ben = "urn:uuid:0b0b0b0b-0000-4000-8000-000000000002";
  const auto response = door.post(transaction(
      {entry("POST", "Patient", patient("1"), ana), entry("POST", "Patient", patient("2"), ben),
       entry("POST", "Condition", condition(ana)), entry("POST", "Condition", condition(ben)),
       entry("POST", "Organization", organization("o"))}));

  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(door.records(), 6u);  // three records, each prepared and decided
}

// Each in a different order of entries: no order of locks may end in all waiting for each other.
TEST_F(TransactionsTest, RivalsLeaveBothRecordsAlike) {
  std::atomic<int> accepted = 0;
  std::atomic<int> others = 0;
  std::vector<std::jthread> rivals;
  for (int rival = 0; rival < 4; ++rival) {
    rivals.emplace_back([&, rival] {
      for (int i = 0; i < 20; ++i) {
        const auto text = "text-" + std::to_string(rival) + "-" + std::to_string(i);
        auto a = entry("PUT", "Condition/a", condition("Patient/ana", text, "a"));
        auto b = entry("PUT", "Condition/b", condition("Patient/ben", text, "b"));
        if (rival % 2 == 1) std::swap(a, b);
        const auto response = door.post(transaction({a, b}));
        if (response.status == 200) {
          ++accepted;
        } else if (response.status == 409 && header(response, "Retry-After") == "1") {
          continue;
        } else {
          ++others;
        }
      }
    });
  }
  rivals.clear();

  EXPECT_GT(accepted, 0);
  EXPECT_EQ(others, 0);
  const auto text = [](const std::string& json) {
    const auto at = json.find("text-");
    return json.substr(at, json.find('"', at) - at);
  };
  EXPECT_EQ(text(text_of("a")), text(text_of("b")));
  EXPECT_THAT(text_of("a"), HasSubstr("\"versionId\":\"" + std::to_string(accepted) + "\""));
  EXPECT_THAT(text_of("b"), HasSubstr("\"versionId\":\"" + std::to_string(accepted) + "\""));
}

// What a node that died between the steps left on the log, and the keeper of one that lives.
class LeftTransactionsTest : public testing::Test {
 protected:
  static IntakeOptions quick() {
    IntakeOptions options;
    options.transaction_age_max = 0ms;
    options.transaction_check_interval = 10ms;
    return options;
  }
  events::CommitDraft draft_of(const std::string& patient) {
    auto draft = events::tests::draft_of(patient, documents);
    draft.transaction = {events::TransactionId({1}), events::tests::draft_of("ana", {}).stream};
    return draft;
  }
  void put(const events::CommitDraft& draft, std::string record) {
    door.log.put(door.node.home(draft), std::string(draft.stream.bytes()), std::move(record));
  }
  void prepare(const std::string& patient) {
    const auto draft = draft_of(patient);
    put(draft, door.node.sealer.build(draft)->records.front());
  }
  void decide_to_commit(const std::string& patient) {
    const auto draft = draft_of(patient);
    put(draft, door.node.sealer.decision(draft.stream, *draft.transaction,
                                         events::TransactionVerdict::commit));
  }
  bool within(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  bool is_accepted(const std::string& patient) {
    const auto draft = draft_of(patient);
    const auto status = door.shards->lookup().commit({door.node.home(draft), draft.commit});
    return status && status->state == events::CommitStatus::State::accepted;
  }
  std::size_t left() {
    return door.shards->lookup().undecided(events::KnownTime::max(), 10)->size();
  }

  Door door{quick()};
  const std::vector<std::string> documents = events::tests::some_documents(1, 100);
};

TEST_F(LeftTransactionsTest, WhatWasNotDecidedIsGivenUp) {
  prepare("ana");
  EXPECT_TRUE(within([&] { return door.records() == 2; }));  // the prepare and its abort
  EXPECT_TRUE(within([&] { return left() == 0; }));
  EXPECT_FALSE(is_accepted("ana"));
}

TEST_F(LeftTransactionsTest, WhatWasDecidedIsCarriedOutInTheOtherRecord) {
  door.log.hold();  // the keeper would give up what is not decided yet
  prepare("ana");
  prepare("ben");
  decide_to_commit("ana");
  door.log.release();
  EXPECT_TRUE(within([&] { return is_accepted("ana") && is_accepted("ben"); }));
  EXPECT_TRUE(within([&] { return left() == 0; }));
}

}  // namespace
}  // namespace ingest::test
