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

}  // namespace events
