#include "ops/http/inflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

#include "events/check.h"

namespace ops::http {
namespace {

using events::invalid;
using events::Result;

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

// zlib counts in 32 bits.
uInt clamp(std::size_t bytes) { return static_cast<uInt>(std::min<std::size_t>(bytes, 1u << 30)); }

}  // namespace

Result<std::string> inflate_gzip(std::string_view bytes, std::size_t bytes_max,
                                 const std::function<bool(std::size_t)>& may_hold) {
  z_stream stream{};
  CHECK(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK);
  const std::unique_ptr<z_stream, EndInflate> ended(&stream);

  std::string text;
  std::size_t used = 0;
  for (bool more = true; more;) {
    if (used == text.size()) {
      if (used > bytes_max) break;
      const auto larger = std::min(std::max<std::size_t>(used * 2, 64 * 1024), bytes_max + 1);
      if (!may_hold(larger)) {
        return events::Error{events::ErrorCode::overloaded,
                             "too many bytes of requests at once; send this one again later",
                             {}};
      }
      text.reserve(larger + body_padding);
      text.resize(larger);
    }
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads
    stream.avail_in = clamp(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + used);
    stream.avail_out = clamp(text.size() - used);
    const auto in = stream.avail_in;
    const auto out = stream.avail_out;
    const int code = inflate(&stream, Z_NO_FLUSH);
    bytes.remove_prefix(in - stream.avail_in);
    used += out - stream.avail_out;
    if (code == Z_STREAM_END) {
      more = !bytes.empty();
      if (more) inflateReset(&stream);
    } else if (code != Z_OK && !(code == Z_BUF_ERROR && used == text.size())) {
      return invalid("the body is not whole gzip, though Content-Encoding says so");
    } else if (bytes.empty() && used < text.size()) {
      return invalid("the gzip body ends early");
    }
  }
  if (used > bytes_max) {
    return events::Error{events::ErrorCode::too_large,
                         fmt::format("the body inflates to more than {} bytes", bytes_max),
                         {}};
  }
  text.resize(used);
  return text;
}

}  // namespace ops::http
