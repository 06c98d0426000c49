#include "events/log/kafka_topic.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <thread>

namespace events::kafka {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::int64_t message_bytes_min = 1 << 20;

using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroy<rd_kafka_metadata_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using Cut = std::unique_ptr<rd_kafka_topic_partition_list_t,
                            Destroy<rd_kafka_topic_partition_list_destroy>>;
using Deletion = std::unique_ptr<rd_kafka_DeleteRecords_t, Destroy<rd_kafka_DeleteRecords_destroy>>;
using Resource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<rd_kafka_ConfigResource_destroy>>;

int left(Deadline deadline) {
  return std::max(
      1,
      milliseconds(std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now())));
}

// What the cluster says of the topic.
struct Shape {
  int brokers = 0;
  int partitions = 0;   // zero: no such topic
  int replication = 0;  // of the partition that has fewest
  bool led = true;      // every partition has a leader
};

Result<Shape> ask_shape(const Client& client, const std::string& name, Deadline deadline) {
  const Topic topic = client.topic(name);
  const rd_kafka_metadata_t* answer = nullptr;
  const auto error = rd_kafka_metadata(client.get(), 0, topic.get(), &answer, left(deadline));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return unavailable(fmt::format("topic {}: no Kafka broker answers: {}", name, describe(error)));
  }
  const Metadata metadata(answer);
  Shape shape{.brokers = metadata->broker_cnt};
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& one = metadata->topics[i];
    if (one.topic != name || one.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    shape.partitions = one.partition_cnt;
    for (int p = 0; p < one.partition_cnt; ++p) {
      const rd_kafka_metadata_partition_t& partition = one.partitions[p];
      shape.led = shape.led && partition.leader >= 0;
      shape.replication =
          p == 0 ? partition.replica_cnt : std::min(shape.replication, partition.replica_cnt);
    }
  }
  return shape;
}

// One Admin API call: `send` asks, the event is the answer.
template <class Send>
Result<Event> ask(const Client& client, rd_kafka_admin_op_t operation, Deadline deadline,
                  Send send) {
  using Options = std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;
  const Options options(rd_kafka_AdminOptions_new(client.get(), operation));
  const Queue queue(rd_kafka_queue_new(client.get()));
  char why[256];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), left(deadline), why, sizeof why);
  send(options.get(), queue.get());
  Event event(rd_kafka_queue_poll(queue.get(), left(deadline) + 1000));
  if (!event) return unavailable("no answer from Kafka");
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return unavailable(
        fmt::format("no answer from Kafka: {}", rd_kafka_event_error_string(event.get())));
  }
  return event;
}

Status create(const Client& client, const KafkaLogOptions& options, int brokers,
              Deadline deadline) {
  const int replication = std::min(3, brokers);
  char why[512];
  const NewTopic topic(rd_kafka_NewTopic_new(
      options.topic.c_str(), static_cast<int>(options.partitions), replication, why, sizeof why));
  if (!topic) return invalid(fmt::format("topic {}: {}", options.topic, why));
  const Settings settings = {
      {"cleanup.policy", "delete"},
      {"retention.ms", "-1"},
      {"retention.bytes", "-1"},
      {"message.timestamp.type", "LogAppendTime"},
      {"unclean.leader.election.enable", "false"},
      {"max.message.bytes", "2097152"},
      {"min.insync.replicas", std::to_string(std::max(1, replication - 1))},
  };
  for (const auto& [name, value] : settings) {
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  }
  auto event = ask(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, deadline, [&](auto* with, auto* queue) {
    rd_kafka_NewTopic_t* topics[] = {topic.get()};
    rd_kafka_CreateTopics(client.get(), topics, 1, with, queue);
  });
  if (!event) return event.error();
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event->get());
  const auto** answers = rd_kafka_CreateTopics_result_topics(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(answers[i]);
    // Another node of ours was quicker.
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
      continue;
    const char* said = rd_kafka_topic_result_error_string(answers[i]);
    return unavailable(
        fmt::format("topic {} cannot be made: {}", options.topic, said ? said : describe(error)));
  }
  return {};
}

using TopicConfiguration = std::map<std::string, std::string>;

Result<TopicConfiguration> describe_topic(const Client& client, const std::string& name,
                                          Deadline deadline) {
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  auto event =
      ask(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline, [&](auto* with, auto* queue) {
        rd_kafka_ConfigResource_t* resources[] = {resource.get()};
        rd_kafka_DescribeConfigs(client.get(), resources, 1, with, queue);
      });
  if (!event) return event.error();
  TopicConfiguration configuration;
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event->get());
  const auto** answers = rd_kafka_DescribeConfigs_result_resources(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (rd_kafka_ConfigResource_error(answers[i]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return unavailable(
          fmt::format("topic {}: {}", name, rd_kafka_ConfigResource_error_string(answers[i])));
    }
    std::size_t entries = 0;
    const auto** entry = rd_kafka_ConfigResource_configs(answers[i], &entries);
    for (std::size_t e = 0; e < entries; ++e) {
      const char* value = rd_kafka_ConfigEntry_value(entry[e]);
      configuration[rd_kafka_ConfigEntry_name(entry[e])] = value == nullptr ? "" : value;
    }
  }
  return configuration;
}

std::int64_t number(const std::string& text) {
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

TopicSetting exact(std::string name, std::string want, std::string is) {
  const bool ok = want == is;
  return {std::move(name), std::move(want), std::move(is), ok};
}

TopicSetting at_least(std::string name, std::int64_t least, const std::string& is) {
  return {std::move(name), fmt::format("at least {}", least), is, number(is) >= least};
}

}  // namespace

Status make_topic(const Client& client, const KafkaLogOptions& options, Deadline deadline) {
  bool asked = false;
  while (true) {
    auto shape = ask_shape(client, options.topic, deadline);
    if (!shape) return shape.error();
    if (shape->partitions > 0 && shape->led) return {};
    if (steady_clock::now() >= deadline) {
      return unavailable(fmt::format("topic {}: not every partition has a leader", options.topic));
    }
    if (shape->partitions == 0 && !asked) {
      if (auto created = create(client, options, shape->brokers, deadline); !created)
        return created;
      asked = true;
    }
    std::this_thread::sleep_for(20ms);  // a new topic takes a moment to reach its brokers
  }
}

Result<std::vector<TopicSetting>> read_settings(const Client& client,
                                                const KafkaLogOptions& options, Deadline deadline) {
  const auto shape = ask_shape(client, options.topic, deadline);
  if (!shape) return shape.error();
  if (shape->partitions == 0) {
    return Error{ErrorCode::not_found, fmt::format("topic {} is not there", options.topic), {}};
  }
  auto is = describe_topic(client, options.topic, deadline);
  if (!is) return is.error();
  const auto exactly = [&](const char* name, const char* want) {
    return exact(name, want, (*is)[name]);
  };
  return std::vector<TopicSetting>{
      exact("partitions", std::to_string(options.partitions), std::to_string(shape->partitions)),
      at_least("replication", std::min(3, shape->brokers), std::to_string(shape->replication)),
      at_least("min.insync.replicas", std::max(1, shape->replication - 1),
               (*is)["min.insync.replicas"]),
      exactly("cleanup.policy", "delete"),
      exactly("retention.ms", "-1"),
      exactly("retention.bytes", "-1"),
      exactly("message.timestamp.type", "LogAppendTime"),
      exactly("unclean.leader.election.enable", "false"),
      at_least("max.message.bytes", message_bytes_min, (*is)["max.message.bytes"]),
  };
}

Status delete_records(const Client& client, const KafkaLogOptions& options, const Position& below,
                      Deadline deadline) {
  const Cut cut(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(cut.get(), options.topic.c_str(),
                                    static_cast<std::int32_t>(below.partition.value))
      ->offset = below.offset.value;
  const Deletion deletion(rd_kafka_DeleteRecords_new(cut.get()));
  auto event = ask(client, RD_KAFKA_ADMIN_OP_DELETERECORDS, deadline, [&](auto* with, auto* queue) {
    rd_kafka_DeleteRecords_t* all[] = {deletion.get()};
    rd_kafka_DeleteRecords(client.get(), all, 1, with, queue);
  });
  if (!event) return event.error();
  const auto* result = rd_kafka_event_DeleteRecords_result(event->get());
  const auto* done = rd_kafka_DeleteRecords_result_offsets(result);
  if (done->cnt == 1 && done->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return unavailable(fmt::format("topic {} is not cut at offset {}: {}", options.topic,
                                 below.offset.value,
                                 done->cnt == 1 ? describe(done->elems[0].err) : "no answer"));
}

std::string differences(const std::vector<TopicSetting>& settings) {
  std::string text;
  for (const TopicSetting& setting : settings) {
    if (setting.ok) continue;
    fmt::format_to(std::back_inserter(text), "{}{} is {}, must be {}", text.empty() ? "" : "; ",
                   setting.name, setting.is, setting.want);
  }
  return text;
}

}  // namespace events::kafka
