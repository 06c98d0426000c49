// How row values are put together: varints, fixed bytes and counted bytes, so that rows
// stay small and any other bytes are found out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/ids.h"

namespace projections {

class RowWriter {
 public:
  RowWriter& u8(std::uint8_t value);
  RowWriter& varint(std::uint64_t value);        // LEB128
  RowWriter& signed_varint(std::int64_t value);  // zigzag
  RowWriter& raw(std::string_view bytes);        // fixed length only, or last
  RowWriter& bytes(std::string_view bytes);      // length, then bytes
  RowWriter& time(events::KnownTime time) { return signed_varint(time.time_since_epoch().count()); }
  const std::string& row() const& { return row_; }
  std::string row() && { return std::move(row_); }

 private:
  std::string row_;
};

// Reads what RowWriter wrote, in the same order. After the first surprise every call
// gives zero or empty and ok() is false: check once, at the end. Views into the row.
class RowReader {
 public:
  explicit RowReader(std::string_view row) : rest_(row) {}
  std::uint8_t u8();
  std::uint64_t varint();
  std::int64_t signed_varint();
  std::string_view raw(std::size_t length);
  std::string_view bytes();
  std::string_view rest();
  events::KnownTime time() { return events::KnownTime(events::Micros(signed_varint())); }
  template <class Key>
  Key key16() {
    return Key::from_bytes(raw(Key::size)).value_or(Key());
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace projections
