#include "ingest/bulk/lines.h"

#include <algorithm>

namespace ingest::bulk {
namespace {

constexpr std::size_t read_bytes = 256u << 10;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

events::Result<bool> LineReader::read_more() {
  const auto before = ahead_.size();
  ahead_.resize(before + read_bytes);
  auto got = source_.read(ahead_.data() + before, read_bytes);
  ahead_.resize(before + got.value_or(0));
  if (!got) return got.error();
  return *got > 0;
}

events::Status LineReader::skip_line(std::size_t from) {
  while (true) {
    const auto end = ahead_.find('\n', from);
    if (end != std::string::npos) {
      offset_ += end + 1 - from;
      ahead_.erase(from, end + 1 - from);
      return {};
    }
    offset_ += ahead_.size() - from;
    ahead_.resize(from);
    auto more = read_more();
    if (!more) return more.error();
    if (!*more) return {};
  }
}

events::Result<Chunk> LineReader::next() {
  Chunk chunk;
  std::size_t begin = 0, searched = 0;
  const auto take = [&](std::size_t end, bool too_long) {
    ++lines_;
    if (!too_long && is_blank(std::string_view(ahead_).substr(begin, end - begin))) return;
    chunk.lines.push_back({lines_, offset_ + begin, begin, end - begin, too_long});
  };
  while (begin < limits_.bytes && chunk.lines.size() < limits_.lines) {
    const auto end = ahead_.find('\n', searched);
    const bool whole = end != std::string::npos;
    if ((whole ? end : ahead_.size()) - begin > limits_.line_bytes_max) {
      take(begin, true);
      if (auto skipped = skip_line(begin); !skipped) return skipped.error();
      break;
    }
    if (whole) {
      take(end, false);
      begin = searched = end + 1;
      continue;
    }
    searched = ahead_.size();
    auto more = read_more();
    if (!more) return more.error();
    if (*more) continue;
    if (begin < ahead_.size()) take(ahead_.size(), false);
    begin = ahead_.size();
    chunk.last = true;
    break;
  }
  std::string rest = ahead_.substr(begin);
  ahead_.resize(begin);
  chunk.text = std::exchange(ahead_, std::move(rest));
  offset_ += begin;
  chunk.end = offset_;
  chunk.lines_end = lines_;
  return chunk;
}

}  // namespace ingest::bulk
