#include "ops/http/file_sender.h"

#include <fmt/format.h>

namespace ops::http {
namespace {

constexpr std::chrono::seconds patience{30};

// Counts while it lives.
class Place {
 public:
  Place(std::shared_ptr<std::atomic<int>> running, int files_max)
      : running_(std::move(running)), fits_(running_->fetch_add(1) < files_max) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { running_->fetch_sub(1); }
  bool fits() const { return fits_; }

 private:
  std::shared_ptr<std::atomic<int>> running_;
  const bool fits_;
};

void send_all(const FileSender::NextFile& next, ChunkSink& sink) {
  while (true) {
    auto file = next();
    if (!file) return sink.cut();
    if (!*file) return sink.close();
    while (true) {
      auto bytes = (*file)->next();
      if (!bytes) return sink.cut();
      if (bytes->empty()) break;
      if (!sink.write_when_room(std::move(*bytes), patience)) return sink.cut();
    }
  }
}

}  // namespace

events::Result<Response> FileSender::send(NextFile next) {
  auto place = std::make_shared<Place>(running_, files_max_);
  if (!place->fits()) {
    return events::Error{
        events::ErrorCode::overloaded,
        fmt::format("file: {} files are being sent, more are not at once", files_max_),
        {}};
  }
  Response response;
  response.stream = [next = std::move(next), place](const std::shared_ptr<ChunkSink>& sink) {
    send_all(next, *sink);
  };
  return response;
}

events::Result<Response> FileSender::send(events::SealedFileReader file) {
  auto waiting =
      std::make_shared<std::optional<events::SealedFileReader>>(std::in_place, std::move(file));
  return send([waiting]() -> events::Result<std::optional<events::SealedFileReader>> {
    std::optional<events::SealedFileReader> taken;
    if (*waiting) taken.emplace(std::move(**waiting));
    waiting->reset();
    return taken;
  });
}

}  // namespace ops::http
