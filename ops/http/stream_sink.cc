#include "ops/http/stream_sink.h"

#include <fmt/format.h>

#include <iterator>

namespace ops::http {
namespace {

class Sink final : public ChunkSink {
 public:
  explicit Sink(std::shared_ptr<StreamQueue> queue) : queue_(std::move(queue)) {}
  ~Sink() override { queue_->close(); }
  bool write(std::string chunk) override { return queue_->write(std::move(chunk)); }
  void close() override { queue_->close(); }
  bool write_when_room(std::string chunk, std::chrono::milliseconds patience) override {
    return queue_->write_when_room(std::move(chunk), patience);
  }
  void cut() override { queue_->cut(); }

 private:
  std::shared_ptr<StreamQueue> queue_;
};

}  // namespace

bool StreamQueue::write(std::string chunk) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  if (chunk.empty()) return true;  // an empty chunk would end the response
  queued_bytes_ += chunk.size();
  if (queued_bytes_ + taken_bytes_ > bytes_max_) {
    // The client reads too slowly. It is cut off where it is, and asks again from there.
    closed_ = overflowed_ = true;
    chunks_.clear();
  } else {
    chunks_.push_back(std::move(chunk));
  }
  if (wake_) wake_();
  return !overflowed_;
}

bool StreamQueue::write_when_room(std::string chunk, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const bool roomy = room_.wait_for(lock, patience, [&] {
    return closed_ || queued_bytes_ + taken_bytes_ + chunk.size() <= bytes_max_;
  });
  if (!roomy || closed_) return false;
  if (chunk.empty()) return true;
  queued_bytes_ += chunk.size();
  chunks_.push_back(std::move(chunk));
  if (wake_) wake_();
  return true;
}

void StreamQueue::cut() {
  const std::lock_guard lock(mutex_);
  closed_ = overflowed_ = true;
  chunks_.clear();
  room_.notify_all();
  if (wake_) wake_();
}

void StreamQueue::close() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  closed_ = true;
  room_.notify_all();
  if (wake_) wake_();
}

std::optional<std::string> StreamQueue::take(bool chunked, bool& end) {
  const std::lock_guard lock(mutex_);
  if (overflowed_) return std::nullopt;
  std::string bytes;
  for (const auto& chunk : chunks_) {
    if (chunked) {
      fmt::format_to(std::back_inserter(bytes), "{:x}\r\n{}\r\n", chunk.size(), chunk);
    } else {
      bytes += chunk;
    }
  }
  chunks_.clear();
  taken_bytes_ += queued_bytes_;
  queued_bytes_ = 0;
  end = closed_;
  if (end && chunked) bytes += "0\r\n\r\n";
  return bytes;
}

void StreamQueue::sent() {
  const std::lock_guard lock(mutex_);
  taken_bytes_ = 0;
  room_.notify_all();
}

void StreamQueue::detach() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  wake_ = nullptr;
  chunks_.clear();
  room_.notify_all();
}

std::shared_ptr<ChunkSink> make_sink(std::shared_ptr<StreamQueue> queue) {
  return std::make_shared<Sink>(std::move(queue));
}

}  // namespace ops::http
