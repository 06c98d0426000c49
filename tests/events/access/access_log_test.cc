#include "events/access/access_log.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>
#include <set>

#include "events/access/sequence_file.h"
#include "events/access/trim_notice.h"
#include "events/log/memory_log.h"
#include "events/schema/clinical_generated.h"
#include "tests/temporary_folder.h"

namespace events::access {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto soon = std::chrono::seconds(20);

Entry entry_of(std::string subject, std::size_t resources = 1) {
  Entry entry;
  entry.time = KnownTime(Micros(1'700'000'000'000'000));
  entry.subject = std::move(subject);
  entry.target = "/charts/ana";
  entry.status = 200;
  entry.patients = {"ana"};
  for (std::size_t i = 0; i < resources; ++i)
    entry.resources.add(ResourceType::Observation, "o" + std::to_string(i), {i + 1});
  return entry;
}

class AccessLogTest : public ::testing::Test {
 protected:
  AccessLogTest() {
    options_.sequence_file = folder_.path() / "access_sequence";
    master_.fill(7);
  }
  void open() {
    auto opened = AccessLog::open(options_, log_, master_);
    ASSERT_TRUE(opened) << opened.error().message;
    access_ = std::move(*opened);
  }
  Status flush() { return access_->flush(std::chrono::steady_clock::now() + soon); }
  std::vector<Record> records() const {
    std::vector<Record> all;
    for (const auto& record : log_.records({0})) {
      auto opened = open_record(record.value, master_);
      EXPECT_TRUE(opened);
      if (opened) all.push_back(std::move(*opened));
    }
    return all;
  }
  std::vector<std::string> subjects() const {
    std::vector<std::string> all;
    for (const auto& record : records()) {
      std::string_view rest = record.entries;
      while (!rest.empty()) all.push_back(take_entry(rest)->subject);
    }
    return all;
  }

  tests::TemporaryFolder folder_;
  AccessLogOptions options_;
  Secret master_{};
  MemoryLog log_{1};
  std::unique_ptr<AccessLog> access_;
};

TEST_F(AccessLogTest, AnEntryReadsAsItWasWritten) {
  Entry entry = entry_of("dr", 3);
  entry.issuer = "issuer";
  entry.kind = Kind::exported;
  entry.form = "name=x";
  entry.position = "token";
  entry.recipient = "job";
  const auto bytes = encode(entry) + encode(entry_of("other"));
  std::string_view rest = bytes;
  const auto read = take_entry(rest);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode(*read), encode(entry));
  EXPECT_EQ(take_entry(rest)->subject, "other");
  EXPECT_TRUE(rest.empty());
  EXPECT_TRUE(read->has({ResourceType::Observation, "o2", {3}}));
  EXPECT_FALSE(read->has({ResourceType::Observation, "o2", {2}}));
}

TEST_F(AccessLogTest, BytesThatAreNoEntryAreRefused) {
  const auto whole = encode(entry_of("dr", 3));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string_view cut(whole.data(), size);
    EXPECT_FALSE(take_entry(cut)) << size;
  }
}

TEST_F(AccessLogTest, EachBitOfARecordIsCovered) {
  Record record;
  record.kind = RecordKind::begin;
  record.handed_out = 3;
  record.retention_days = 3'653;
  record.entries = encode(entry_of("dr"));
  const auto sealed = seal_record(record, master_);
  ASSERT_TRUE(open_record(sealed, master_));
  const auto opened = [&](const std::string& bytes) {
    const auto read = open_record(bytes, master_);
    // Padding and the buffer's own offsets may change without a word being changed.
    return !read ||
           (read->entries == record.entries && read->handed_out == 3 && read->recording &&
            read->retention_days == 3'653 && read->kind == RecordKind::begin && read->first == 0);
  };
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto bent = sealed;
    bent[i] = static_cast<char>(bent[i] ^ 1);
    EXPECT_TRUE(opened(bent)) << i;
  }
  Secret other = master_;
  other[0] ^= 1;
  EXPECT_FALSE(open_record(sealed, other));
}

TEST_F(AccessLogTest, EntriesAreAppendedInGroupsAndNumberedWithoutGaps) {
  open();
  for (const char* who : {"a", "b", "c"}) ASSERT_TRUE(access_->record(entry_of(who)));
  ASSERT_TRUE(flush());
  ASSERT_TRUE(access_->record(entry_of("d")));
  access_.reset();
  EXPECT_THAT(subjects(), ElementsAre("a", "b", "c", "d"));
  std::uint64_t next = 0;
  for (const auto& record : records()) {
    EXPECT_EQ(record.first, next);
    next += record.count;
  }
  EXPECT_EQ(next, 4u);
  EXPECT_EQ(records().front().kind, RecordKind::begin);
  EXPECT_EQ(records().back().kind, RecordKind::end);
}

TEST_F(AccessLogTest, NothingIsRecordedWhileWhatCouldBeLostIsTooOld) {
  options_.lost_max = options_.patience = std::chrono::milliseconds(0);
  options_.group = std::chrono::milliseconds(0);
  open();
  log_.hold();
  ASSERT_TRUE(access_->record(entry_of("a")));
  const auto refused = access_->record(entry_of("b"));
  log_.release();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("ask again"));
  EXPECT_EQ(access_->figures().refused, 1u);
  ASSERT_TRUE(flush());
  EXPECT_TRUE(access_->record(entry_of("c")));
  access_.reset();
  EXPECT_THAT(subjects(), ElementsAre("a", "c"));
}

TEST_F(AccessLogTest, AFullBufferRefuses) {
  options_.patience = std::chrono::milliseconds(0);
  options_.lost_max = std::chrono::hours(1);
  options_.waiting_bytes_max = encode(entry_of("a")).size();
  open();
  log_.hold();
  ASSERT_TRUE(access_->record(entry_of("a")));
  EXPECT_FALSE(access_->record(entry_of("b")));
  log_.release();
}

TEST_F(AccessLogTest, AnAppendThatFailsIsDoneAgain) {
  open();
  log_.fail_next(MemoryLog::Fault::not_persisted);
  ASSERT_TRUE(access_->record(entry_of("a")));
  ASSERT_TRUE(flush());
  EXPECT_THAT(subjects(), ElementsAre("a"));
}

TEST_F(AccessLogTest, TheNextProcessSaysHowManyNumbersTheOneBeforeHadGiven) {
  open();
  const auto before = access_->boot();
  log_.hold();  // from here on nothing arrives, as if the process were killed
  ASSERT_TRUE(access_->record(entry_of("lost")));
  const auto copy = folder_.path() / "as_killed";
  std::filesystem::copy_file(options_.sequence_file, copy);
  log_.release();
  access_.reset();
  options_.sequence_file = copy;
  open();
  const auto begin = records().back();
  EXPECT_EQ(begin.kind, RecordKind::begin);
  EXPECT_EQ(begin.previous, before);
  EXPECT_EQ(begin.handed_out, 1u);
  EXPECT_NE(begin.boot, before);
}

TEST_F(AccessLogTest, SwitchedOffItSaysSoFirst) {
  options_.recording = false;
  open();
  ASSERT_TRUE(access_->record(entry_of("unseen")));
  access_.reset();
  EXPECT_FALSE(records().front().recording);
  EXPECT_TRUE(subjects().empty());
}

// A shorter one cannot begin unseen.
TEST_F(AccessLogTest, AProcessBeginsByHowLongItKeepsAccesses) {
  for (const std::uint32_t days : {3'653u, 2'192u}) {
    options_.retention_days = days;
    open();
    EXPECT_EQ(records().back().retention_days, days);
    access_.reset();
  }
}

TEST_F(AccessLogTest, ANoticeOfWhatLeftReadsAsItWasWritten) {
  TrimNotice notice;
  notice.below = {7};
  notice.before = KnownTime(Micros(9));
  notice.lost = 4;
  ProcessState process;
  process.boot = BootId(std::array<std::uint8_t, 16>{1});
  process.entries = 12;
  process.lost_between = 2;
  process.retention_days = 2'192;
  notice.processes = {process};
  const auto bytes = encode(notice);
  const auto read = read_notice(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(encode(*read), bytes);
  EXPECT_EQ(read->below, Offset{7});
  EXPECT_EQ(read->processes.at(0).lost_between, 2u);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(read_notice(std::string_view(bytes).substr(0, size))) << size;
}

TEST_F(AccessLogTest, ALogThatCannotBeWrittenIsNotBegun) {
  log_.set_away("the disk is gone");
  const auto opened = AccessLog::open(options_, log_, master_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("the disk is gone"));
}

TEST_F(AccessLogTest, AnAnswerOfManyResourcesIsSeveralEntries) {
  open();
  ASSERT_TRUE(access_->record(entry_of("a", 9'001)));
  ASSERT_TRUE(flush());
  std::size_t resources = 0, entries = 0;
  for (const auto& record : records()) {
    std::string_view rest = record.entries;
    for (; !rest.empty(); ++entries) resources += take_entry(rest)->resources.size();
  }
  EXPECT_EQ(resources, 9'001u);
  EXPECT_EQ(entries, 3u);
}

// Who received a resource is looked for among the accesses to its patient's record, so each part of
// the patients stands beside each part of the resources.
TEST_F(AccessLogTest, AnAnswerOfManyPatientsIsSeveralEntriesThatTheLogTakes) {
  open();
  std::mt19937_64 random(7);
  Entry many = entry_of("a", 4'001);
  many.patients.clear();
  for (int i = 0; i < 40'000; ++i) {
    std::string id;
    for (int word = 0; word < 4; ++word) id += fmt::format("{:016x}", random());
    many.patients.push_back(std::move(id));
  }
  ASSERT_TRUE(access_->record(many));
  ASSERT_TRUE(access_->record(entry_of("after")));
  ASSERT_TRUE(flush());

  std::set<std::string> patients;
  std::size_t resources_of_last = 0;
  for (const auto& record : records()) {
    for (std::string_view rest = record.entries; !rest.empty();) {
      const auto entry = take_entry(rest);
      patients.insert(entry->patients.begin(), entry->patients.end());
      const auto& last = many.patients.back();
      if (std::count(entry->patients.begin(), entry->patients.end(), last) > 0)
        resources_of_last += entry->resources.size();
    }
  }
  EXPECT_EQ(patients.size(), many.patients.size() + 1);
  EXPECT_EQ(resources_of_last, 4'001u);
  for (const auto& record : log_.records({0})) EXPECT_LE(record.value.size(), 1u << 20);
}

TEST_F(AccessLogTest, WhatNoRecordOfTheLogHoldsIsRefusedAndStopsNobodyElse) {
  open();
  Entry large = entry_of("a");
  large.form.assign(2u << 20, 'x');
  const auto refused = access_->record(large);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
  ASSERT_TRUE(access_->record(entry_of("b")));
  ASSERT_TRUE(flush());
  access_.reset();
  EXPECT_THAT(subjects(), ElementsAre("b"));
}

TEST_F(AccessLogTest, AnotherFileIsNoSequenceFile) {
  {
    std::FILE* file = std::fopen(options_.sequence_file.c_str(), "w");
    std::fputs("something else entirely, and long enough to be read", file);
    std::fclose(file);
  }
  const auto opened = SequenceFile::open(options_.sequence_file);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace events::access
