#include "events/log/embedded_log.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <latch>
#include <map>

#include "events/log/embedded_snapshot.h"
#include "events/log/embedded_store.h"
#include "events/log/synced_ends.h"
#include "tests/temporary_folder.h"

namespace {
std::atomic<bool> syncs_fail = false;
}

// In place of libc's for this whole program, RocksDB included: a disk that fails.
extern "C" int fdatasync(int file) {
  if (syncs_fail) {
    errno = EIO;
    return -1;
  }
  return ::fsync(file);
}

namespace events {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class EmbeddedLogTest : public testing::Test {
 protected:
  Result<std::unique_ptr<EventLog>> open(const fs::path& directory, std::uint32_t partitions = 2) {
    return open_embedded_log({.directory = directory, .partitions = partitions});
  }
  Result<std::unique_ptr<EventLog>> open() { return open(path("log")); }
  fs::path path(const char* name) const { return folder_.path() / name; }

  static void append(EventLog& log, int count) {
    std::latch all(count);
    for (int i = 0; i < count; ++i) {
      log.append({0}, "key", "value " + std::to_string(i),
                 [&](const Appended&) { all.count_down(); });
      // One by one, so that the WAL holds many writes.
      while (i + 1 < count && log.figures().records <= static_cast<std::uint64_t>(i))
        std::this_thread::yield();
    }
    all.wait();
  }

  // The files as a crash would leave them at this moment, 200 records in.
  fs::path crashed() {
    {
      auto log = open();
      append(**log, 200);
      fs::copy(path("log"), path("crashed"), fs::copy_options::recursive);
    }
    return path("crashed");
  }
  static fs::path wal_of(const fs::path& log) {
    for (const auto& file : fs::directory_iterator(log / "records")) {
      if (file.path().extension() == ".log") return file.path();
    }
    ADD_FAILURE() << "no WAL";
    return {};
  }
  void expect_refused(const fs::path& log, const char* why) {
    // Twice: a refusal must not make the next start believe.
    for (int i = 0; i < 2; ++i) {
      auto opened = open(log);
      ASSERT_FALSE(opened) << "opened, ends at " << (*opened)->end({0})->value;
      EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
      EXPECT_THAT(opened.error().message, HasSubstr(why));
    }
  }

 private:
  ::tests::TemporaryFolder folder_;
};

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void rewrite(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

TEST_F(EmbeddedLogTest, ACrashedLogOpensWithAllThatWasSynced) {
  auto log = open(crashed());
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(*(*log)->end({0}), Offset{200});
}

TEST_F(EmbeddedLogTest, AWriteTornByACrashIsCutOff) {
  const fs::path log = crashed();
  // A record's head as the crash left it: type and length, and half of its bytes.
  const std::string torn(
      "\x12\x34\x56\x78\x40\x00\x01"
      "half a record",
      20);
  rewrite(wal_of(log), content(wal_of(log)) + torn);
  auto opened = open(log);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(*(*opened)->end({0}), Offset{200});
}

TEST_F(EmbeddedLogTest, AFlippedByteInTheMiddleIsRefused) {
  const fs::path log = crashed();
  std::string bytes = content(wal_of(log));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  rewrite(wal_of(log), bytes);
  expect_refused(log, "records");
}

TEST_F(EmbeddedLogTest, ALostEndIsRefusedByName) {
  const fs::path log = crashed();
  std::string bytes = content(wal_of(log));
  bytes.resize(bytes.size() * 3 / 4);
  rewrite(wal_of(log), bytes);
  expect_refused(log, "was synced up to 200");
  EXPECT_EQ(content(wal_of(log)), bytes) << "the evidence was touched";
}

TEST_F(EmbeddedLogTest, ALostWalIsRefused) {
  const fs::path log = crashed();
  fs::remove(wal_of(log));
  expect_refused(log, "was synced up to 200");
}

TEST_F(EmbeddedLogTest, LostRecordsAreRefused) {
  const fs::path log = crashed();
  fs::remove_all(log / "records");
  expect_refused(log, "the records are gone");
}

TEST_F(EmbeddedLogTest, ALostWitnessIsRefused) {
  const fs::path log = crashed();
  fs::remove(log / "synced_ends");
  expect_refused(log, "synced_ends");
}

TEST_F(EmbeddedLogTest, ATornWitnessFallsBackToTheWriteBefore) {
  const fs::path log = crashed();
  std::string bytes = content(log / "synced_ends");
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  rewrite(log / "synced_ends", bytes);
  auto opened = open(log);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(*(*opened)->end({0}), Offset{200});
  opened->reset();

  bytes[4096 + 20] = static_cast<char>(bytes[4096 + 20] ^ 1);
  rewrite(log / "synced_ends", bytes);
  expect_refused(log, "no whole slot");
}

TEST_F(EmbeddedLogTest, AHoleIsCorruptToItsReader) {
  {
    auto ends = SyncedEnds::open(path("ends"), 2);
    fs::create_directories(path("log"));
    auto store = EmbeddedStore::open(path("log") / "records", ends->ends());
    for (const std::int64_t offset : {0, 1, 3}) {
      const StoredRecord record("key", "value");
      const StoredAt at{{{0}, {offset}}, record.bytes()};
      (*store)->write({&at, 1});
    }
    fs::copy(path("ends"), path("log") / "synced_ends");
  }
  auto log = open();
  ASSERT_TRUE(log) << log.error().message;
  auto reader = *(*log)->read({0}, {0});
  auto records = reader->next(1u << 20, std::chrono::milliseconds(0));
  ASSERT_TRUE(records);
  EXPECT_EQ(records->size(), 2u);  // what is sound before it
  records = reader->next(1u << 20, std::chrono::milliseconds(0));
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, ErrorCode::corrupt);
  EXPECT_THAT(records.error().message, HasSubstr("no record at offset 2"));
}

TEST_F(EmbeddedLogTest, TheAppendTimeNeverRunsBackWhateverTheClockDoes) {
  const KnownTime future = std::chrono::sys_days(std::chrono::year{2199} / 1 / 1);
  {
    fs::create_directories(path("log"));
    auto ends = SyncedEnds::open(path("log") / "synced_ends", 2);
    auto store = EmbeddedStore::open(path("log") / "records", ends->ends());
    StoredRecord record("key", "value");
    record.set_append_time(future);
    const StoredAt at{{{0}, {0}}, record.bytes()};
    (*store)->write({&at, 1});
  }
  auto log = open();
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(append_and_wait(**log, {0}, "key", "value").append_time, future);
  EXPECT_LT(append_and_wait(**log, {1}, "key", "value").append_time, future);
}

TEST_F(EmbeddedLogTest, ASecondOpenIsRefusedByName) {
  auto log = open();
  auto again = open();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::precondition_failed);
  EXPECT_THAT(again.error().message, HasSubstr(path("log").string()));
  EXPECT_THAT(again.error().message, HasSubstr("another process"));
}

TEST_F(EmbeddedLogTest, AnotherNumberOfPartitionsIsRefused) {
  ASSERT_TRUE(open());
  auto again = open(path("log"), 3);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::precondition_failed);
  EXPECT_THAT(again.error().message, HasSubstr("made with 2 partitions, not 3"));
}

TEST_F(EmbeddedLogTest, AFailedSyncEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        auto log = open();
        append_and_wait(**log, {0}, "key", "synced");
        syncs_fail = true;
        append_and_wait(**log, {0}, "key", "value");
        std::_Exit(0);  // answered: the failure was swallowed
      },
      testing::KilledBySignal(SIGABRT), "");
}

// ---- to read only ----
TEST_F(EmbeddedLogTest, ASnapshotReadsWhatIsDurableAndChangesNoFile) {
  const auto left = crashed();  // a WAL that nobody has read yet
  const auto files = [&] {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(left)) {
      std::ifstream in(entry.path(), std::ios::binary);
      all[entry.path().string()] =
          entry.is_regular_file() ? std::string(std::istreambuf_iterator<char>(in), {}) : "folder";
    }
    return all;
  };
  const auto before = files();
  {
    auto log = open_embedded_snapshot({.directory = left, .partitions = 2});
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_EQ((*log)->end({0})->value, 200);
    EXPECT_EQ((*log)->end({1})->value, 0);
    auto reader = (*log)->read({0}, {190});
    auto records = (*reader)->next(1 << 20, std::chrono::milliseconds(0));
    ASSERT_TRUE(records) << records.error().message;
    EXPECT_EQ(records->size(), 10u);
    EXPECT_EQ(records->back().value, "value 199");
    EXPECT_TRUE((*reader)->next(1 << 20, std::chrono::milliseconds(0))->empty());
    EXPECT_EQ(append_and_wait(**log, {0}, "key", "value").delivery, Delivery::not_persisted);
    EXPECT_FALSE((*log)->write_problem().empty());
  }
  EXPECT_EQ(files(), before);
}

TEST_F(EmbeddedLogTest, ASnapshotOfNoLogIsRefusedAndMakesNone) {
  const auto log = open_embedded_snapshot({.directory = path("nowhere"), .partitions = 2});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::not_found);
  EXPECT_FALSE(fs::exists(path("nowhere")));
}

}  // namespace
}  // namespace events
