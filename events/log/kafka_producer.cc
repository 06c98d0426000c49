#include "events/log/kafka_producer.h"

#include <fmt/format.h>

#include <limits>

namespace events::kafka {
namespace {

constexpr std::size_t record_bytes_max = 1u << 20;  // of key and value, as the embedded log's
constexpr int close_timeout_ms = 5000;

// What one append holds in memory beside its bytes.
constexpr std::size_t overhead = 256;

struct Waiting {
  AppendDone done;
  std::size_t bytes;
};

Settings producer_settings(const KafkaLogOptions& options) {
  return {
      {"bootstrap.servers", options.brokers},
      {"client.id", options.node.empty() ? "chartlog" : options.node},
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"max.in.flight.requests.per.connection", "5"},
      {"linger.ms", "0"},
      {"compression.type", "none"},  // values are ciphertext
      {"message.timeout.ms", std::to_string(options.delivery_timeout.count())},
      {"message.max.bytes", "2097152"},
      // Our own count by bytes is the bound; these must not meet it first.
      {"queue.buffering.max.messages", "10000000"},
      {"queue.buffering.max.kbytes", "2097151"},
      {"retry.backoff.ms", "50"},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"socket.nagle.disable", "true"},
      // A deleted topic must not come back empty, with a broker's default settings.
      {"allow.auto.create.topics", "false"},
  };
}

KnownTime append_time(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t time = rd_kafka_message_timestamp(&message, &type);
  // Anything else is a sender's clock, which is never used; zero moves no maximum.
  return KnownTime(
      std::chrono::milliseconds(type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? time : 0));
}

Appended answer(const rd_kafka_message_t& message) {
  const auto why = [&] { return describe(message.err); };
  switch (rd_kafka_message_status(&message)) {
    case RD_KAFKA_MSG_STATUS_NOT_PERSISTED:
      return {Delivery::not_persisted, {}, {}, why()};
    case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED:
      return {Delivery::unknown, {}, {}, why()};
    case RD_KAFKA_MSG_STATUS_PERSISTED:
      break;
  }
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) return {Delivery::unknown, {}, {}, why()};
  // A repeat that the broker dropped as too old to remember where it put the first.
  if (message.offset < 0)
    return {Delivery::unknown, {}, {}, "persisted, but the broker no longer knows where"};
  return {Delivery::persisted,
          {{static_cast<std::uint32_t>(message.partition)}, {message.offset}},
          append_time(message),
          {}};
}

}  // namespace

Result<std::unique_ptr<Producer>> Producer::open(const KafkaLogOptions& options) {
  std::unique_ptr<Producer> producer(new Producer(options));
  auto client =
      Client::open(RD_KAFKA_PRODUCER, producer_settings(options),
                   [self = producer.get()](const auto& message) { self->delivered(message); });
  if (!client) return client.error();
  producer->client_ = std::move(*client);
  producer->topic_ = producer->client_->topic(options.topic);
  if (!producer->topic_)
    return invalid(fmt::format("topic {}: {}", options.topic, describe(rd_kafka_last_error())));
  return producer;
}

Producer::~Producer() {
  if (!client_) return;
  if (rd_kafka_flush(client_->get(), close_timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(client_->get(), close_timeout_ms);
  }
  topic_.reset();
  client_.reset();
}

void Producer::append(PartitionId partition, std::string_view key, std::string_view value,
                      AppendDone done) {
  const std::size_t size = key.size() + value.size();
  if (size > record_bytes_max) {
    return done(
        {Delivery::not_persisted,
         {},
         {},
         fmt::format("a record of {} bytes is over the limit of {}", size, record_bytes_max)});
  }
  if (queued_bytes_.fetch_add(size + overhead) + size + overhead > queue_bytes_max_) {
    queued_bytes_ -= size + overhead;
    return done({Delivery::not_persisted, {}, {}, "the log's queue is full"});
  }
  auto waiting = std::make_unique<Waiting>(Waiting{std::move(done), size + overhead});
  // librdkafka copies at once; its parameter only lacks the const.
  const int failed = rd_kafka_produce(topic_.get(), static_cast<std::int32_t>(partition.value),
                                      RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                                      value.size(), key.data(), key.size(), waiting.get());
  if (failed == 0) {
    static_cast<void>(waiting.release());  // delivered() has it now
    return;
  }
  queued_bytes_ -= size + overhead;
  waiting->done({Delivery::not_persisted, {}, {}, describe(rd_kafka_last_error())});
}

void Producer::delivered(const rd_kafka_message_t& message) {
  const std::unique_ptr<Waiting> waiting(static_cast<Waiting*>(message._private));
  const Appended appended = answer(message);
  if (appended.delivery == Delivery::persisted) {
    ++records_;
    bytes_ += message.len + message.key_len;
  }
  queued_bytes_ -= waiting->bytes;
  waiting->done(appended);
}

LogFigures Producer::figures() const {
  return {records_, client_->produce_requests(), bytes_, queued_bytes_};
}

}  // namespace events::kafka
