#include "projections/access/access_model.h"

#include <gmock/gmock.h>

#include "events/access/access_log.h"
#include "events/log/memory_log.h"
#include "events/schema/clinical_generated.h"
#include "projections/access/access_fold.h"
#include "tests/temporary_folder.h"

namespace projections::access {
namespace {

using events::access::Entry;
using events::access::Record;
using events::access::RecordKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto patience = std::chrono::seconds(20);
constexpr std::int64_t start = 1'700'000'000'000'000;

class AccessModelTest : public ::testing::Test {
 protected:
  AccessModelTest() {
    secrets_.log_secret.fill(1);
    secrets_.master_key.fill(2);
    log_.set_time(events::KnownTime(events::Micros(start)));
    boot_ = BootId(std::array<std::uint8_t, 16>{9});
  }
  void open(bool keeps_records = false) {
    auto opened = AccessModel::open(folder_.path() / "access", log_, secrets_,
                                    {.keeps_records = keeps_records});
    ASSERT_TRUE(opened) << opened.error().message;
    model_ = std::move(*opened);
  }
  Record record(RecordKind kind) const {
    Record made;
    made.kind = kind;
    made.node = NodeId(std::array<std::uint8_t, 16>{5});
    made.boot = boot_;
    made.first = next_;
    return made;
  }
  void append(const Record& made) {
    log_.put({0}, "node", events::access::seal_record(made, secrets_.master_key));
  }
  void begin() { append(record(RecordKind::begin)); }
  Record group(std::initializer_list<Entry> entries) {
    Record made = record(RecordKind::entries);
    made.count = static_cast<std::uint32_t>(entries.size());
    for (const auto& one : entries) made.entries += encode(one);
    return made;
  }
  void given(std::initializer_list<Entry> entries) {
    append(group(entries));
    next_ += entries.size();
  }
  // `second` after the start.
  static Entry entry(std::string who, std::vector<std::string> patients, int second = 0) {
    Entry made;
    made.time = events::KnownTime(events::Micros(start) + std::chrono::seconds(second));
    made.subject = std::move(who);
    made.patients = std::move(patients);
    made.status = 200;
    made.resources.add(events::ResourceType::Condition, made.subject + "-c", {1});
    return made;
  }
  AccessPage find(const AccessQuestion& question) {
    EXPECT_TRUE(model_->reach_end(std::chrono::steady_clock::now() + patience));
    auto page = model_->find(question);
    EXPECT_TRUE(page) << page.error().message;
    return page ? std::move(*page) : AccessPage();
  }
  std::vector<std::string> who(const AccessQuestion& question) {
    std::vector<std::string> all;
    for (const auto& one : find(question).accesses) all.push_back(one.entry.subject);
    return all;
  }
  BootRow boot(std::size_t which = 0) {
    find({});
    return model_->boots()->at(which);
  }

  tests::TemporaryFolder folder_;
  events::Secrets secrets_;
  events::MemoryLog log_{1};
  BootId boot_;
  std::uint64_t next_ = 0;
  std::unique_ptr<AccessModel> model_;
};

TEST_F(AccessModelTest, AccessesAreFoundByPatientByUserAndByTimeNewestFirst) {
  open();
  begin();
  given({entry("a", {"ana"}, 0), entry("b", {"ana", "ben"}, 1)});
  given({entry("a", {"ben"}, 2), entry("c", {}, 3)});
  EXPECT_THAT(who({}), ElementsAre("c", "a", "b", "a"));
  EXPECT_THAT(who({.patient = "ana"}), ElementsAre("b", "a"));
  EXPECT_THAT(who({.patient = "ben"}), ElementsAre("a", "b"));
  EXPECT_THAT(who({.agent = "a"}), ElementsAre("a", "a"));
  EXPECT_THAT(who({.patient = "ben", .agent = "a"}), ElementsAre("a"));
  EXPECT_THAT(who({.patient = "nobody"}), IsEmpty());
  const events::KnownTime second_one(events::Micros(start) + std::chrono::seconds(1));
  EXPECT_THAT(who({.from = second_one}), ElementsAre("c", "a", "b"));
  EXPECT_THAT(who({.to = second_one}), ElementsAre("a"));
}

TEST_F(AccessModelTest, PagesMeetEachAccessOnce) {
  open();
  begin();
  for (int i = 0; i < 5; ++i)
    given({entry("u" + std::to_string(2 * i), {"ana"}),
           entry("u" + std::to_string(2 * i + 1), {"ana"})});
  std::vector<std::string> met;
  AccessQuestion question{.patient = "ana"};
  question.count = 3;
  while (true) {
    const auto page = find(question);
    for (const auto& one : page.accesses) met.push_back(one.entry.subject);
    given({entry("later", {"ana"})});  // moves nothing
    if (!page.next) break;
    EXPECT_THAT(page.accesses, SizeIs(3));
    question.after = page.next;
  }
  EXPECT_THAT(met, ElementsAre("u9", "u8", "u7", "u6", "u5", "u4", "u3", "u2", "u1", "u0"));
}

TEST_F(AccessModelTest, APageThatLooksAtTooManyEndsAndGoesOn) {
  open();
  begin();
  for (int i = 0; i < 6; ++i) given({entry(i == 0 ? "wanted" : "other", {})});
  AccessQuestion question;
  question.looked_at_max = 2;
  question.accepts = [](const Access& one) { return one.entry.subject == "wanted"; };
  std::size_t pages = 0, met = 0;
  do {
    const auto page = find(question);
    ++pages;
    met += page.accesses.size();
    question.after = page.next;
  } while (question.after);
  EXPECT_EQ(met, 1u);
  EXPECT_GE(pages, 3u);
}

TEST_F(AccessModelTest, ARecordThatWasAppendedTwiceCountsOnce) {
  open();
  begin();
  const auto twice = group({entry("a", {"ana"})});
  append(twice);
  append(twice);
  EXPECT_THAT(who({.patient = "ana"}), ElementsAre("a"));
  EXPECT_EQ(boot().entries, 1u);
  EXPECT_EQ(boot().lost_between, 0u);
}

TEST_F(AccessModelTest, NumbersThatAreMissingAreCounted) {
  open();
  begin();
  given({entry("a", {})});
  next_ += 3;  // they never arrived
  given({entry("b", {})});
  EXPECT_EQ(boot().lost_between, 3u);
  EXPECT_EQ(boot().entries, 5u);
}

TEST_F(AccessModelTest, WhatAKilledProcessLostIsCountedByTheNext) {
  open();
  begin();
  given({entry("a", {}), entry("b", {})});
  Record again = record(RecordKind::begin);
  again.boot = BootId(std::array<std::uint8_t, 16>{10});
  again.previous = boot_;
  again.handed_out = 7;
  again.first = 0;
  append(again);
  EXPECT_EQ(boot().lost_at_end, 5u);
  EXPECT_FALSE(boot().closed);
  EXPECT_TRUE(boot().has_successor);
  EXPECT_FALSE(boot(1).has_successor);
}

TEST_F(AccessModelTest, AProcessThatClosedSaysSo) {
  open();
  begin();
  append(record(RecordKind::end));
  EXPECT_TRUE(boot().closed);
}

TEST_F(AccessModelTest, ADamagedRecordIsCountedAndPassed) {
  open();
  begin();
  auto bytes = events::access::seal_record(group({entry("a", {"ana"})}), secrets_.master_key);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  log_.put({0}, "node", bytes);
  given({entry("b", {"ana"})});
  EXPECT_THAT(who({.patient = "ana"}), ElementsAre("b"));
  EXPECT_EQ(model_->progress()->damaged, 1u);
}

TEST_F(AccessModelTest, OneIsReadByItsPlaceAlsoAfterARestart) {
  open();
  begin();
  given({entry("a", {"ana"}), entry("b", {"ana"})});
  const auto place = find({.patient = "ana"}).accesses.at(0).place;
  model_.reset();
  open();
  const auto parsed = parse_place(to_text(place));
  ASSERT_TRUE(parsed);
  const auto read = model_->at(*parsed);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->entry.subject, "b");
  EXPECT_EQ((*read)->number, 1u);
  Place none = place;
  none.ordinal = 2;
  EXPECT_FALSE(model_->at(none)->has_value());
}

TEST_F(AccessModelTest, RecordsThatAreKeptAreReadWithoutTheLog) {
  open(true);
  begin();
  given({entry("a", {"ana"})});
  find({});
  log_.set_away("the broker is gone");
  const auto kept = model_->find({.patient = "ana"});
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_THAT(kept->accesses, SizeIs(1));
}

TEST_F(AccessModelTest, APlaceHasOneTextOnly) {
  for (const char* wrong : {"", "1", "1-2", "1-2-", "1-2-3-4", "-1-2-3", "1-2-x", "01-2-3",
                            "1-2-4294967296", "99999999999999999999-1-1"})
    EXPECT_FALSE(parse_place(wrong)) << wrong;
  EXPECT_TRUE(parse_place("1-2-3"));
}

TEST_F(AccessModelTest, AnOlderLogIsRefusedByName) {
  open();
  begin();
  find({});
  model_.reset();
  log_.truncate({0}, {0});
  const auto opened = AccessModel::open(folder_.path() / "access", log_, secrets_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, events::ErrorCode::precondition_failed);
}

}  // namespace
}  // namespace projections::access
