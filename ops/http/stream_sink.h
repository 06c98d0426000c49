// The bytes of a streamed response between the route that makes them and the
// session that sends them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ops/http/http.h"

namespace ops::http {

// Shared by session and sink. The sink may outlive session and server: after detach()
// nothing of theirs is touched.
class StreamQueue {
 public:
  // `wake` asks the session, from any thread, to take(); it must not block.
  StreamQueue(std::size_t bytes_max, std::function<void()> wake)
      : bytes_max_(bytes_max), wake_(std::move(wake)) {}

  // The route's side.
  bool write(std::string chunk);
  // Waits until `chunk`, which must not be larger than the bound, fits. False as write(), and
  // when nothing was sent for `patience`.
  bool write_when_room(std::string chunk, std::chrono::milliseconds patience);
  void close();
  void cut();  // as if it had overflowed

  // The session's side. Everything queued, framed as chunks if `chunked`; the bytes stay
  // counted until sent(). `end`: nothing more will come. Nothing: it overflowed or was cut, and
  // must not look as if it had ended.
  std::optional<std::string> take(bool chunked, bool& end);
  void sent();
  void detach();

 private:
  const std::size_t bytes_max_;

  // Guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable room_;
  std::function<void()> wake_;
  std::vector<std::string> chunks_;
  std::size_t queued_bytes_ = 0;
  std::size_t taken_bytes_ = 0;
  bool closed_ = false;
  bool overflowed_ = false;
};

// What the route holds; the stream ends when the last holder goes.
std::shared_ptr<ChunkSink> make_sink(std::shared_ptr<StreamQueue> queue);

}  // namespace ops::http
