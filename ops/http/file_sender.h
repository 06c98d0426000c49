// Sealed files to their reader, as slowly as it reads: each takes a worker's thread as long, so
// few are sent at once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "events/sealed_file.h"
#include "ops/http/http.h"

namespace ops::http {

// Safe from any thread.
class FileSender {
 public:
  explicit FileSender(int files_max = 8)
      : files_max_(files_max), running_(std::make_shared<std::atomic<int>>(0)) {}

  // Nothing: there are no more.
  using NextFile = std::function<events::Result<std::optional<events::SealedFileReader>>()>;
  // One after the other as one body, without a Content-Type; each is asked for when it is its
  // turn, on the thread that sends. overloaded: too many are being sent.
  // A file that does not read, or a client that reads nothing for half a minute, cuts the
  // connection, so that the client sees that the rest is missing.
  events::Result<Response> send(NextFile next);
  events::Result<Response> send(events::SealedFileReader file);

 private:
  const int files_max_;
  std::shared_ptr<std::atomic<int>> running_;
};

}  // namespace ops::http
