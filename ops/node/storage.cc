#include "ops/node/storage.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "events/dictionary.h"
#include "events/log/embedded_log.h"
#include "events/log/kafka_log.h"
#include "ops/runtime/open_files.h"

namespace ops::node {
namespace {

using events::EventLog;
using events::Result;

events::Status read_secrets(const NodeSettings& settings, events::Secrets& secrets) {
  bool made = false;
  auto read = events::Secrets::read_or_make(settings.secrets, made);
  if (!read) return read.error();
  if (made) {
    spdlog::warn(
        "made new secrets file=\"{}\": keep a copy apart from the data, without it nothing on the "
        "log can be opened",
        settings.secrets.string());
  }
  secrets = *read;
  return {};
}

// A store of keys begins a log that has none; but never beside records, which only the keys that
// are gone could open.
events::Status check_keys_are_there(EventLog& clinical, EventLog& key_log,
                                    const NodeSettings& settings) {
  const auto end = key_log.end({0});
  if (!end) return end.error();
  if (end->value > 0) return {};
  for (std::uint32_t i = 0; i < clinical.partition_count(); ++i) {
    const auto records = clinical.end({i});
    if (!records) return records.error();
    if (records->value == 0) continue;
    const auto name = settings.kafka.empty() ? (settings.data / "log" / "keys").string()
                                             : "topic " + settings.topic + ".keys";
    return events::Error{
        events::ErrorCode::precondition_failed,
        fmt::format("{} is empty, but the log has records (partition {}): it was lost or made "
                    "again; restore it, without its keys no record can be opened",
                    name, i),
        {}};
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<EventLog>> open_node_log(const NodeSettings& settings,
                                                const std::string& name, std::uint32_t partitions) {
  if (settings.kafka.empty()) {
    events::EmbeddedLogOptions options;
    options.directory = settings.data / "log" / (name.empty() ? "clinical" : name);
    options.partitions = partitions;
    return events::open_embedded_log(options);
  }
  events::KafkaLogOptions options;
  options.brokers = settings.kafka;
  options.topic = name.empty() ? settings.topic : settings.topic + "." + name;
  options.partitions = partitions;
  options.delivery_timeout = settings.delivery_timeout;
  options.may_begin_late = name == "access";  // its index looks whether it may
  char host[256] = "node";
  ::gethostname(host, sizeof host - 1);
  options.node = fmt::format("chartlog-{}-{}", host, ::getpid());
  return events::open_kafka_log(options);
}

Result<std::unique_ptr<Storage>> Storage::open(const NodeSettings& settings,
                                               prometheus::Registry& metrics) {
  auto folder = DataFolder::lock(settings.data);
  if (!folder) return folder.error();
  auto storage = std::make_unique<Storage>(std::move(*folder));
  if (auto read = read_secrets(settings, storage->secrets); !read) return read.error();

  auto clinical = open_node_log(settings, {}, settings.partitions);
  if (!clinical) return clinical.error();
  storage->clinical = std::move(*clinical);
  auto key_log = open_node_log(settings, "keys", 1);
  if (!key_log) return key_log.error();
  storage->key_log = std::move(*key_log);
  if (auto kept = check_keys_are_there(*storage->clinical, *storage->key_log, settings); !kept)
    return kept.error();
  auto access_log = open_node_log(settings, "access", 1);
  if (!access_log) return access_log.error();
  storage->access_log = std::move(*access_log);
  const std::uint32_t partitions = storage->clinical->partition_count();
  auto keys = events::KeyStore::open(*storage->key_log, storage->secrets, partitions);
  if (!keys) return keys.error();
  storage->keys = std::move(*keys);

  storage->sealer = std::make_unique<events::Sealer>(storage->secrets, *storage->keys,
                                                     events::current_dictionary());
  storage->opener = std::make_unique<events::Opener>(storage->secrets, *storage->keys, partitions);
  projections::ShardsOptions options;
  options.directory = settings.data / "shards";
  options.limits.open_tables =
      projections::open_tables_of(runtime::raise_open_files_limit(), partitions);
  auto shards = projections::Shards::open(options, *storage->clinical, *storage->opener, metrics);
  if (!shards) return shards.error();
  storage->shards = std::move(*shards);
  return storage;
}

}  // namespace ops::node
