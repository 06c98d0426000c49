#include "events/log/kafka_watch.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "events/log/kafka_topic.h"

namespace events::kafka {
namespace {

using std::chrono::steady_clock;

constexpr auto look_timeout = std::chrono::seconds(5);

Error differs(std::string message) {
  return {ErrorCode::precondition_failed, std::move(message), {}};
}

std::string cluster_id(const Client& client, std::chrono::milliseconds timeout) {
  char* id = rd_kafka_clusterid(client.get(), milliseconds(timeout));
  if (id == nullptr) return {};
  std::string text = id;
  rd_kafka_mem_free(client.get(), id);
  return text;
}

}  // namespace

Watch::Watch(const KafkaLogOptions& options, const Client& admin, ConsumerPool& consumers,
             RecordEnds& ends)
    : options_(options),
      admin_(admin),
      consumers_(consumers),
      record_ends_(ends),
      firsts_(options.partitions),
      ends_(options.partitions) {}

Status Watch::look(std::chrono::milliseconds timeout) {
  Status seen = look_at_settings(timeout);
  if (seen) seen = look_at_identity(timeout);
  remember(seen);
  return seen;
}

void Watch::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stopping_.wait_for(lock, stop, options_.settings_interval, [] { return false; })) {
      if (stop.stop_requested()) return;
      lock.unlock();
      static_cast<void>(look(look_timeout));
      lock.lock();
    }
  });
}

std::string Watch::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

Status Watch::look_at_settings(std::chrono::milliseconds timeout) const {
  auto settings = read_settings(admin_, options_, steady_clock::now() + timeout);
  if (!settings && settings.error().code == ErrorCode::not_found)
    return differs(settings.error().message);
  if (!settings) return settings.error();
  const std::string different = differences(*settings);
  if (different.empty()) return {};
  return differs(fmt::format("topic {}: {}", options_.topic, different));
}

Status Watch::look_at_identity(std::chrono::milliseconds timeout) {
  const std::string cluster = cluster_id(admin_, timeout);
  if (cluster.empty()) return unavailable("the cluster does not tell its id");
  if (cluster_.empty()) cluster_ = cluster;
  if (cluster != cluster_)
    return differs(fmt::format("another cluster answers: {}, not {}", cluster, cluster_));

  for (std::uint32_t i = 0; i < options_.partitions; ++i) {
    const auto first = consumers_.first({i}, timeout);
    if (!first) return first.error();
    const auto end = consumers_.end({i}, timeout);
    if (!end) return end.error();
    if (*first > Offset{} && !options_.may_begin_late) {
      return differs(fmt::format("topic {} partition {} begins at offset {}: records were deleted",
                                 options_.topic, i, first->value));
    }
    if (*end < ends_[i]) {
      return differs(fmt::format(
          "topic {} partition {} ends at offset {}, before {}: it was made again or cut",
          options_.topic, i, end->value, ends_[i].value));
    }
    if (*first < firsts_[i]) {
      return differs(
          fmt::format("topic {} partition {} begins at offset {}, before {}: it was made again",
                      options_.topic, i, first->value, firsts_[i].value));
    }
    if (first_ && first_->partition.value == i && *first > first_->offset) first_.reset();
    firsts_[i] = *first;
    ends_[i] = *end;
  }
  return look_at_first_record(timeout);
}

// The first record of one partition stands for the topic.
Status Watch::look_at_first_record(std::chrono::milliseconds timeout) {
  if (first_) {
    const auto after = consumers_.offset_at(first_->partition, first_->milliseconds + 1, timeout);
    if (!after) return after.error();
    if (*after != first_->offset) return {};
    return differs(fmt::format(
        "topic {} partition {}: its first record is not the one it was: it was made again",
        options_.topic, first_->partition.value));
  }
  for (std::uint32_t i = 0; i < options_.partitions && !first_; ++i) {
    if (ends_[i] == firsts_[i]) continue;
    const auto end = record_ends_.below({i}, ends_[i], timeout);
    if (!end) return end.error();
    if (*end <= firsts_[i]) continue;  // nothing but markers
    auto reader = consumers_.read({i}, firsts_[i]);
    if (!reader) return reader.error();
    auto records = (*reader)->next(1, timeout);
    if (!records) return records.error();
    if (records->empty()) return unavailable("no first record yet");
    const auto time = std::chrono::floor<std::chrono::milliseconds>(records->front().append_time);
    first_ = First{{i}, records->front().offset, time.time_since_epoch().count()};
  }
  return {};
}

// A broker that is away says nothing of the topic: the last finding stays.
void Watch::remember(const Status& seen) {
  if (!seen && seen.error().code != ErrorCode::precondition_failed) return;
  std::string problem = seen ? "" : seen.error().message;
  const std::lock_guard lock(mutex_);
  if (problem == problem_) return;
  if (problem.empty()) {
    spdlog::info("topic {} is as it must be again", options_.topic);
  } else {
    spdlog::error("writes stop: {}", problem);
  }
  problem_ = std::move(problem);
}

}  // namespace events::kafka
