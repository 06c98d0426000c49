#include "ingest/bulk/lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace ingest::bulk {
namespace {

// A text, in portions of random size.
class TextSource final : public Source {
 public:
  TextSource(std::string_view text, unsigned seed) : text_(text), random_(seed) {}
  events::Result<std::size_t> read(char* into, std::size_t bytes_max) override {
    const auto size = std::min({std::size_t{1 + random_() % 40}, bytes_max, text_.size()});
    text_.copy(into, size);
    text_.remove_prefix(size);
    return size;
  }
  const std::string& identity() const override { return identity_; }

 private:
  std::string_view text_;
  std::minstd_rand random_;
  std::string identity_;
};

const ChunkLimits small{60, 5, 40};

struct Told {
  std::uint64_t number, offset;
  std::string text;
  bool too_long;
  friend bool operator==(const Told&, const Told&) = default;
};
std::ostream& operator<<(std::ostream& out, const Told& told) {
  return out << told.number << "@" << told.offset << (told.too_long ? " long " : " ") << told.text;
}

struct Reading {
  std::vector<Told> lines;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ends;  // of chunks: offset, lines
};

Reading read_all(const std::string& text, unsigned seed = 1, std::uint64_t offset = 0,
                 std::uint64_t lines = 0) {
  TextSource source(std::string_view(text).substr(offset), seed);
  LineReader reader(source, offset, lines, small);
  Reading reading;
  for (bool last = false; !last;) {
    auto chunk = reader.next();
    EXPECT_TRUE(chunk);
    for (const Line& line : chunk->lines) {
      reading.lines.push_back(
          {line.number, line.offset, std::string(chunk->text_of(line)), line.too_long});
    }
    EXPECT_LE(chunk->text.size(), small.bytes + small.line_bytes_max + 1);
    reading.ends.emplace_back(chunk->end, chunk->lines_end);
    last = chunk->last;
  }
  return reading;
}

std::vector<Told> lines_of(const std::string& text) { return read_all(text).lines; }

TEST(LineReaderTest, BlankLinesAreCountedAndTheLastNeedsNoEnd) {
  EXPECT_THAT(lines_of("a\n\n \t\r\nb\r\nc"),
              testing::ElementsAre(Told{1, 0, "a", false}, Told{4, 7, "b\r", false},
                                   Told{5, 10, "c", false}));
}

TEST(LineReaderTest, AnEmptyFileHasNoLine) {
  EXPECT_THAT(lines_of(""), testing::IsEmpty());
  EXPECT_THAT(lines_of("\n\n"), testing::IsEmpty());
}

TEST(LineReaderTest, ALineThatIsTooLongIsToldAndTheNextIsReadOn) {
  const std::string fits(40, 'y'), over(41, 'x'), far(5'000, 'x');
  EXPECT_THAT(lines_of(fits + "\n" + over + "\nb\n" + far + "\nc\n" + far),
              testing::ElementsAre(Told{1, 0, fits, false}, Told{2, 41, "", true},
                                   Told{3, 83, "b", false}, Told{4, 85, "", true},
                                   Told{5, 5086, "c", false}, Told{6, 5088, "", true}));
}

TEST(LineReaderTest, ReadingOnFromTheEndOfAnyChunkGivesTheSameChunks) {
  std::minstd_rand random(7);
  for (unsigned round = 0; round < 200; ++round) {
    std::string text;
    for (unsigned i = 0; i < random() % 60; ++i) {
      text += std::string(random() % 10 == 0 ? random() % 120 : random() % 12, 'a');
      text += random() % 9 == 0 ? "\r\n" : "\n";
    }
    if (random() % 2 == 0) text += "z";
    const Reading whole = read_all(text, round);
    for (std::size_t i = 0; i < whole.ends.size(); ++i) {
      const auto [offset, lines] = whole.ends[i];
      const Reading rest = read_all(text, round + 1000, offset, lines);
      const std::vector<std::pair<std::uint64_t, std::uint64_t>> ends(
          whole.ends.begin() + static_cast<std::ptrdiff_t>(i) + 1, whole.ends.end());
      if (!ends.empty()) {
        EXPECT_EQ(rest.ends, ends) << text;
      }
      EXPECT_TRUE(std::ranges::equal(
          rest.lines,
          std::vector<Told>(whole.lines.end() - static_cast<std::ptrdiff_t>(rest.lines.size()),
                            whole.lines.end())))
          << text;
    }
    EXPECT_EQ(whole.ends.back().first, text.size());
  }
}

}  // namespace
}  // namespace ingest::bulk
