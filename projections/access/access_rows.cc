#include "projections/access/access_rows.h"

#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections::access {
namespace {

constexpr std::size_t place_bytes = 16;

events::Error row_unreadable() {
  return events::corrupt(
      "a row of the access index does not read; remove the folder `access` of "
      "the data, and it is made anew");
}

}  // namespace

std::vector<std::string> access_families() {
  return {"meta", "records", "patients", "agents", "boots", "places"};
}

std::string place_key(std::string_view prefix, const RecordPlace& place) {
  return KeyWriter()
      .raw(prefix)
      .descending(place.known.time_since_epoch().count())
      .descending(place.offset.value)
      .key();
}

Result<RecordPlace> read_place(std::string_view key) {
  if (key.size() < place_bytes) return row_unreadable();
  KeyReader reader(key.substr(key.size() - place_bytes));
  const auto known = reader.descending();
  const auto offset = reader.descending();
  if (!known || !offset || !reader.done()) return row_unreadable();
  return RecordPlace{events::KnownTime(events::Micros(*known)), {*offset}};
}

std::string agent_prefix(std::string_view subject) { return KeyWriter().text(subject).key(); }

std::string encode_ordinals(const std::vector<std::uint32_t>& ordinals) {
  RowWriter row;
  row.varint(ordinals.size());
  std::uint32_t before = 0;
  for (const auto one : ordinals) {
    row.varint(one - before);
    before = one;
  }
  return std::move(row).row();
}

Result<std::vector<std::uint32_t>> decode_ordinals(std::string_view text) {
  RowReader row(text);
  std::vector<std::uint32_t> ordinals;
  std::uint32_t before = 0;
  for (auto left = row.varint(); left > 0 && row.ok(); --left) {
    before += static_cast<std::uint32_t>(row.varint());
    ordinals.push_back(before);
  }
  if (!row.done()) return row_unreadable();
  return ordinals;
}

std::string encode(const Progress& progress) {
  return RowWriter()
      .signed_varint(progress.next.value)
      .time(progress.known)
      .varint(progress.damaged)
      .row();
}

Result<Progress> decode_progress(std::string_view text) {
  RowReader row(text);
  Progress progress;
  progress.next.value = row.signed_varint();
  progress.known = row.time();
  progress.damaged = row.varint();
  if (!row.done()) return row_unreadable();
  return progress;
}

Result<Progress> read_progress(const RowView& rows) {
  const auto row = rows.get(family(AccessFamily::meta), position_row);
  if (!row) return row.error();
  return *row ? decode_progress(**row) : Result<Progress>(Progress());
}

std::string encode(const Horizon& horizon) {
  RowWriter row;
  row.time(horizon.said.known).signed_varint(horizon.said.offset.value);
  row.raw(horizon.node.bytes()).bytes(encode(horizon.notice));
  return std::move(row).row();
}

Result<Horizon> decode_horizon(std::string_view text) {
  RowReader row(text);
  Horizon horizon;
  horizon.said.known = row.time();
  horizon.said.offset.value = row.signed_varint();
  horizon.node = row.key16<NodeId>();
  auto notice = events::access::read_notice(row.bytes());
  if (!row.done() || !notice) return row_unreadable();
  horizon.notice = std::move(*notice);
  return horizon;
}

Result<std::optional<Horizon>> read_horizon(const RowView& rows) {
  const auto row = rows.get(family(AccessFamily::meta), horizon_row);
  if (!row) return row.error();
  if (!*row) return std::optional<Horizon>();
  auto horizon = decode_horizon(**row);
  if (!horizon) return horizon.error();
  return std::optional(std::move(*horizon));
}

std::string encode(const BootRow& boot) {
  RowWriter row;
  row.raw(boot.node.bytes()).raw(boot.boot.bytes()).time(boot.began).time(boot.last);
  row.u8(boot.recording ? 1 : 0).u8(boot.closed ? 1 : 0).u8(boot.has_successor ? 1 : 0);
  row.varint(boot.entries).varint(boot.lost_between).varint(boot.lost_at_end);
  row.varint(boot.retention_days).varint(boot.misses_previous ? boot.lost_before + 1 : 0);
  return std::move(row).row();
}

Result<BootRow> decode_boot(std::string_view text) {
  RowReader row(text);
  BootRow boot;
  boot.node = row.key16<NodeId>();
  boot.boot = row.key16<BootId>();
  boot.began = row.time();
  boot.last = row.time();
  boot.recording = row.u8() != 0;
  boot.closed = row.u8() != 0;
  boot.has_successor = row.u8() != 0;
  boot.entries = row.varint();
  boot.lost_between = row.varint();
  boot.lost_at_end = row.varint();
  const bool says_retention = row.ok() && !row.done();  // rows of older programs do not
  if (says_retention) {
    boot.retention_days = static_cast<std::uint32_t>(row.varint());
    const auto before = row.varint();
    boot.misses_previous = before > 0;
    if (before > 0) boot.lost_before = before - 1;
  }
  if (!row.done()) return row_unreadable();
  return boot;
}

std::string boot_key(const BootRow& row) {
  return KeyWriter()
      .raw(row.node.bytes())
      .ascending(row.began.time_since_epoch().count())
      .raw(row.boot.bytes())
      .key();
}

}  // namespace projections::access
