#include "ops/node/access_keeping.h"

#include <spdlog/spdlog.h>

namespace ops::node {
namespace {

constexpr std::chrono::hours trim_interval{1};
constexpr std::chrono::minutes after_failure{1};

}  // namespace

AccessKeeping::AccessKeeping(projections::access::TrimmerOptions options, events::EventLog& log,
                             projections::access::AccessModel& model,
                             const events::Secrets& secrets)
    : trimmer_(std::move(options), log, model, secrets) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

AccessKeeping::~AccessKeeping() {
  thread_.request_stop();
  thread_.join();
}

std::string AccessKeeping::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void AccessKeeping::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto done = trimmer_.trim([&stop] { return stop.stop_requested(); });
    if (!done) spdlog::warn("access log not trimmed reason=\"{}\"", done.error().message);
    std::unique_lock lock(mutex_);
    problem_ = done ? std::string() : "access log not trimmed: " + done.error().message;
    stopping_.wait_for(lock, stop, done ? trim_interval : after_failure, [] { return false; });
  }
}

}  // namespace ops::node
