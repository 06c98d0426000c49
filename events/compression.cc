#include "events/compression.h"

#include <fmt/format.h>
#include <zstd.h>

#include <memory>

#include "events/check.h"

namespace events {

namespace {

struct Compressor {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  // Not zeroed: what compresses well leaves most pages of a large buffer untouched.
  std::unique_ptr<char[]> buffer;
  std::size_t capacity = 0;

  Compressor() {
    CHECK(context != nullptr);
    CHECK(
        !ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, compression_level)));
    CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0)));
    CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0)));
  }
  ~Compressor() { ZSTD_freeCCtx(context); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  void make_room(std::size_t bytes);
};

struct Inflater {
  ZSTD_DCtx* context = ZSTD_createDCtx();

  Inflater() { CHECK(context != nullptr); }
  ~Inflater() { ZSTD_freeDCtx(context); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

// A thread keeps its buffer for the next call unless one large document made it huge.
constexpr std::size_t buffer_kept_max = 4u << 20;

void Compressor::make_room(std::size_t bytes) {
  const bool too_large = capacity > buffer_kept_max && bytes <= buffer_kept_max;
  if (bytes <= capacity && !too_large) return;
  buffer.reset();  // before the new one is there
  buffer = std::make_unique_for_overwrite<char[]>(bytes);
  capacity = bytes;
}

}  // namespace

std::string_view compress(std::string_view plain, const Dictionary* dictionary) {
  thread_local Compressor compressor;
  compressor.make_room(ZSTD_compressBound(plain.size()));
  CHECK(!ZSTD_isError(
      ZSTD_CCtx_refCDict(compressor.context, dictionary ? dictionary->compressing() : nullptr)));
  const std::size_t size = ZSTD_compress2(compressor.context, compressor.buffer.get(),
                                          compressor.capacity, plain.data(), plain.size());
  CHECK(!ZSTD_isError(size));
  return {compressor.buffer.get(), size};
}

Result<std::string> inflate(std::string_view compressed, const Dictionary* dictionary,
                            std::size_t size_max) {
  thread_local Inflater inflater;
  const auto size = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) {
    return corrupt("not a zstd frame that says its size");
  }
  if (size > size_max) {
    return corrupt(fmt::format("inflates to {} bytes, the limit is {}", size, size_max));
  }
  std::string plain(size, '\0');
  const std::size_t inflated =
      ZSTD_decompress_usingDDict(inflater.context, plain.data(), plain.size(), compressed.data(),
                                 compressed.size(), dictionary ? dictionary->inflating() : nullptr);
  if (ZSTD_isError(inflated)) {
    return corrupt(fmt::format("does not inflate: {}", ZSTD_getErrorName(inflated)));
  }
  if (inflated != plain.size()) return corrupt("inflates to another size than its frame says");
  return plain;
}

}  // namespace events
