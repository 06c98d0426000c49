#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "events/hmac.h"
#include "ingest/bulk/source.h"
#include "ops/http/download.h"

namespace ingest::bulk {
namespace {

using events::Error;
using events::ErrorCode;
using events::Result;
using events::Status;
using ops::http::Download;
using ops::http::DownloadHead;

constexpr int tries_max = 5;
constexpr std::chrono::milliseconds first_retry{250};
// What has to come between two cut connections for the tries to begin anew.
constexpr std::uint64_t progress_bytes = 1u << 20;

// A weak tag says that two are as good as equal, not that their bytes are.
std::string strong_tag(const DownloadHead& head) {
  return head.entity_tag.starts_with("W/") ? std::string() : head.entity_tag;
}

class RemoteSource final : public Source {
 public:
  RemoteSource(SourcePlace place, ops::http::Endpoint from, bool allow_private, Stopped stopped)
      : url_(std::move(place.url)),
        from_(std::move(from)),
        allow_private_(allow_private),
        stopped_(std::move(stopped)),
        identity_(std::move(place.identity)),
        offset_(place.offset),
        tried_at_(place.offset) {}

  // Connected at offset_, after some tries.
  Status connect();
  Result<std::size_t> read(char* into, std::size_t bytes_max) override;
  const std::string& identity() const override { return identity_; }

 private:
  Status connect_once();
  Status check_status(const DownloadHead& head) const;
  Status check_identity(const DownloadHead& head);
  Status skip(std::uint64_t bytes);
  bool pause();
  Error named(const Error& error) const {
    return {error.code, fmt::format("{}: {}", file_name(url_), error.message), {}};
  }

  const std::string url_;
  const ops::http::Endpoint from_;
  const bool allow_private_;
  const Stopped stopped_;
  std::string identity_, tag_;
  std::uint64_t offset_;
  std::uint64_t tried_at_;
  int tries_ = 0;
  std::unique_ptr<Download> download_;
};

Status RemoteSource::check_status(const DownloadHead& head) const {
  const std::string name = file_name(url_);
  if (head.status == 200 || head.status == 206) {
    if (head.content_encoding.empty() || head.content_encoding == "identity") return {};
    return Error{ErrorCode::unsupported,
                 fmt::format("{}: came as Content-Encoding {}, which was not asked for", name,
                             head.content_encoding.substr(0, 40)),
                 {}};
  }
  if (head.status == 404 || head.status == 410)
    return Error{
        ErrorCode::not_found, fmt::format("{}: the source answered {}", name, head.status), {}};
  if (head.status >= 300 && head.status < 400) {
    return Error{ErrorCode::forbidden,
                 fmt::format("{}: the source answered {}; an import does not follow redirects, "
                             "name the address itself",
                             name, head.status),
                 {}};
  }
  if (head.status == 416) return source_changed(url_);
  if (head.status >= 500 || head.status == 408 || head.status == 429)
    return events::unavailable(fmt::format("{}: the source answered {}", name, head.status));
  return Error{
      ErrorCode::forbidden, fmt::format("{}: the source answered {}", name, head.status), {}};
}

// Tag and date are equal at each try, and so is the length where it is told.
Status RemoteSource::check_identity(const DownloadHead& head) {
  // A digest: a tag may be any bytes.
  const auto told = events::sha256(head.entity_tag + "\n" + head.last_modified);
  const std::string name = events::to_hex(events::bytes_of(told));
  const std::string length = head.length ? fmt::format("{}", *head.length) : std::string();
  if (identity_.empty()) identity_ = name + "/" + length;
  const std::string known_length =
      identity_.substr(std::min(identity_.find('/'), identity_.size() - 1) + 1);
  const bool same_length = length.empty() || known_length.empty() || length == known_length;
  if (!identity_.starts_with(name + "/") || !same_length) return source_changed(url_);
  tag_ = strong_tag(head);
  return {};
}

Status RemoteSource::skip(std::uint64_t bytes) {
  std::string unwanted(256u << 10, '\0');
  while (bytes > 0) {
    auto got = download_->read(unwanted.data(), std::min<std::uint64_t>(bytes, unwanted.size()));
    if (!got) return got.error();
    if (*got == 0) return source_changed(url_);
    bytes -= *got;
  }
  return {};
}

Status RemoteSource::connect_once() {
  ops::http::DownloadRequest request;
  request.from = from_;
  request.accept = "application/fhir+ndjson, application/ndjson";
  request.begin = offset_;
  request.if_range = tag_;
  request.allow_private = allow_private_;
  request.stopped = stopped_;
  auto opened = Download::open(std::move(request));
  if (!opened) {
    if (opened.error().code != ErrorCode::forbidden) return named(opened.error());
    return Error{ErrorCode::forbidden,
                 fmt::format("{}: its address is private; a node reads from there only with "
                             "--import-allow-private",
                             file_name(url_)),
                 {}};
  }
  download_ = std::move(*opened);
  const auto& head = download_->head();
  if (auto good = check_status(head); !good) return good;
  if (auto same = check_identity(head); !same) return same;
  if (head.status == 200) return skip(offset_);
  if (head.begin == offset_) return {};
  return Error{
      ErrorCode::unsupported,
      fmt::format("{}: the source answered another range than it was asked for", file_name(url_)),
      {}};
}

// False: stopped, or tried often enough.
bool RemoteSource::pause() {
  if (offset_ >= tried_at_ + progress_bytes) {
    tried_at_ = offset_;
    tries_ = 0;
  }
  if (++tries_ >= tries_max) return false;
  const auto until = std::chrono::steady_clock::now() + first_retry * (1 << tries_);
  while (std::chrono::steady_clock::now() < until) {
    if (stopped_()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

Status RemoteSource::connect() {
  while (true) {
    auto connected = connect_once();
    if (connected || connected.error().code != ErrorCode::unavailable) return connected;
    if (!pause()) return connected;
  }
}

Result<std::size_t> RemoteSource::read(char* into, std::size_t bytes_max) {
  while (true) {
    auto got = download_->read(into, bytes_max);
    if (got) {
      offset_ += *got;
      return got;
    }
    if (!pause()) return named(got.error());
    if (auto again = connect(); !again) return again.error();
  }
}

}  // namespace

Result<std::unique_ptr<Source>> open_remote_source(const SourcePlace& place,
                                                   const SourceRules& rules,
                                                   const Stopped& stopped) {
  auto from = ops::http::Endpoint::parse(place.url, true);
  if (!from) return from.error();
  auto source =
      std::make_unique<RemoteSource>(place, std::move(*from), rules.allow_private, stopped);
  if (auto connected = source->connect(); !connected) return connected.error();
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace ingest::bulk
