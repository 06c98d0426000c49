#include "projections/fold.h"

#include <cstdint>

namespace projections {
namespace {

// Base letter of each code point, '?' where it has none; made from Unicode's NFKD
// decompositions without their combining marks.
constexpr std::string_view latin_00C0 =
    "aaaaaaaceeeeiiiidnooooo?ouuuuytsaaaaaaaceeeeiiiidnooooo?ouuuuytyaaaaaaccccccccddddeeeeeeeeee"
    "gggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnn?nnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyz"
    "zzzzzs";
constexpr std::string_view latin_1E00 =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrr"
    "rrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyas??s?aaaaaaaaaaaaaaaaaaaaaaaaeeee"
    "eeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy??????";

constexpr char32_t not_utf8 = 0xDC00;  // a surrogate: no text has it, nothing folds it

// The code point at `at`, which moves behind it. Bytes that are not UTF-8 stand for themselves.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(at);
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (lead < 0x80) return byte(at++);
  if (lead < 0xC0 || at + length > text.size()) return not_utf8 + byte(at++);
  char32_t point = lead & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (byte(at + i) & 0x3F);
  at += length;
  return point;
}

std::string_view letters_of_digraph(char32_t point) {
  switch (point) {
    case 0xDF:
    case 0x1E9E:
      return "ss";
    case 0xC6:
    case 0xE6:
      return "ae";
    case 0x152:
    case 0x153:
      return "oe";
    case 0xDE:
    case 0xFE:
      return "th";
    default:
      return {};
  }
}

char base_letter(char32_t point) {
  if (point >= 0xC0 && point < 0xC0 + latin_00C0.size()) return latin_00C0[point - 0xC0];
  if (point >= 0x1E00 && point < 0x1E00 + latin_1E00.size()) return latin_1E00[point - 0x1E00];
  return '?';
}

char32_t lower_greek_or_cyrillic(char32_t point) {
  switch (point) {
    case 0x386:
    case 0x3AC:
      return 0x3B1;
    case 0x388:
    case 0x3AD:
      return 0x3B5;
    case 0x389:
    case 0x3AE:
      return 0x3B7;
    case 0x38A:
    case 0x3AF:
      return 0x3B9;
    case 0x38C:
    case 0x3CC:
      return 0x3BF;
    case 0x38E:
    case 0x3CD:
      return 0x3C5;
    case 0x38F:
    case 0x3CE:
      return 0x3C9;
    case 0x3C2:
      return 0x3C3;
    case 0x401:
    case 0x451:
      return 0x435;
    case 0x419:
    case 0x439:
      return 0x438;
    default:
      break;
  }
  if (point >= 0x391 && point <= 0x3A9) return point + 0x20;
  if (point >= 0x410 && point <= 0x42F) return point + 0x20;
  if (point >= 0x400 && point <= 0x40F) return point + 0x50;
  return point;
}

bool is_combining(char32_t point) { return point >= 0x300 && point <= 0x36F; }
bool is_dropped(char32_t point) { return point == '\'' || point == '.' || point == 0x2019; }
bool is_separator(char32_t point) {
  const bool letter_or_digit = (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') ||
                               (point >= '0' && point <= '9');
  return (point < 0x80 && !letter_or_digit) || point == 0xA0 ||
         (point >= 0x2000 && point <= 0x206F);
}

void append(std::string& to, char32_t point, std::string_view as_sent) {
  if (point < 0x80) {
    const char letter = static_cast<char>(point);
    to.push_back(letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter);
  } else if (const auto letters = letters_of_digraph(point); !letters.empty()) {
    to += letters;
  } else if (const char base = base_letter(point); base != '?') {
    to.push_back(base);
  } else if (const char32_t lower = lower_greek_or_cyrillic(point); lower != point) {
    to.push_back(static_cast<char>(0xC0 | lower >> 6));  // both scripts take two bytes
    to.push_back(static_cast<char>(0x80 | (lower & 0x3F)));
  } else {
    to += as_sent;
  }
}

}  // namespace

std::string fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  bool space = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t point = next_code_point(text, at);
    if (is_combining(point) || is_dropped(point)) continue;
    if (is_separator(point)) {
      space = !folded.empty();
      continue;
    }
    if (space) folded.push_back(' ');
    space = false;
    append(folded, point, text.substr(begin, at - begin));
  }
  return folded;
}

void for_each_word(std::string_view folded, const std::function<void(std::string_view)>& take) {
  while (!folded.empty()) {
    const std::size_t end = folded.find(' ');
    take(folded.substr(0, end));
    folded.remove_prefix(end == folded.npos ? folded.size() : end + 1);
  }
}

bool has_word_prefix(std::string_view text, std::string_view wanted) {
  for (std::size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) {
    if (at == 0 || text[at - 1] == ' ') return true;
  }
  return false;
}

}  // namespace projections
