// A topic's settings, asked and made through Kafka's Admin API.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "events/log/kafka_client.h"
#include "events/log/kafka_log.h"

namespace events::kafka {

using Deadline = std::chrono::steady_clock::time_point;

// Makes the topic unless it is there, and waits until every partition has a
// leader. unavailable: no broker answers by the deadline.
Status make_topic(const Client& client, const KafkaLogOptions& options, Deadline deadline);

// Each setting that the log relies on, with what it is. not_found: no such topic.
Result<std::vector<TopicSetting>> read_settings(const Client& client,
                                                const KafkaLogOptions& options, Deadline deadline);

// Removes the records below the position. unavailable: no answer, or not done.
Status delete_records(const Client& client, const KafkaLogOptions& options, const Position& below,
                      Deadline deadline);

// `cleanup.policy is compact, must be delete; …`, or empty if all are as they must be.
std::string differences(const std::vector<TopicSetting>& settings);

}  // namespace events::kafka
