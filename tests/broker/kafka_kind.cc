// The log contract on a real broker.
#include "events/log/kafka_log.h"
#include "tests/broker/topic.h"
#include "tests/events/log_contract.h"

namespace events {
namespace {

class KafkaLogUnderTest final : public LogUnderTest {
 public:
  Result<std::unique_ptr<EventLog>> open(std::size_t queue_bytes_max) override {
    return open_kafka_log({.brokers = test_broker(),
                           .topic = topic_,
                           .partitions = partitions,
                           .queue_bytes_max = queue_bytes_max,
                           .may_begin_late = true});
  }
  std::vector<std::string> child_arguments() const override {
    return {"kafka", test_broker(), topic_};
  }

 private:
  const std::string topic_ = fresh_topic();
};

std::vector<LogKind> kinds() {
  if (test_broker().empty() && !broker_is_due()) return {};
  return {{.name = "Kafka", .dense = false, .make = [] {
             return std::make_unique<KafkaLogUnderTest>();
           }}};
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LogContract);
INSTANTIATE_TEST_SUITE_P(Logs, LogContract, testing::ValuesIn(kinds()), name_of);

}  // namespace
}  // namespace events
