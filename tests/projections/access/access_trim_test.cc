// Old accesses leave their log: what then is known of them, and that nothing else may leave it.
#include <gmock/gmock.h>

#include <map>

#include "events/access/access_log.h"
#include "events/log/memory_log.h"
#include "projections/access/access_trimmer.h"
#include "projections/store_limits.h"
#include "tests/temporary_folder.h"

namespace projections::access {
namespace {

using events::KnownTime;
using events::Offset;
using events::access::Entry;
using events::access::Record;
using events::access::RecordKind;
using std::chrono::days;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto trim_patience = std::chrono::seconds(30);
constexpr std::uint32_t kept_days = 10;

KnownTime day(int number) {
  return KnownTime(std::chrono::floor<days>(KnownTime(events::Micros(1'700'000'000'000'000)))) +
         days(number);
}

using AllRows = std::map<std::pair<std::uint32_t, std::string>, std::string>;

// With and without copies of the records beside the index.
class AccessTrimTest : public ::testing::TestWithParam<bool> {
 protected:
  AccessTrimTest() {
    secrets_.log_secret.fill(1);
    secrets_.master_key.fill(2);
    begin(1);
  }
  static BootId boot_of(int number) {
    return BootId(std::array<std::uint8_t, 16>{static_cast<std::uint8_t>(number)});
  }
  void put(const Record& record) {
    log_.put({0}, "node", events::access::seal_record(record, secrets_.master_key));
  }
  Record record(RecordKind kind) const {
    Record made;
    made.kind = kind;
    made.node = NodeId(std::array<std::uint8_t, 16>{5});
    made.boot = boot_;
    made.first = next_;
    return made;
  }
  // A process of the node, after the one before it had given `handed_out` numbers.
  void begin(int number, int on = 0, std::uint64_t handed_out = 0) {
    log_.set_time(day(on));
    const auto before = boot_;
    boot_ = boot_of(number);
    next_ = 0;
    auto made = record(RecordKind::begin);
    made.previous = number == 1 ? BootId() : before;
    made.handed_out = handed_out;
    made.retention_days = kept_days;
    put(made);
  }
  void end(int on) {
    log_.set_time(day(on));
    put(record(RecordKind::end));
  }
  void looked(int on, const std::string& who, const std::string& patient = "ana") {
    Entry entry;
    entry.time = day(on);
    entry.subject = who;
    entry.patients = {patient};
    entry.status = 200;
    auto made = record(RecordKind::entries);
    made.count = 1;
    made.entries = encode(entry);
    log_.set_time(day(on));
    put(made);
    ++next_;
  }
  void lose(std::uint64_t numbers) { next_ += numbers; }
  void damage(int on) {
    log_.set_time(day(on));
    log_.put({0}, "node", "no record");
  }

  std::filesystem::path directory(const std::string& name) const { return folder_.path() / name; }
  Result<std::unique_ptr<AccessModel>> try_open(const std::string& name = "live") {
    return AccessModel::open(
        directory(name), log_, secrets_,
        {.keeps_records = GetParam(), .head_interval = std::chrono::milliseconds(0)});
  }
  void open(const std::string& name = "live") {
    auto opened = try_open(name);
    ASSERT_TRUE(opened) << opened.error().message;
    model_ = std::move(*opened);
    reach();
  }
  void reach() {
    const auto reached = model_->reach_end(std::chrono::steady_clock::now() + trim_patience);
    ASSERT_TRUE(reached) << reached.error().message;
  }
  Status trim_on(
      int on, const std::function<bool()>& stopped = [] { return false; }) {
    log_.set_time(day(on));
    put(record(RecordKind::entries));  // it is alive: the log's clock goes on
    AccessTrimmer trimmer({.retention_days = kept_days,
                           .node = NodeId(std::array<std::uint8_t, 16>{5}),
                           .boot = boot_,
                           .now = [this, on] { return now_.value_or(day(on)); },
                           .records_at_once = records_at_once_},
                          log_, *model_, secrets_);
    return trimmer.trim(stopped);
  }
  std::vector<std::string> who(const AccessQuestion& question = {}) {
    reach();
    std::vector<std::string> all;
    const auto page = model_->find(question);
    EXPECT_TRUE(page) << page.error().message;
    if (page) {
      for (const auto& one : page->accesses) all.push_back(one.entry.subject);
    }
    return all;
  }
  Horizon horizon() {
    reach();
    return model_->horizon()->value_or(Horizon());
  }
  std::uint64_t lost() {
    std::uint64_t all = horizon().notice.lost;
    const auto boots = model_->boots();
    for (const auto& one : *boots) all += one.lost();
    return all;
  }
  // Closes the model.
  AllRows rows(const std::string& name) {
    reach();
    model_.reset();
    AllRows all;
    auto store =
        Store::open({directory(name), access_families(), make_shared_resources(StoreLimits())});
    for (std::uint32_t i = 0; i < access_families().size(); ++i) {
      const auto found = (*store)->snapshot();
      for (const auto row = found->scan({i}, {}); row->valid(); row->next())
        all[{i, std::string(row->key())}] = std::string(row->value());
    }
    return all;
  }

  tests::TemporaryFolder folder_;
  events::Secrets secrets_;
  events::MemoryLog log_{1};
  BootId boot_;
  std::uint64_t next_ = 0;
  std::size_t records_at_once_ = 20'000;
  std::optional<KnownTime> now_;
  std::unique_ptr<AccessModel> model_;
};

TEST_P(AccessTrimTest, WhatIsOlderThanTheRetentionLeavesTheRowsAndTheLogAndANoticeSaysSo) {
  looked(1, "old");
  looked(5, "new");
  open();
  ASSERT_TRUE(trim_on(15));
  EXPECT_THAT(who(), ElementsAre("new"));
  EXPECT_THAT(who({.patient = "ana"}), ElementsAre("new"));
  EXPECT_THAT(who({.agent = "old"}), IsEmpty());
  EXPECT_EQ(log_.first({0}), Offset{2}) << "the record that the process begins, and the old access";
  EXPECT_EQ(horizon().notice.before, day(5));
  EXPECT_EQ(horizon().notice.entries, 1u);
  EXPECT_EQ(horizon().notice.retention_days, kept_days);
  EXPECT_EQ(lost(), 0u) << "what was let go is not lost";
}

TEST_P(AccessTrimTest, WhatIsStillToBeKeptStays) {
  looked(5, "new");
  open();
  ASSERT_TRUE(trim_on(10));
  EXPECT_THAT(who(), ElementsAre("new"));
  EXPECT_FALSE(*model_->horizon());
  EXPECT_EQ(log_.first({0}), Offset{0});
}

TEST_P(AccessTrimTest, AClockThatRunsAheadAloneLetsNothingGo) {
  looked(1, "old");
  open();
  now_ = day(4'000);
  ASSERT_TRUE(trim_on(5));
  EXPECT_THAT(who(), ElementsAre("old")) << "the node's clock runs ahead";
  now_ = day(6);
  ASSERT_TRUE(trim_on(4'000));
  EXPECT_THAT(who(), ElementsAre("old")) << "the log's clock runs ahead";
}

// Losses before, across and after the cut, a process that was killed and one that ended in order.
TEST_P(AccessTrimTest, RowsAreEqualWhetherOrNotOneHasReadWhatWent) {
  looked(1, "a");
  lose(2);
  looked(1, "b", "ben");
  damage(2);
  begin(2, 2, 5);  // one was lost at the end of the first
  looked(2, "c");
  end(3);
  begin(3, 3, 1);
  looked(4, "d");
  lose(3);
  looked(6, "e");
  begin(4, 6, 7);  // two of the third
  looked(7, "f");
  open();
  const auto before = lost();
  EXPECT_EQ(before, 2u + 1u + 3u + 2u);
  ASSERT_TRUE(trim_on(15));
  EXPECT_THAT(who(), ElementsAre("f", "e"));
  EXPECT_EQ(lost(), before);
  EXPECT_EQ(model_->progress()->damaged, 1u);
  const auto live = rows("live");
  open("fresh");
  EXPECT_EQ(lost(), before);
  EXPECT_EQ(model_->progress()->damaged, 1u);
  EXPECT_EQ(rows("fresh"), live);
}

// As when its log was removed, and the index with it.
TEST_P(AccessTrimTest, AProcessWhosePredecessorIsNotOnTheLogSaysSo) {
  begin(7, 0, 40);
  open();
  EXPECT_FALSE(model_->boots()->at(1).misses_previous) << "the first is there";
  model_.reset();
  boot_ = boot_of(99);
  begin(8, 0, 40);
  open();
  EXPECT_TRUE(model_->boots()->at(2).misses_previous);
  EXPECT_EQ(model_->boots()->at(2).lost_before, 40u);
}

TEST_P(AccessTrimTest, AProcessWhosePredecessorWasLetGoMissesNothing) {
  looked(1, "old");
  end(1);
  begin(2, 13, 1);
  open();
  ASSERT_TRUE(trim_on(15));
  EXPECT_THAT(who(), IsEmpty());
  const auto live = rows("live");
  open("fresh");
  const auto boots = model_->boots();
  for (const auto& one : *boots) EXPECT_FALSE(one.misses_previous);
  EXPECT_EQ(lost(), 0u);
  EXPECT_EQ(rows("fresh"), live);
}

TEST_P(AccessTrimTest, SeveralNoticesComeToTheSameAsOne) {
  for (int on = 1; on < 8; ++on) looked(on, "u" + std::to_string(on));
  records_at_once_ = 2;
  open();
  ASSERT_TRUE(trim_on(15));
  EXPECT_THAT(who(), ElementsAre("u7", "u6", "u5"));
  EXPECT_EQ(horizon().notice.entries, 4u);
  EXPECT_EQ(horizon().notice.before, day(5));
  EXPECT_EQ(log_.first({0}), Offset{5});
  ASSERT_TRUE(trim_on(17));
  EXPECT_EQ(horizon().notice.entries, 6u);
  const auto live = rows("live");
  open("fresh");
  EXPECT_EQ(rows("fresh"), live);
}

TEST_P(AccessTrimTest, ACrashBetweenNoticeAndCutLeavesTheRestForTheNextTime) {
  looked(1, "old");
  looked(5, "new");
  open();
  int asked = 0;
  ASSERT_TRUE(trim_on(15, [&] { return asked++ > 0; }));
  ASSERT_EQ(log_.first({0}), Offset{0});
  model_.reset();
  open("fresh");  // reads all, and the notice
  EXPECT_THAT(who(), ElementsAre("new"));
  ASSERT_TRUE(trim_on(15));
  EXPECT_EQ(log_.first({0}), Offset{2});
}

TEST_P(AccessTrimTest, RowsThatEndBehindTheCutBeginAnew) {
  looked(1, "old");
  open("slow");
  model_.reset();
  looked(5, "new");
  open();
  ASSERT_TRUE(trim_on(15));
  const auto live = rows("live");
  open("slow");
  EXPECT_THAT(who(), ElementsAre("new"));
  EXPECT_EQ(rows("slow"), live);
}

TEST_P(AccessTrimTest, ALogThatWasCutWithoutANoticeIsRefusedByName) {
  looked(1, "old");
  looked(5, "new");
  open();
  model_.reset();
  ASSERT_TRUE(log_.cut({0}, {2}));
  for (const auto* name : {"live", "fresh"}) {
    const auto opened = try_open(name);
    ASSERT_FALSE(opened) << name;
    EXPECT_EQ(opened.error().code, events::ErrorCode::precondition_failed);
    EXPECT_THAT(opened.error().message, HasSubstr("begins at offset 2"));
    EXPECT_THAT(opened.error().message, HasSubstr("accesses were deleted"));
  }
}

TEST_P(AccessTrimTest, ACutThatGoesFurtherThanItsNoticeIsRefusedByName) {
  looked(1, "old");
  looked(5, "new");
  looked(6, "newer");
  open();
  ASSERT_TRUE(trim_on(15));
  model_.reset();
  ASSERT_TRUE(log_.cut({0}, {3}));
  for (const auto* name : {"live", "fresh"}) {
    const auto opened = try_open(name);
    ASSERT_FALSE(opened) << name;
    EXPECT_THAT(opened.error().message, HasSubstr("account only for what lies below 2"));
  }
}

TEST_P(AccessTrimTest, RecordsThatGoWhileTheNodeRunsStopTheIndex) {
  looked(1, "old");
  looked(5, "new");
  open();
  ASSERT_TRUE(log_.cut({0}, {2}));
  const auto deadline = std::chrono::steady_clock::now() + trim_patience;
  while (model_->problem().empty() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_THAT(model_->problem(), HasSubstr("accesses were deleted"));
  const auto reached = model_->reach_end(deadline);
  ASSERT_FALSE(reached) << "no audit answers as if it were whole";
  EXPECT_EQ(reached.error().code, events::ErrorCode::corrupt);
}

INSTANTIATE_TEST_SUITE_P(Logs, AccessTrimTest, ::testing::Values(false, true),
                         [](const auto& which) {
                           return which.param ? "Copied" : "ReadFromTheLog";
                         });

TEST(AgreedDaysTest, TheLongestThatANodeAsksForCountsWhileItIsHeard) {
  const auto boot = [](int node, int last, std::uint32_t asked) {
    BootRow row;
    row.node = NodeId(std::array<std::uint8_t, 16>{static_cast<std::uint8_t>(node)});
    row.last = day(last);
    row.retention_days = asked;
    return row;
  };
  const auto agreed = [](const std::vector<BootRow>& boots) {
    return agreed_days(boots, day(100), 2'192);
  };
  EXPECT_EQ(agreed({}), 2'192u);
  EXPECT_EQ(agreed({boot(1, 99, 2'192), boot(2, 99, 5'000)}), 5'000u);
  EXPECT_EQ(agreed({boot(1, 98, 5'000), boot(1, 99, 2'192)}), 2'192u) << "its newest word";
  EXPECT_EQ(agreed({boot(1, 60, 5'000)}), 2'192u) << "not heard for a month";
  EXPECT_EQ(agreed({boot(1, 99, 0)}), 3'653u) << "an older program says nothing";
}

}  // namespace
}  // namespace projections::access
