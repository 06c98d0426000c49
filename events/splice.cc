#include "events/splice.h"

#include <fmt/format.h>

#include "events/clinical_time.h"

namespace events {

namespace {

void put_varint(std::string& out, std::uint32_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

// Takes one varint in its shortest form off the front; nothing for any other bytes.
std::optional<std::uint32_t> take_varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 5 && i < bytes.size(); ++i) {
    auto byte = static_cast<unsigned char>(bytes[i]);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte & 0x80) continue;
    if ((byte == 0 && i > 0) || number > UINT32_MAX) return std::nullopt;
    bytes.remove_prefix(i + 1);
    return static_cast<std::uint32_t>(number);
  }
  return std::nullopt;
}

void append_splice(std::string& out, const SpliceView& splice, std::string_view meta) {
  if (splice.kind == SpliceKind::meta_fields) out += meta;
  out += splice.text;
  if (splice.kind == SpliceKind::meta_member) {
    out += "\"meta\":{";
    out += meta;
    out += "},";
  }
}

}  // namespace

Result<std::string> apply_splices(std::string_view document, std::span<const SpliceView> splices,
                                  Version version, KnownTime updated) {
  const std::string meta =
      fmt::format(R"("versionId":"{}","lastUpdated":"{}")", version.value, format_instant(updated));
  std::size_t added = 0;
  for (const SpliceView& splice : splices) added += splice.text.size() + meta.size() + 16;
  std::string out;
  out.reserve(document.size() + added);
  std::size_t done = 0;
  for (const SpliceView& splice : splices) {
    const std::size_t end = std::size_t{splice.offset} + splice.length;
    if (splice.offset < done || end > document.size()) {
      return corrupt(
          fmt::format("splice at {} of {} bytes overlaps or reaches beyond the document of {}",
                      splice.offset, splice.length, document.size()));
    }
    out += document.substr(done, splice.offset - done);
    append_splice(out, splice, meta);
    done = end;
  }
  out += document.substr(done);
  return out;
}

std::string encode_splices(std::span<const SpliceView> splices) {
  std::string bytes;
  for (const SpliceView& splice : splices) {
    put_varint(bytes, splice.offset);
    put_varint(bytes, splice.length);
    bytes += static_cast<char>(splice.kind);
    put_varint(bytes, static_cast<std::uint32_t>(splice.text.size()));
    bytes += splice.text;
  }
  return bytes;
}

Result<std::vector<SpliceView>> decode_splices(std::string_view bytes) {
  std::vector<SpliceView> splices;
  while (!bytes.empty()) {
    auto offset = take_varint(bytes);
    auto length = offset ? take_varint(bytes) : std::nullopt;
    if (!length || bytes.empty()) return corrupt("splices end within an entry");
    auto kind = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    auto size = take_varint(bytes);
    if (kind > static_cast<unsigned char>(SpliceKind::meta_fields)) {
      return corrupt(fmt::format("splice of unknown kind {}", kind));
    }
    if (!size || *size > bytes.size()) return corrupt("splices end within an entry");
    splices.push_back({*offset, *length, static_cast<SpliceKind>(kind), bytes.substr(0, *size)});
    bytes.remove_prefix(*size);
  }
  return splices;
}

}  // namespace events
