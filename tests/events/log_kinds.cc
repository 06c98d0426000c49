// The logs that need nothing but this machine.
#include <filesystem>

#include "events/log/embedded_log.h"
#include "events/log/memory_log.h"
#include "tests/events/log_contract.h"
#include "tests/temporary_folder.h"

namespace events {
namespace {

class MemoryLogUnderTest final : public LogUnderTest {
 public:
  Result<std::unique_ptr<EventLog>> open(std::size_t queue_bytes_max) override {
    return std::unique_ptr<EventLog>(std::make_unique<MemoryLog>(partitions, queue_bytes_max));
  }
};

class EmbeddedLogUnderTest final : public LogUnderTest {
 public:
  Result<std::unique_ptr<EventLog>> open(std::size_t queue_bytes_max) override {
    return open_embedded_log({.directory = folder_.path() / "log",
                              .partitions = partitions,
                              .queue_bytes_max = queue_bytes_max});
  }
  std::vector<std::string> child_arguments() const override {
    return {"embedded", (folder_.path() / "log").string()};
  }

 private:
  ::tests::TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(
    Logs, LogContract,
    testing::Values(LogKind{.name = "Memory",
                            .durable = false,
                            .counts_groups = false,
                            .record_bytes_max = 0,
                            .make = [] { return std::make_unique<MemoryLogUnderTest>(); }},
                    LogKind{.name = "Embedded",
                            .make = [] { return std::make_unique<EmbeddedLogUnderTest>(); }}),
    name_of);

}  // namespace
}  // namespace events
