// What every adapter of the log promises, whichever it is. log_contract_test.cc
// holds the promises; each program that runs them instantiates the kinds it has.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "events/log/event_log.h"

namespace events {

// One fresh log, opened as often as a test likes (one at a time).
class LogUnderTest {
 public:
  static constexpr std::uint32_t partitions = 4;

  virtual ~LogUnderTest() = default;
  virtual Result<std::unique_ptr<EventLog>> open(std::size_t queue_bytes_max = 64u << 20) = 0;
  // What log_append_child needs to append to this log from another process; empty if
  // no other process can.
  virtual std::vector<std::string> child_arguments() const { return {}; }
};

struct LogKind {
  std::string name;
  bool dense = true;    // offsets without gaps
  bool durable = true;  // opened again it has what it had
  bool counts_groups = true;
  std::size_t record_bytes_max = 1u << 20;  // key and value; zero: no limit
  std::function<std::unique_ptr<LogUnderTest>()> make;
};

// ctest names the tests by it.
inline void PrintTo(const LogKind& kind, std::ostream* out) { *out << kind.name; }
inline std::string name_of(const testing::TestParamInfo<LogKind>& info) { return info.param.name; }

class LogContract : public testing::TestWithParam<LogKind> {
 protected:
  void SetUp() override {
    under_test_ = GetParam().make();
    reopen();
  }
  void reopen(std::size_t queue_bytes_max = 64u << 20) {
    log_.reset();
    auto log = under_test_->open(queue_bytes_max);
    ASSERT_TRUE(log) << log.error().message;
    log_ = std::move(*log);
  }
  EventLog& log() { return *log_; }

  // When the log may give its answers; held back, it gets no further than its queue is long.
  enum class Answers { at_once, after_the_last_append };
  // Appends without waiting in between, then waits for all answers.
  std::vector<Appended> append_all(PartitionId partition, const std::vector<std::string>& values,
                                   Answers when = Answers::at_once);
  // The next `count` records, or fewer with a failure.
  std::vector<LogRecord> read(PartitionId partition, Offset from, std::size_t count);
  std::unique_ptr<LogReader> reader(PartitionId partition, Offset from);

  std::unique_ptr<LogUnderTest> under_test_;
  std::unique_ptr<EventLog> log_;
};

}  // namespace events
