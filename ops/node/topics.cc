#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "events/log/kafka_log.h"
#include "ops/node/command.h"
#include "ops/node/settings.h"

namespace ops::node {
namespace {

int fail(const events::Error& error) {
  fmt::print(stderr, "chartlog topics: {}\n", error.message);
  return 1;
}

int run_topics(const ReadSettings& read) {
  auto settings = read();
  if (!settings) return fail(settings.error());
  if (settings->kafka.empty()) return fail(events::invalid("kafka: name the brokers, --kafka HOST:PORT"));
  bool all_ok = true;
  for (const std::string suffix : {"", ".keys", ".checkpoints"}) {
    events::KafkaLogOptions options;
    options.brokers = settings->kafka;
    options.topic = settings->topic + suffix;
    options.partitions = suffix.empty() ? settings->partitions : 1;
    auto topic = events::check_topic(options);
    if (!topic) return fail(topic.error());
    fmt::print("{}\n", options.topic);
    for (const events::TopicSetting& setting : *topic) {
      fmt::print("  {:<4} {:<32} {:<24} {}\n", setting.ok ? "ok" : "BAD", setting.name, setting.is, setting.ok ? "" : "want " + setting.want);
      all_ok = all_ok && setting.ok;
    }
  }
  return all_ok ? 0 : 1;
}

}  // namespace

Run prepare_topics(CLI::App& app) {
  return [read = add_settings(app)] { return run_topics(read); };
}

}  // namespace ops::node
