#include "events/log/kafka_reader.h"

#include <fmt/format.h>

#include "events/hmac.h"

namespace events::kafka {
namespace {

using std::chrono::steady_clock;

LogRecord record_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  std::int64_t time = rd_kafka_message_timestamp(&message, &type);
  // Written while the topic's settings had drifted: a sender's clock, never used.
  if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) time = 0;
  return {{message.offset},
          KnownTime(std::chrono::milliseconds(time)),
          std::string(static_cast<const char*>(message.key), message.key_len),
          std::string(static_cast<const char*>(message.payload), message.len)};
}

Secret digest_of(const LogRecord& record) {
  const auto time = record.append_time.time_since_epoch().count();
  return sha256(fmt::format("{} {} {}{}", time, record.key.size(), record.key, record.value));
}

// Errors after which the same records will not be there on a later call either.
bool is_loss(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
         error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE || error == RD_KAFKA_RESP_ERR__BAD_MSG ||
         error == RD_KAFKA_RESP_ERR_INVALID_MSG;
}

}  // namespace

Reader::Reader(ConsumerPool& pool, std::shared_ptr<Consumer> consumer, PartitionId partition)
    : pool_(pool),
      consumer_(std::move(consumer)),
      partition_(partition),
      queue_(rd_kafka_queue_new(consumer_->client->get())) {}

Reader::~Reader() {
  stop();
  queue_.reset();
  pool_.give_back(*consumer_, partition_);
}

Status Reader::start(Offset from) {
  if (rd_kafka_consume_start_queue(consumer_->topic.get(),
                                   static_cast<std::int32_t>(partition_.value), from.value,
                                   queue_.get()) != 0) {
    return unavailable(
        fmt::format("partition {}: {}", partition_.value, describe(rd_kafka_last_error())));
  }
  started_ = true;
  return {};
}

void Reader::stop() {
  held_.reset();
  if (started_)
    rd_kafka_consume_stop(consumer_->topic.get(), static_cast<std::int32_t>(partition_.value));
  started_ = false;
}

Result<std::vector<LogRecord>> Reader::next(std::size_t bytes_max, std::chrono::milliseconds wait) {
  if (lost_) return *lost_;
  if (!started_ && last_) {  // going back failed
    if (auto again = go_back(); !again) return again.error();
  }
  std::vector<LogRecord> records;
  std::size_t bytes = 0;
  const auto deadline = steady_clock::now() + wait;
  while (!lost_) {
    Message message;
    const auto taken = take_checked(records.empty() ? deadline : steady_clock::time_point{},
                                    !records.empty(), message);
    if (!taken) return taken.error();
    if (*taken == Taken::nothing) break;
    if (*taken == Taken::passed) continue;
    bytes += message->len + message->key_len;
    if (!records.empty() && bytes > bytes_max) {
      held_ = std::move(message);
      break;
    }
    records.push_back(record_of(*message));
  }
  if (!records.empty()) {
    last_ = Last{records.back().offset, digest_of(records.back())};
  } else if (const std::string problem = consumer_->client->problem(); !problem.empty()) {
    return unavailable(problem);
  }
  return records;
}

Result<Reader::Taken> Reader::take_checked(steady_clock::time_point deadline, bool batch_begun,
                                           Message& message) {
  message = take(deadline);
  if (!message) return Taken::nothing;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    auto error = failed(*message);
    if (batch_begun) return Taken::passed;  // what was read before it is handed out first
    return error;
  }
  if (verifying_) {
    if (auto same = verify(*message); !same) return same.error();
    return Taken::passed;
  }
  if (!may_be_another_topic()) return Taken::record;
  if (batch_begun) return Taken::nothing;  // it is asked for again on the next call
  if (auto again = go_back(); !again) return again.error();
  return Taken::passed;
}

Message Reader::take(steady_clock::time_point deadline) {
  if (held_) return std::move(held_);
  if (!started_) return {};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
  return Message(rd_kafka_consume_queue(queue_.get(), milliseconds(left)));
}

bool Reader::may_be_another_topic() {
  const auto doubts = consumer_->client->doubts();
  if (doubts == doubts_) return false;
  if (last_) return true;
  doubts_ = doubts;  // nothing was handed out that could be of another
  return false;
}

// Reads again from the last record that was handed out: verify() holds it against what it was.
Status Reader::go_back() {
  doubts_ = consumer_->client->doubts();
  stop();
  queue_.reset(rd_kafka_queue_new(consumer_->client->get()));
  verifying_ = true;
  return start(last_->offset);
}

Status Reader::verify(const rd_kafka_message_t& message) {
  const auto record = record_of(message);
  if (record.offset == last_->offset && digest_of(record) == last_->digest) {
    verifying_ = false;
    return {};
  }
  lost_ = corrupt(fmt::format(
      "partition {} of topic {}: its record at offset {} is not the one it was: the topic was made "
      "again",
      partition_.value, rd_kafka_topic_name(consumer_->topic.get()), last_->offset.value));
  pool_.note_loss(lost_->message);
  return *lost_;
}

// librdkafka goes on by itself after most of them.
Error Reader::failed(const rd_kafka_message_t& message) {
  if (!is_loss(message.err)) {
    return unavailable(
        fmt::format("partition {}: {}", partition_.value, rd_kafka_message_errstr(&message)));
  }
  lost_ = corrupt(fmt::format(
      "partition {} of topic {}: {}: the topic was made again, cut or is damaged", partition_.value,
      rd_kafka_topic_name(consumer_->topic.get()), rd_kafka_message_errstr(&message)));
  if (last_) pool_.note_loss(lost_->message);  // else the place may be one that never was
  return *lost_;
}

}  // namespace events::kafka
