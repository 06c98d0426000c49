#include "events/proof/checkpoint.h"

#include <fmt/format.h>

#include <charconv>

#include "events/clinical_time.h"
#include "events/hmac.h"
#include "events/proof/base64.h"

namespace events::proof {
namespace {

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 0 &&
         fmt::format("{}", number) == text;
}

bool read_hash(std::string_view text, Hash& hash) {
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != hash.size()) return false;
  std::memcpy(hash.data(), bytes->data(), hash.size());
  return true;
}

std::string_view take_until(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  const auto taken = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return taken;
}

bool read_origin(std::string_view text, Origin& origin) {
  if (take_until(text, '/') != "chartlog") return false;
  const auto log = from_hex(take_until(text, '/'));
  const auto id = log ? LogId::from_bytes(*log) : std::nullopt;
  if (!id) return false;
  origin.log = *id;
  origin.topic = take_until(text, '/');
  return !origin.topic.empty() && read_number(text, origin.partition.value);
}

bool read_time(std::string_view text, KnownTime& time) {
  const auto read = parse_instant(text);
  if (read) time = KnownTime(read->low);
  return read.has_value();
}

bool read_labelled(std::string_view& text, std::string_view label, std::string_view& rest) {
  auto line = take_until(text, '\n');
  if (take_until(line, ' ') != label) return false;
  rest = line;
  return true;
}

bool read_lines(std::string_view text, Checkpoint& checkpoint) {
  if (!read_origin(take_until(text, '\n'), checkpoint.origin)) return false;
  if (!read_number(take_until(text, '\n'), checkpoint.size)) return false;
  if (!read_hash(take_until(text, '\n'), checkpoint.root)) return false;
  std::string_view next, time, map;
  if (!read_labelled(text, "next", next) || !read_labelled(text, "time", time) ||
      !read_labelled(text, "map", map)) {
    return false;
  }
  return read_number(next, checkpoint.next.value) && read_time(time, checkpoint.time) &&
         read_number(take_until(map, ' '), checkpoint.map.streams) &&
         read_hash(map, checkpoint.map.hash);
}

}  // namespace

std::string Origin::text() const {
  return fmt::format("chartlog/{}/{}/{}", to_hex(log.bytes()), topic, partition.value);
}

std::string Checkpoint::text() const {
  return fmt::format("{}\n{}\n{}\nnext {}\ntime {}\nmap {} {}\n", origin.text(), size,
                     to_base64(bytes_of(root)), next.value, format_instant(time), map.streams,
                     to_base64(bytes_of(map.hash)));
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  Checkpoint checkpoint;
  if (!read_lines(text, checkpoint)) {
    return invalid(fmt::format("not a checkpoint of ours: \"{}\"",
                               text.substr(0, std::min(text.find('\n'), std::size_t{120}))));
  }
  return checkpoint;
}

}  // namespace events::proof
