// What the tests against a real broker share.
#pragma once

#include <string>
#include <vector>

#include "events/log/kafka_log.h"

namespace events {

// `host:port` of CHARTLOG_TEST_BROKER; empty where none runs.
std::string test_broker();
// Under CI=true a test without its broker is a failure, elsewhere a skip.
bool broker_is_due();

// A name that no test used before.
std::string fresh_topic();

// Alters one setting of a topic, as an operator would.
void alter_topic(const std::string& brokers, const std::string& topic, const std::string& setting,
                 const std::string& value);
void delete_topic(const std::string& brokers, const std::string& topic);

// Another program's records in partition 0, in one transaction, which leaves its marker behind
// them.
enum class TransactionEnd { commit, abort };
void append_in_transaction(const std::string& brokers, const std::string& topic,
                           const std::vector<std::string>& values, TransactionEnd end);
// The broker's high watermark of partition 0: the offset of its next record.
std::int64_t high_watermark(const std::string& brokers, const std::string& topic);

}  // namespace events
