// Raw librdkafka, as fast and as promptly as it goes, with the settings that durability asks for.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>

#include "benchmarks/limits.h"
#include "events/check.h"

namespace benchmarks {
namespace {

struct Delivered {
  std::atomic<int> count{0};
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  CHECK(message->err == RD_KAFKA_RESP_ERR_NO_ERROR);
  ++static_cast<Delivered*>(opaque)->count;
}

class Producer {
 public:
  explicit Producer(const std::string& broker) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", broker);
    set(conf, "enable.idempotence", "true");
    set(conf, "acks", "all");
    set(conf, "linger.ms", "0");
    set(conf, "queue.buffering.max.messages", "200000");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_opaque(conf, &delivered_);
    char why[256];
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    CHECK(handle_ != nullptr);
    topic_ = fmt::format("limit-{}-{}", ::getpid(), Clock::now().time_since_epoch().count());
    make_topic();
  }
  ~Producer() {
    rd_kafka_topic_destroy(target_);
    rd_kafka_destroy(handle_);
  }

  void produce(int partition, const std::string& value) {
    for (;;) {
      if (rd_kafka_produce(target_, partition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                           value.size(), nullptr, 0, nullptr) == 0) {
        return;
      }
      CHECK(rd_kafka_last_error() == RD_KAFKA_RESP_ERR__QUEUE_FULL);
      rd_kafka_poll(handle_, 1);
    }
  }
  void wait_for(int count) {
    while (delivered_.count < count) rd_kafka_poll(handle_, 10);
  }

 private:
  static void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
    CHECK(rd_kafka_conf_set(conf, name, value.c_str(), nullptr, 0) == RD_KAFKA_CONF_OK);
  }
  void make_topic() {
    char why[256];
    rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(topic_.c_str(), 8, 1, why, sizeof why);
    rd_kafka_queue_t* queue = rd_kafka_queue_new(handle_);
    rd_kafka_CreateTopics(handle_, &topic, 1, nullptr, queue);
    rd_kafka_event_t* done = rd_kafka_queue_poll(queue, 20'000);
    CHECK(done != nullptr);
    rd_kafka_event_destroy(done);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(topic);
    target_ = rd_kafka_topic_new(handle_, topic_.c_str(), nullptr);
    produce(0, "first");
    wait_for(1);
  }

  Delivered delivered_;
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_topic_t* target_ = nullptr;
  std::string topic_;
};

}  // namespace

Percentiles kafka_append_limit(const std::string& broker, int records) {
  Producer producer(broker);
  const std::string record(1024, 'x');
  std::vector<double> times;
  for (int i = 0; i < records; ++i) {
    const auto begin = Clock::now();
    producer.produce(i % 8, record);
    producer.wait_for(i + 2);
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  return percentiles(std::move(times));
}

double kafka_throughput_limit(const std::string& broker, int records, std::size_t bytes) {
  Producer producer(broker);
  const std::string record(bytes, 'x');
  const auto begin = Clock::now();
  for (int i = 0; i < records; ++i) producer.produce(i % 8, record);
  producer.wait_for(records + 1);
  return records / std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace benchmarks
