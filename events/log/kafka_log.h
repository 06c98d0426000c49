// The log on Apache Kafka, through librdkafka: one topic, partition chosen by us.
#pragma once

#include "events/log/event_log.h"

namespace events {

struct KafkaLogOptions {
  std::string brokers;  // host:port,…
  std::string topic;
  std::uint32_t partitions = 16;  // of a topic that has to be made; another number is refused
  std::string node;               // group.id and client.id
  std::chrono::milliseconds delivery_timeout{30'000};
  std::chrono::milliseconds start_timeout{15'000};
  std::size_t queue_bytes_max = 64u << 20;  // producer; per partition consumer: an eighth of it
  // Old records may go, by LogHead::cut: an audit of the log says whether they were to. Else a
  // partition that begins after offset zero is refused.
  bool may_begin_late = false;
  std::chrono::milliseconds settings_interval{
      10'000};  // how often topic settings are compared again
};

// Makes a missing topic (replication min(3, brokers), min.insync.replicas
// max(1, replication - 1), retention -1, LogAppendTime, unclean election off,
// max.message.bytes >= 1 MiB, cleanup delete) and refuses one whose settings
// differ, naming each (precondition_failed). unavailable: no broker answers.
Result<std::unique_ptr<EventLog>> open_kafka_log(const KafkaLogOptions& options);

struct TopicSetting {
  std::string name, want, is;
  bool ok = false;
};
// What `chartlog topics` prints.
Result<std::vector<TopicSetting>> check_topic(const KafkaLogOptions& options);

}  // namespace events
