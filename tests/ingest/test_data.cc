#include "tests/ingest/test_data.h"

#include <cstdio>
#include <cstring>
#include <memory>

namespace ingest::test {
namespace {

struct Close {
  void operator()(std::FILE* file) const { pclose(file); }
};
using Pipe = std::unique_ptr<std::FILE, Close>;

Pipe decompressed(const std::filesystem::path& zst) {
  return Pipe(popen(("zstd -dcq " + zst.string() + " 2>/dev/null").c_str(), "r"));
}

std::string take(std::FILE* file, std::size_t size) {
  std::string bytes(size, '\0');
  bytes.resize(std::fread(bytes.data(), 1, size, file));
  return bytes;
}

}  // namespace

std::filesystem::path data_file(const std::string& name) {
  return std::filesystem::path("../shared/data") / name;
}

void for_each_line(const std::filesystem::path& zst, std::size_t lines_max,
                   const std::function<void(std::string_view)>& line) {
  const Pipe pipe = decompressed(zst);
  char* buffer = nullptr;
  std::size_t capacity = 0;
  for (std::size_t count = 0; count < lines_max; ++count) {
    ssize_t size = getline(&buffer, &capacity, pipe.get());
    if (size <= 0) break;
    if (buffer[size - 1] == '\n') --size;
    line({buffer, static_cast<std::size_t>(size)});
  }
  std::free(buffer);
}

// ustar: a header of 512 bytes (name at 0, octal size at 124, type at 156), then the
// content, padded to 512.
std::vector<NamedText> files_of(const std::filesystem::path& tar_zst) {
  const Pipe pipe = decompressed(tar_zst);
  std::vector<NamedText> files;
  while (true) {
    const std::string header = take(pipe.get(), 512);
    if (header.size() < 512 || header[0] == '\0') break;
    const std::size_t size = std::stoul(header.substr(124, 11), nullptr, 8);
    std::string content = take(pipe.get(), (size + 511) / 512 * 512);
    content.resize(size);
    if (header[156] == '0') files.push_back({header.c_str(), std::move(content)});
  }
  return files;
}

}  // namespace ingest::test
