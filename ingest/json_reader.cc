#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "ingest/json_tree.h"

namespace ingest::json {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101u;
constexpr std::uint64_t highs = 0x8080808080808080u;

// Non-zero where a byte of `word` is a quote, a backslash or below 0x20; exact for the
// lowest such byte, which is all that is asked of it.
std::uint64_t string_stops(std::uint64_t word) {
  const std::uint64_t quote = word ^ (ones * '"');
  const std::uint64_t backslash = word ^ (ones * '\\');
  return (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) |
          ((word - ones * 0x20) & ~word)) &
         highs;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6));
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3F));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

// Where the first character begins that is not UTF-8.
std::size_t first_bad_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size > text.size() - at) return at;
    if (size > 1 && !simdjson::validate_utf8(text.data() + at, size)) return at;
    at += size;
  }
  return text.size();
}

// One pass, recursion bounded by Limits::depth_max. A function that returns false has set
// `error_`; positions are pointers into the text.
class Reader {
 public:
  Reader(Tree& tree, const Limits& limits)
      : tree_(tree),
        limits_(limits),
        begin_(tree.text.data()),
        at_(begin_),
        end_(begin_ + tree.text.size()) {}

  events::Status run() {
    if (!check_text()) return error_;
    tree_.nodes.reserve(tree_.text.size() / 24 + 16);  // untouched pages of a reserve cost nothing
    skip_space();
    if (at_ == end_) return fault(at_, "there is no value; send one JSON value"), error_;
    if (!value(0)) return error_;
    skip_space();
    if (at_ != end_)
      return fault(at_, "bytes after the end of the value; send one JSON value"), error_;
    return {};
  }

 private:
  struct Text {
    std::uint32_t begin = 0;  // after the quote
    std::uint32_t size = 0;
    bool escaped = false;
    std::string unescaped;
  };

  bool check_text() {
    const std::string_view text = tree_.text;
    if (text.size() >= UINT32_MAX) {
      error_ = {
          events::ErrorCode::too_large, "JSON: the text is over 4 GiB; send smaller bundles", {}};
      return false;
    }
    if (text.starts_with("\xEF\xBB\xBF"))
      return fault(begin_, "the text starts with a byte order mark; send UTF-8 without one");
    if (!simdjson::validate_utf8(text.data(), text.size())) {
      return fault(begin_ + first_bad_utf8(text), "bytes that are not UTF-8; send UTF-8");
    }
    return true;
  }

  bool fault(const char* where, std::string_view what) {
    const auto byte = static_cast<std::size_t>(where - begin_);
    const auto line = 1 + std::count(begin_, where, '\n');
    error_ = events::invalid(fmt::format("JSON: line {}, byte {}: {}", line, byte, what));
    return false;
  }

  std::uint32_t offset(const char* where) const {
    return static_cast<std::uint32_t>(where - begin_);
  }

  void skip_space() {
    while (at_ != end_) {
      switch (*at_) {
        case ' ':
        case '\n':
        case '\r':
        case '\t':
          ++at_;
          break;
        default:
          return;
      }
    }
  }

  bool add_node(std::uint32_t& node, Kind kind) {
    if (tree_.nodes.size() >= limits_.values_max) {
      error_ = {events::ErrorCode::too_large,
                fmt::format("JSON: more than {} values; send smaller bundles", limits_.values_max),
                {}};
      return false;
    }
    node = static_cast<std::uint32_t>(tree_.nodes.size());
    Node& made = tree_.nodes.emplace_back();
    made.begin = offset(at_);
    made.kind = kind;
    return true;
  }

  // `at_` is at the value's first byte. The value's node is the first that it adds.
  bool value(std::uint32_t depth) {
    std::uint32_t node = 0;
    switch (*at_) {
      case '{':
        return container(depth, Kind::object);
      case '[':
        return container(depth, Kind::array);
      case '"':
        return add_node(node, Kind::string) && string_value(node);
      case 't':
        return add_node(node, Kind::boolean) && word(node, "true");
      case 'f':
        return add_node(node, Kind::boolean) && word(node, "false");
      case 'n':
        return add_node(node, Kind::null) && word(node, "null");
      default:
        break;
    }
    if (*at_ == '-' || is_digit(*at_)) return add_node(node, Kind::number) && number(node);
    return fault(at_,
                 "a value is expected here: an object, array, string, number, true, false or null");
  }

  bool word(std::uint32_t node, std::string_view what) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(what)) {
      return fault(at_, "an unknown word; only true, false and null may stand without quotes");
    }
    at_ += what.size();
    tree_.nodes[node].end = offset(at_);
    return true;
  }

  void digits() {
    while (at_ != end_ && is_digit(*at_)) ++at_;
  }
  bool some_digits() {
    const char* from = at_;
    digits();
    return at_ != from;
  }
  bool take(char a, char b) {
    if (at_ == end_ || (*at_ != a && *at_ != b)) return false;
    ++at_;
    return true;
  }

  // RFC 8259 section 6.
  bool number(std::uint32_t node) {
    const char* from = at_;
    constexpr auto bad =
        "not a number: digits without leading zeros, then .digits and e±digits if any";
    take('-', '-');
    if (at_ != end_ && *at_ == '0') {
      ++at_;
    } else if (!some_digits()) {
      return fault(from, bad);
    }
    if (take('.', '.') && !some_digits()) return fault(from, bad);
    if (take('e', 'E')) {
      take('+', '-');
      if (!some_digits()) return fault(from, bad);
    }
    if (at_ != end_ && is_digit(*at_)) return fault(from, bad);
    tree_.nodes[node].end = offset(at_);
    return true;
  }

  bool string_value(std::uint32_t node) {
    Text text;
    if (!string(text)) return false;
    if (text.escaped) {
      tree_.unescaped.push_back(std::move(text.unescaped));
      tree_.nodes[node].extra = static_cast<std::uint32_t>(tree_.unescaped.size());
    }
    tree_.nodes[node].end = offset(at_);
    return true;
  }

  // To the next quote, backslash, control character or the end.
  void skip_plain() {
    while (end_ - at_ >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at_, 8);
      if (const std::uint64_t stops = string_stops(word); stops != 0) {
        at_ += std::countr_zero(stops) / 8;
        return;
      }
      at_ += 8;
    }
    while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20)
      ++at_;
  }

  bool string(Text& text) {
    const char* quote = at_++;
    const char* from = at_;
    text.begin = offset(from);
    while (true) {
      skip_plain();
      if (at_ == end_) return fault(quote, "a string without its closing quote");
      if (*at_ == '"') break;
      if (*at_ != '\\') return fault(at_, "a control character in a string; write it as \\u00XX");
      text.escaped = true;
      text.unescaped.append(from, at_);
      if (!escape(text.unescaped)) return false;
      from = at_;
    }
    if (text.escaped) text.unescaped.append(from, at_);
    text.size = offset(at_) - text.begin;
    ++at_;
    return true;
  }

  // `at_` is at the backslash.
  bool escape(std::string& out) {
    const char* backslash = at_++;
    constexpr auto bad =
        "an unknown escape in a string; \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX exist";
    if (at_ == end_) return fault(backslash, bad);
    switch (*at_++) {
      case '"':
        out.push_back('"');
        return true;
      case '\\':
        out.push_back('\\');
        return true;
      case '/':
        out.push_back('/');
        return true;
      case 'b':
        out.push_back('\b');
        return true;
      case 'f':
        out.push_back('\f');
        return true;
      case 'n':
        out.push_back('\n');
        return true;
      case 'r':
        out.push_back('\r');
        return true;
      case 't':
        out.push_back('\t');
        return true;
      case 'u':
        return unicode_escape(out, backslash);
      default:
        return fault(backslash, bad);
    }
  }

  bool four_hex(std::uint32_t& unit) {
    if (end_ - at_ < 4) return false;
    unit = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = hex_value(*at_++);
      if (digit < 0) return false;
      unit = unit * 16 + static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  bool unicode_escape(std::string& out, const char* backslash) {
    constexpr auto lone = "half of a surrogate pair, which names no character; send both halves";
    std::uint32_t unit = 0;
    if (!four_hex(unit)) return fault(backslash, "\\u needs four hex digits");
    if (unit >= 0xDC00 && unit <= 0xDFFF) return fault(backslash, lone);
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      std::uint32_t low = 0;
      if (end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') return fault(backslash, lone);
      at_ += 2;
      if (!four_hex(low) || low < 0xDC00 || low > 0xDFFF) return fault(backslash, lone);
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, unit);
    return true;
  }

  // What is kept of an object while its members are read, to find equal names.
  struct Seen {
    std::uint64_t marks = 0;  // a bit per (size, first, last byte): unset means new
    bool equal_possible = false;
  };

  bool container(std::uint32_t depth, Kind kind) {
    if (depth >= limits_.depth_max) {
      return fault(
          at_, fmt::format("nested deeper than {} levels; send flatter data", limits_.depth_max));
    }
    const bool object = kind == Kind::object;
    const char close = object ? '}' : ']';
    const char* open = at_;
    std::uint32_t node = 0;
    if (!add_node(node, kind)) return false;
    ++at_;
    skip_space();
    std::uint32_t children = 0;
    std::uint32_t previous = 0;
    Seen seen;
    if (at_ != end_ && *at_ == close) {
      ++at_;
    } else {
      while (true) {
        const auto child = static_cast<std::uint32_t>(tree_.nodes.size());
        if (!(object ? member(depth, node, seen) : element(depth, open))) return false;
        if (previous != 0) tree_.nodes[previous].next = child;
        previous = child;
        ++children;
        skip_space();
        if (at_ == end_) return unclosed(open, object);
        if (*at_ == close) break;
        if (*at_ != ',')
          return fault(at_, object ? "',' or '}' is expected here" : "',' or ']' is expected here");
        ++at_;
        skip_space();
      }
      ++at_;
    }
    tree_.nodes[node].end = offset(at_);
    tree_.nodes[node].extra = children;
    return !seen.equal_possible || !tree_.duplicates_refused || names_differ(node);
  }

  bool unclosed(const char* open, bool object) {
    return fault(open,
                 object ? "an object without its closing '}'" : "an array without its closing ']'");
  }

  bool element(std::uint32_t depth, const char* open) {
    if (at_ == end_) return unclosed(open, false);
    return value(depth + 1);
  }

  bool member(std::uint32_t depth, std::uint32_t object, Seen& seen) {
    if (at_ == end_) return unclosed(begin_ + tree_.nodes[object].begin, true);
    if (*at_ != '"') return fault(at_, "a member's name in quotes is expected here");
    Text name;
    if (!string(name)) return false;
    skip_space();
    if (at_ == end_ || *at_ != ':') return fault(at_, "':' is expected here");
    ++at_;
    skip_space();
    if (at_ == end_) return unclosed(begin_ + tree_.nodes[object].begin, true);
    const auto child = static_cast<std::uint32_t>(tree_.nodes.size());
    note(seen, name);
    if (!value(depth + 1)) return false;
    Node& node = tree_.nodes[child];
    node.name_begin = name.begin;
    node.name_size = name.size;
    node.named = true;
    if (name.escaped) {
      node.name_escaped = true;
      tree_.escaped_names.emplace(child, std::move(name.unescaped));
    }
    return true;
  }

  void note(Seen& seen, const Text& name) {
    const std::string_view text =
        name.escaped ? std::string_view(name.unescaped) : tree_.text.substr(name.begin, name.size);
    std::uint32_t hash = static_cast<std::uint32_t>(text.size());
    if (!text.empty()) {
      hash += 37u * static_cast<unsigned char>(text.front()) +
              11u * static_cast<unsigned char>(text.back()) +
              5u * static_cast<unsigned char>(text[text.size() / 2]);
    }
    const std::uint64_t mark = std::uint64_t{1} << (hash % 64);
    seen.equal_possible |= (seen.marks & mark) != 0;
    seen.marks |= mark;
  }

  bool names_differ(std::uint32_t object) {
    std::vector<std::uint32_t>& members = members_;
    members.clear();
    for (std::uint32_t child = object + 1; child != 0; child = tree_.nodes[child].next)
      members.push_back(child);
    const auto by_name = [&](std::uint32_t a, std::uint32_t b) {
      const std::string_view x = tree_.name_of(a);
      const std::string_view y = tree_.name_of(b);
      return x.size() != y.size() ? x.size() < y.size() : x < y;
    };
    std::sort(members.begin(), members.end(), by_name);
    const auto same = [&](std::uint32_t a, std::uint32_t b) {
      return tree_.name_of(a) == tree_.name_of(b);
    };
    const auto twice = std::adjacent_find(members.begin(), members.end(), same);
    if (twice == members.end()) return true;
    const Node& later = tree_.nodes[std::max(twice[0], twice[1])];
    return fault(begin_ + later.name_begin - 1,
                 fmt::format("\"{}\" stands twice in one object; send it once",
                             tree_.text.substr(later.name_begin, std::min(later.name_size, 64u))));
  }

  Tree& tree_;
  const Limits& limits_;
  const char* const begin_;
  const char* at_;
  const char* const end_;
  events::Error error_;
  std::vector<std::uint32_t> members_;
};

}  // namespace

events::Status read(Tree& tree, const Limits& limits) { return Reader(tree, limits).run(); }

}  // namespace ingest::json
