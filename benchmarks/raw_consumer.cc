#include "benchmarks/raw_consumer.h"

#include <librdkafka/rdkafka.h>

#include <chrono>

#include "events/check.h"
#include "events/log/kafka_client.h"

namespace benchmarks {
namespace {

using events::kafka::Client;

constexpr int patience = 30'000;  // milliseconds

int partitions_of(const Client& client, rd_kafka_topic_t* topic) {
  const rd_kafka_metadata_t* answer = nullptr;
  CHECK(rd_kafka_metadata(client.get(), 0, topic, &answer, patience) == RD_KAFKA_RESP_ERR_NO_ERROR);
  CHECK(answer->topic_cnt == 1);
  const int partitions = answer->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(answer);
  return partitions;
}

}  // namespace

RawRead read_raw(const std::string& brokers, const std::string& topic_name) {
  const auto client = Client::open(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers},
                                                       {"group.id", "raw"},
                                                       {"enable.auto.commit", "false"},
                                                       {"enable.auto.offset.store", "false"},
                                                       {"enable.partition.eof", "true"},
                                                       {"isolation.level", "read_uncommitted"},
                                                       {"check.crcs", "true"},
                                                       {"queued.min.messages", "1000000"},
                                                       {"fetch.wait.max.ms", "50"}});
  CHECK(client.has_value());
  const auto topic = (*client)->topic(topic_name);
  const int partitions = partitions_of(**client, topic.get());
  const events::kafka::Queue queue(rd_kafka_queue_new((*client)->get()));
  RawRead read;
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < partitions; ++i)
    CHECK(rd_kafka_consume_start_queue(topic.get(), i, RD_KAFKA_OFFSET_BEGINNING, queue.get()) ==
          0);
  for (int ended = 0; ended < partitions;) {
    const events::kafka::Message message(rd_kafka_consume_queue(queue.get(), patience));
    CHECK(message != nullptr);
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ++ended;
      continue;
    }
    CHECK(message->err == RD_KAFKA_RESP_ERR_NO_ERROR);
    ++read.records;
    read.bytes += message->len + message->key_len;
    read.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  }
  for (int i = 0; i < partitions; ++i) rd_kafka_consume_stop(topic.get(), i);
  return read;
}

}  // namespace benchmarks
