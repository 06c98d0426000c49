// NDJSON in chunks of whole lines. Where a chunk ends depends on the bytes alone, so reading on
// from the end of any chunk gives the same chunks again: a commit made from one is recognised when
// it is made once more.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/bulk/source.h"

namespace ingest::bulk {

struct Line {
  std::uint64_t number = 0;  // from 1, blank ones counted
  std::uint64_t offset = 0;  // in the file
  std::size_t at = 0;        // in the chunk's text
  std::size_t size = 0;      // without what ends it
  bool too_long = false;     // its text is not kept
};

struct Chunk {
  std::string text;
  std::vector<Line> lines;  // blank ones are left out
  std::uint64_t end = 0;    // offset behind it
  std::uint64_t lines_end = 0;
  bool last = false;

  std::string_view text_of(const Line& line) const {
    return std::string_view(text).substr(line.at, line.size);
  }
};

struct ChunkLimits {
  std::size_t bytes = 8u << 20;  // a chunk ends with the line that reaches them
  std::size_t lines = 16384;
  std::size_t line_bytes_max = 128u << 20;
};

// For one thread. Keeps one chunk, one line and a read ahead.
class LineReader {
 public:
  // `source` stands at `offset`, behind `lines` lines.
  LineReader(Source& source, std::uint64_t offset, std::uint64_t lines, const ChunkLimits& limits)
      : source_(source), limits_(limits), offset_(offset), lines_(lines) {}

  // Errors of Source::read. After one that is `last` there is none.
  events::Result<Chunk> next();

 private:
  events::Result<bool> read_more();  // false: the end
  // Forgets the line that begins at `from` of ahead_, to its end.
  events::Status skip_line(std::size_t from);

  Source& source_;
  const ChunkLimits limits_;
  std::uint64_t offset_;  // of ahead_
  std::uint64_t lines_;
  std::string ahead_;
};

}  // namespace ingest::bulk
