#include "projections/row_codec.h"

namespace projections {

RowWriter& RowWriter::u8(std::uint8_t value) {
  row_.push_back(static_cast<char>(value));
  return *this;
}

RowWriter& RowWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) row_.push_back(static_cast<char>(value | 0x80));
  row_.push_back(static_cast<char>(value));
  return *this;
}

RowWriter& RowWriter::signed_varint(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return varint(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

RowWriter& RowWriter::raw(std::string_view bytes) {
  row_.append(bytes);
  return *this;
}

RowWriter& RowWriter::bytes(std::string_view bytes) { return varint(bytes.size()).raw(bytes); }

std::uint8_t RowReader::u8() {
  const auto byte = raw(1);
  return byte.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(byte[0]);
}

std::uint64_t RowReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint64_t byte = u8();
    value |= (byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return ok_ ? value : 0;
  }
  ok_ = false;
  return 0;
}

std::int64_t RowReader::signed_varint() {
  const std::uint64_t bits = varint();
  return static_cast<std::int64_t>(bits >> 1 ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
}

std::string_view RowReader::raw(std::size_t length) {
  if (!ok_ || rest_.size() < length) {
    ok_ = false;
    return {};
  }
  const auto bytes = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return bytes;
}

std::string_view RowReader::bytes() { return raw(varint()); }

std::string_view RowReader::rest() { return raw(rest_.size()); }

}  // namespace projections
