#include "tests/broker/topic.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>

#include "events/log/kafka_client.h"

namespace events {
namespace {

std::unique_ptr<kafka::Client> admin(const std::string& brokers) {
  auto client =
      kafka::Client::open(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers}}, [](const auto&) {});
  EXPECT_TRUE(client);
  return std::move(*client);
}

void expect_done(const kafka::Queue& queue) {
  const kafka::Event event(rd_kafka_queue_poll(queue.get(), 30'000));
  ASSERT_TRUE(event);
  EXPECT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR)
      << rd_kafka_event_error_string(event.get());
}

constexpr int topic_patience = 30'000;  // milliseconds

void expect_no(rd_kafka_error_t* error) {
  EXPECT_EQ(error, nullptr) << rd_kafka_error_string(error);
  if (error != nullptr) rd_kafka_error_destroy(error);
}

}  // namespace

std::string test_broker() {
  const char* broker = std::getenv("CHARTLOG_TEST_BROKER");
  return broker == nullptr ? "" : broker;
}

bool broker_is_due() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string_view(ci) == "true";
}

std::string fresh_topic() {
  static std::atomic<int> count = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return "test-" + std::to_string(now) + "-" + std::to_string(::getpid()) + "-" +
         std::to_string(++count);
}

void alter_topic(const std::string& brokers, const std::string& topic, const std::string& setting,
                 const std::string& value) {
  const auto client = admin(brokers);
  const kafka::Queue queue(rd_kafka_queue_new(client->get()));
  rd_kafka_ConfigResource_t* resource =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  rd_kafka_ConfigResource_set_config(resource, setting.c_str(), value.c_str());
  rd_kafka_AlterConfigs(client->get(), &resource, 1, nullptr, queue.get());
  expect_done(queue);
  rd_kafka_ConfigResource_destroy(resource);
}

void delete_topic(const std::string& brokers, const std::string& topic) {
  const auto client = admin(brokers);
  const kafka::Queue queue(rd_kafka_queue_new(client->get()));
  rd_kafka_DeleteTopic_t* gone = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_DeleteTopics(client->get(), &gone, 1, nullptr, queue.get());
  expect_done(queue);
  rd_kafka_DeleteTopic_destroy(gone);
}

void append_in_transaction(const std::string& brokers, const std::string& topic,
                           const std::vector<std::string>& values, TransactionEnd end) {
  static std::atomic<int> count = 0;
  const auto client = kafka::Client::open(
      RD_KAFKA_PRODUCER,
      {{"bootstrap.servers", brokers},
       {"transactional.id", topic + "-somebody-else-" + std::to_string(++count)}},
      [](const auto&) {});
  ASSERT_TRUE(client) << client.error().message;
  auto* const producer = (*client)->get();
  const kafka::Topic target = (*client)->topic(topic);
  expect_no(rd_kafka_init_transactions(producer, topic_patience));
  expect_no(rd_kafka_begin_transaction(producer));
  for (const auto& value : values) {
    const int sent =
        rd_kafka_produce(target.get(), 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                         value.size(), nullptr, 0, nullptr);
    EXPECT_EQ(sent, 0) << rd_kafka_err2str(rd_kafka_last_error());
  }
  EXPECT_EQ(rd_kafka_flush(producer, topic_patience), RD_KAFKA_RESP_ERR_NO_ERROR);
  expect_no(end == TransactionEnd::commit ? rd_kafka_commit_transaction(producer, topic_patience)
                                          : rd_kafka_abort_transaction(producer, topic_patience));
}

std::int64_t high_watermark(const std::string& brokers, const std::string& topic) {
  const auto client = admin(brokers);
  std::int64_t low = 0, high = 0;
  EXPECT_EQ(rd_kafka_query_watermark_offsets(client->get(), topic.c_str(), 0, &low, &high,
                                             topic_patience),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  return high;
}

}  // namespace events
