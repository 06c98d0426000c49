#include "ops/node/documents.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace ops::node {
namespace {

namespace fs = std::filesystem;
using events::Result;
using events::Status;

constexpr std::size_t piece_bytes = 1u << 20;

// The text of a file in pieces; an empty piece is the end.
class Text {
 public:
  virtual ~Text() = default;
  virtual Result<std::string_view> next() = 0;
};

events::Error damaged(const fs::path& file, std::string_view why) {
  return events::corrupt(fmt::format("{}: {}", file.string(), why));
}

// zlib reads plain files too.
class PlainOrGzip final : public Text {
 public:
  PlainOrGzip(fs::path file, gzFile handle) : file_(std::move(file)), handle_(handle) {
    gzbuffer(handle_, piece_bytes);
  }
  ~PlainOrGzip() override { gzclose(handle_); }
  Result<std::string_view> next() override {
    const int got = gzread(handle_, piece_.data(), static_cast<unsigned>(piece_.size()));
    int code = Z_OK;
    const char* why = gzerror(handle_, &code);
    if (got < 0 || (got == 0 && code != Z_OK && code != Z_STREAM_END)) return damaged(file_, why);
    return std::string_view(piece_.data(), static_cast<std::size_t>(got));
  }

 private:
  fs::path file_;
  gzFile handle_;
  std::string piece_ = std::string(piece_bytes, '\0');
};

class Zstd final : public Text {
 public:
  Zstd(fs::path file, std::FILE* handle) : file_(std::move(file)) {
    handle_.reset(handle);
    context_.reset(ZSTD_createDCtx());
  }
  Result<std::string_view> next() override {
    for (;;) {
      if (input_.pos == input_.size && !refill()) {
        if (inside_frame_) return damaged(file_, "the file ends early");
        return std::string_view();
      }
      ZSTD_outBuffer output{text_.data(), text_.size(), 0};
      const auto left = ZSTD_decompressStream(context_.get(), &output, &input_);
      if (ZSTD_isError(left)) return damaged(file_, ZSTD_getErrorName(left));
      inside_frame_ = left != 0;
      if (output.pos > 0) return std::string_view(text_.data(), output.pos);
    }
  }

 private:
  bool refill() {
    const auto got = std::fread(packed_.data(), 1, packed_.size(), handle_.get());
    // A frame whose last bytes are decoded but not handed out yet needs a call without input.
    const bool flush = got == 0 && inside_frame_ && !flushed_;
    flushed_ = got == 0;
    input_ = {packed_.data(), got, 0};
    return got > 0 || flush;
  }

  fs::path file_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> handle_{nullptr, &std::fclose};
  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_{nullptr, &ZSTD_freeDCtx};
  std::string packed_ = std::string(256 * 1024, '\0');
  std::string text_ = std::string(piece_bytes, '\0');
  ZSTD_inBuffer input_{nullptr, 0, 0};
  bool inside_frame_ = false;
  bool flushed_ = false;
};

Result<std::unique_ptr<Text>> open_text(const fs::path& file) {
  const auto not_open = [&] {
    return events::invalid(fmt::format("{}: {}", file.string(), std::strerror(errno)));
  };
  if (file.extension() == ".zst") {
    auto* handle = std::fopen(file.c_str(), "rb");
    if (handle == nullptr) return not_open();
    return std::unique_ptr<Text>(std::make_unique<Zstd>(file, handle));
  }
  const auto handle = gzopen(file.c_str(), "rb");
  if (handle == nullptr) return not_open();
  return std::unique_ptr<Text>(std::make_unique<PlainOrGzip>(file, handle));
}

// ".ndjson" of "a.ndjson.zst".
std::string kind_of(const fs::path& file) {
  const auto outer = file.extension();
  return outer == ".gz" || outer == ".zst" ? file.stem().extension().string() : outer.string();
}

bool is_kind_we_read(const fs::path& file) {
  const auto kind = kind_of(file);
  return kind == ".json" || kind == ".ndjson";
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<std::vector<fs::path>> find_documents(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const auto& path : paths) {
    std::error_code code;
    if (fs::is_directory(path, code)) {
      std::vector<fs::path> inside;
      for (const auto& entry : fs::recursive_directory_iterator(path, code)) {
        if (entry.is_regular_file() && is_kind_we_read(entry.path()))
          inside.push_back(entry.path());
      }
      std::sort(inside.begin(), inside.end());
      files.insert(files.end(), inside.begin(), inside.end());
    } else if (!fs::exists(path, code)) {
      return events::Error{events::ErrorCode::not_found,
                           fmt::format("{}: there is no such file", path.string()),
                           {}};
    } else if (!is_kind_we_read(path)) {
      return events::Error{
          events::ErrorCode::unsupported,
          fmt::format("{}: files end in .json or .ndjson, perhaps with .gz or .zst", path.string()),
          {}};
    } else {
      files.push_back(path);
    }
  }
  return files;
}

Status read_documents(const fs::path& file,
                      const std::function<bool(std::string, std::size_t)>& take) {
  auto text = open_text(file);
  if (!text) return text.error();
  const bool lines = kind_of(file) == ".ndjson";
  std::string document;
  std::size_t line = 1;
  for (;;) {
    auto piece = (*text)->next();
    if (!piece) return piece.error();
    if (piece->empty()) break;
    for (auto end = piece->find('\n'); lines && end != std::string_view::npos;
         end = piece->find('\n')) {
      document.append(piece->substr(0, end));
      piece->remove_prefix(end + 1);
      if (!is_blank(document) && !take(std::move(document), line)) return {};
      document.clear();
      ++line;
    }
    document.append(*piece);
  }
  if (!is_blank(document)) take(std::move(document), line);
  return {};
}

}  // namespace ops::node
