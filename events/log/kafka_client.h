// One librdkafka instance (a producer or a consumer), its callbacks' thread, and
// whether its brokers answer.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "events/result.h"

namespace events::kafka {

// rd_kafka_…_destroy as a unique_ptr's deleter.
template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* thing) const {
    destroy(thing);
  }
};
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using Settings = std::vector<std::pair<std::string, std::string>>;

int milliseconds(std::chrono::milliseconds time);
std::string describe(rd_kafka_resp_err_t error);

class Client {
 public:
  // Producers only; called on the client's own thread.
  using Delivered = std::function<void(const rd_kafka_message_t&)>;

  static Result<std::unique_ptr<Client>> open(rd_kafka_type_t type, const Settings& settings,
                                              Delivered delivered = {});
  ~Client();  // all topics and queues of it are gone before

  rd_kafka_t* get() const { return handle_; }
  Topic topic(const std::string& name) const;

  // Empty while brokers answer; else what is wrong. No broker has answered since
  // all of them were down, or the producer met an error that it cannot get over.
  std::string problem() const;

  // librdkafka's statistics document, at most a second old; empty before the first.
  std::string statistics() const;

  std::uint64_t produce_requests() const { return produce_requests_; }
  // How often it has been in doubt where a topic is: a broker did not have it, or the cluster was
  // asked. A topic that is deleted brings one before anything is fetched from another of that name,
  // so records that were fetched while this stood still are of one topic. Of a broker's answer
  // librdkafka 2.0.2 tells in a line of its debug log only: consumers need `debug` = `topic`.
  std::uint64_t doubts() const { return doubts_; }

 private:
  explicit Client(Delivered delivered) : delivered_(std::move(delivered)) {}

  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  static void on_log(const rd_kafka_t* handle, int level, const char* what, const char* text);
  static void on_error(rd_kafka_t* handle, int error, const char* reason, void* self);
  static int on_statistics(rd_kafka_t*, char* document, std::size_t size, void* self);
  static rd_kafka_resp_err_t on_new(rd_kafka_t* handle, const rd_kafka_conf_t*, void* self, char*,
                                    std::size_t);
  static rd_kafka_resp_err_t on_request(rd_kafka_t*, int, const char*, std::int32_t,
                                        std::int16_t key, std::int16_t, std::int32_t, std::size_t,
                                        void* self);
  static rd_kafka_resp_err_t on_response(rd_kafka_t*, int, const char*, std::int32_t,
                                         std::int16_t key, std::int16_t, std::int32_t, std::size_t,
                                         std::int64_t, rd_kafka_resp_err_t error, void* self);

  const Delivered delivered_;
  rd_kafka_t* handle_ = nullptr;
  std::atomic<std::uint64_t> produce_requests_ = 0, doubts_ = 0;
  std::atomic<bool> all_down_ = false;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::string fatal_;
  std::string statistics_;

  std::jthread poller_;  // last: the others are there while it runs
};

}  // namespace events::kafka
