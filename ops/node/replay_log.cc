#include "ops/node/replay_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "events/log/embedded_snapshot.h"
#include "events/log/kafka_log.h"

namespace ops::node {
namespace {

using events::EventLog;
using events::Result;

// Opening makes a topic that is not there; this asks first.
Result<std::unique_ptr<EventLog>> open_topic(const NodeSettings& settings, const std::string& topic,
                                             std::uint32_t partitions) {
  events::KafkaLogOptions options;
  options.brokers = settings.kafka;
  options.topic = topic;
  options.partitions = partitions;
  options.node = fmt::format("chartlog-replay-{}", ::getpid());
  if (auto there = events::check_topic(options); !there) return there.error();
  return events::open_kafka_log(options);
}

// A store of keys begins a log that has none.
events::Status check_keys(EventLog& key_log) {
  const auto end = key_log.end({0});
  if (!end) return end.error();
  if (end->value > 0) return {};
  return events::Error{
      events::ErrorCode::not_found, "the log of keys is empty: no node has ever written here", {}};
}

}  // namespace

Result<std::unique_ptr<EventLog>> open_log_to_read(const NodeSettings& settings,
                                                   const std::string& name,
                                                   std::uint32_t partitions) {
  if (!settings.kafka.empty()) {
    const auto topic = name.empty() ? settings.topic : settings.topic + "." + name;
    return open_topic(settings, topic, partitions);
  }
  events::EmbeddedLogOptions options;
  options.directory = settings.data / "log" / (name.empty() ? "clinical" : name);
  options.partitions = partitions;
  return events::open_embedded_snapshot(options);
}

Result<std::unique_ptr<ReplayLog>> ReplayLog::open(const NodeSettings& settings) {
  auto made = std::make_unique<ReplayLog>();
  auto secrets = events::Secrets::read(settings.secrets);
  if (!secrets) return secrets.error();
  made->secrets = *secrets;
  auto clinical = open_log_to_read(settings, {}, settings.partitions);
  if (!clinical) return clinical.error();
  made->clinical = std::move(*clinical);
  auto key_log = open_log_to_read(settings, "keys", 1);
  if (!key_log) return key_log.error();
  made->key_log = std::move(*key_log);
  if (auto there = check_keys(*made->key_log); !there) return there.error();
  const std::uint32_t partitions = made->clinical->partition_count();
  auto keys = events::KeyStore::open(*made->key_log, made->secrets, partitions);
  if (!keys) return keys.error();
  made->keys = std::move(*keys);
  made->opener = std::make_unique<events::Opener>(made->secrets, *made->keys, partitions);
  return made;
}

}  // namespace ops::node
