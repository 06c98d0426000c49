// Reads what an address that others name has to give: GET over HTTP or HTTPS, front to back, in
// the caller's own time, no byte of the body kept. It trusts the source with nothing: redirects
// are for the caller to refuse, private addresses are refused where the connection is made, a
// source that hangs or drips is left in time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ops/http/poster.h"

namespace ops::http {

struct DownloadRequest {
  Endpoint from;
  std::string accept;
  std::uint64_t begin = 0;  // asked for as a Range, which the source may not have
  std::string if_range;     // the entity tag that the Range is of; empty: none
  bool allow_private = false;
  // For connection and head; and for each 16 KiB of the body.
  std::chrono::milliseconds patience{20'000};
  std::function<bool()> stopped;  // asked several times a second; then all ends as unavailable
};

struct DownloadHead {
  int status = 0;
  std::string entity_tag, last_modified, content_encoding;
  std::optional<std::uint64_t> length;  // of the whole, if told
  std::optional<std::uint64_t> begin;   // of a 206: where the body begins
};

// For one thread.
class Download {
 public:
  // Any status is a head. forbidden: a private address; unavailable: not connected, cut off, no
  // answer in time, stopped.
  static events::Result<std::unique_ptr<Download>> open(DownloadRequest request);
  virtual ~Download() = default;

  virtual const DownloadHead& head() const = 0;
  // Bytes put into `into`; 0 at the end of the body. unavailable: cut short, too slow, stopped.
  virtual events::Result<std::size_t> read(char* into, std::size_t bytes_max) = 0;
};

}  // namespace ops::http
