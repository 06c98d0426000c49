#include "events/log/kafka_client.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <climits>

namespace events::kafka {
namespace {

constexpr std::int16_t produce_key = 0, metadata_key = 3;  // of Kafka's protocol

struct DestroyConfiguration {
  void operator()(rd_kafka_conf_t* configuration) const { rd_kafka_conf_destroy(configuration); }
};
using Configuration = std::unique_ptr<rd_kafka_conf_t, DestroyConfiguration>;

Status apply(rd_kafka_conf_t* configuration, const Settings& settings) {
  char why[512];
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), why, sizeof why) !=
        RD_KAFKA_CONF_OK) {
      return invalid(fmt::format("{}: {}", name, why));
    }
  }
  return {};
}

void log_line(const rd_kafka_t* handle, int level, const char* what, const char* text) {
  if (level <= 3) {
    spdlog::error("kafka {} {}: {}", rd_kafka_name(handle), what, text);
  } else if (level <= 4) {
    spdlog::warn("kafka {} {}: {}", rd_kafka_name(handle), what, text);
  } else {
    spdlog::debug("kafka {} {}: {}", rd_kafka_name(handle), what, text);
  }
}

}  // namespace

int milliseconds(std::chrono::milliseconds time) {
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(time.count(), 0, INT_MAX));
}

std::string describe(rd_kafka_resp_err_t error) { return rd_kafka_err2str(error); }

Result<std::unique_ptr<Client>> Client::open(rd_kafka_type_t type, const Settings& settings,
                                             Delivered delivered) {
  std::unique_ptr<Client> client(new Client(std::move(delivered)));
  Configuration configuration(rd_kafka_conf_new());
  if (auto applied = apply(configuration.get(), settings); !applied) return applied.error();
  if (auto applied = apply(configuration.get(), {{"statistics.interval.ms", "1000"}}); !applied)
    return applied.error();
  rd_kafka_conf_set_opaque(configuration.get(), client.get());
  rd_kafka_conf_set_error_cb(configuration.get(), &Client::on_error);
  rd_kafka_conf_set_log_cb(configuration.get(), &Client::on_log);
  rd_kafka_conf_set_stats_cb(configuration.get(), &Client::on_statistics);
  if (type == RD_KAFKA_PRODUCER)
    rd_kafka_conf_set_dr_msg_cb(configuration.get(), &Client::on_delivery);
  rd_kafka_conf_interceptor_add_on_new(configuration.get(), "chartlog", &Client::on_new,
                                       client.get());

  char why[512];
  client->handle_ = rd_kafka_new(type, configuration.get(), why, sizeof why);
  if (client->handle_ == nullptr) return unavailable(fmt::format("kafka client: {}", why));
  static_cast<void>(configuration.release());  // the instance owns it now
  client->poller_ = std::jthread([handle = client->handle_](const std::stop_token& stop) {
    while (!stop.stop_requested()) rd_kafka_poll(handle, 50);
  });
  return client;
}

Client::~Client() {
  if (handle_ == nullptr) return;
  poller_.request_stop();
  poller_.join();
  rd_kafka_destroy(handle_);
}

Topic Client::topic(const std::string& name) const {
  return Topic(rd_kafka_topic_new(handle_, name.c_str(), nullptr));
}

std::string Client::problem() const {
  {
    const std::lock_guard lock(mutex_);
    if (!fatal_.empty()) return fatal_;
  }
  return all_down_ ? "no Kafka broker answers" : "";
}

std::string Client::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

int Client::on_statistics(rd_kafka_t*, char* document, std::size_t size, void* self) {
  auto& client = *static_cast<Client*>(self);
  const std::lock_guard lock(client.mutex_);
  client.statistics_.assign(document, size);
  return 0;  // librdkafka frees it
}

// On the thread that fetches, before it fetches again.
void Client::on_log(const rd_kafka_t* handle, int level, const char* what, const char* text) {
  if (std::string_view(what) == "BROKERUA")
    ++static_cast<Client*>(rd_kafka_opaque(handle))->doubts_;
  log_line(handle, level, what, text);
}

void Client::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  static_cast<Client*>(self)->delivered_(*message);
}

void Client::on_error(rd_kafka_t* handle, int error, const char* reason, void* self) {
  auto& client = *static_cast<Client*>(self);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) client.all_down_ = true;
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    char why[512];
    const rd_kafka_resp_err_t cause = rd_kafka_fatal_error(handle, why, sizeof why);
    const std::lock_guard lock(client.mutex_);
    client.fatal_ = fmt::format("the Kafka producer stopped for good ({}: {}): restart this node",
                                describe(cause), why);
    spdlog::error("kafka {}: {}", rd_kafka_name(handle), client.fatal_);
    return;
  }
  spdlog::debug("kafka {}: {}", rd_kafka_name(handle), reason);
}

rd_kafka_resp_err_t Client::on_new(rd_kafka_t* handle, const rd_kafka_conf_t*, void* self, char*,
                                   std::size_t) {
  rd_kafka_interceptor_add_on_request_sent(handle, "chartlog", &Client::on_request, self);
  return rd_kafka_interceptor_add_on_response_received(handle, "chartlog", &Client::on_response,
                                                       self);
}

rd_kafka_resp_err_t Client::on_request(rd_kafka_t*, int, const char*, std::int32_t,
                                       std::int16_t key, std::int16_t, std::int32_t, std::size_t,
                                       void* self) {
  if (key == produce_key) ++static_cast<Client*>(self)->produce_requests_;
  if (key == metadata_key) ++static_cast<Client*>(self)->doubts_;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// librdkafka says when all brokers went down, but not when one is back: any answer
// tells that.
rd_kafka_resp_err_t Client::on_response(rd_kafka_t*, int, const char*, std::int32_t, std::int16_t,
                                        std::int16_t, std::int32_t, std::size_t, std::int64_t,
                                        rd_kafka_resp_err_t error, void* self) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<Client*>(self)->all_down_ = false;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace events::kafka
