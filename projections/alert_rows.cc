#include "projections/alert_rows.h"

#include "events/hmac.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections::alerts {
namespace {

using events::StreamKey;
using knowledge::Tier;

constexpr std::uint8_t standing = 0, over = 1;
constexpr std::size_t identity_bytes = 16;
constexpr std::size_t kind_and_tier = 2;

events::Error unreadable() {
  return events::corrupt("a row of family alerts cannot be read; rebuild the shard");
}

void write(const std::vector<std::string>& texts, RowWriter& row) {
  row.varint(texts.size());
  for (const auto& text : texts) row.bytes(text);
}
void read(RowReader& row, std::vector<std::string>& texts) {
  for (auto left = row.varint(); left > 0 && row.ok(); --left) texts.emplace_back(row.bytes());
}

void write(const events::Position& position, RowWriter& row) {
  row.varint(position.partition.value).signed_varint(position.offset.value);
}
events::Position read_position(RowReader& row) {
  const auto partition = static_cast<std::uint32_t>(row.varint());
  return {{partition}, {row.signed_varint()}};
}

void write(const safety::Finding& finding, RowWriter& row) {
  row.u8(static_cast<std::uint8_t>(finding.tier));
  for (const auto* text :
       {&finding.rule, &finding.kind, &finding.summary, &finding.detail, &finding.source})
    row.bytes(*text);
  row.varint(finding.rests_on.size());
  for (const auto& one : finding.rests_on)
    row.bytes(one.type).bytes(one.id).varint(one.version.value);
  for (const auto* list : {&finding.not_recorded, &finding.also, &finding.missing})
    write(*list, row);
}
safety::Finding read_finding(RowReader& row) {
  safety::Finding finding;
  finding.tier = static_cast<Tier>(row.u8());
  for (auto* text :
       {&finding.rule, &finding.kind, &finding.summary, &finding.detail, &finding.source})
    *text = row.bytes();
  for (auto left = row.varint(); left > 0 && row.ok(); --left) {
    safety::Recorded one;
    one.type = row.bytes();
    one.id = row.bytes();
    one.version = {row.varint()};
    finding.rests_on.push_back(std::move(one));
  }
  for (auto* list : {&finding.not_recorded, &finding.also, &finding.missing}) read(row, *list);
  return finding;
}

KeyWriter alert_prefix(const StreamKey& stream, std::uint8_t state) {
  return KeyWriter().u8(of_patient).raw(stream.bytes()).u8(state);
}

}  // namespace

std::string identity_of(const safety::Finding& finding, std::size_t ordinal) {
  RowWriter named;
  named.u8(static_cast<std::uint8_t>(finding.tier)).bytes(finding.rule).bytes(finding.kind);
  write(finding.about, named);
  named.varint(ordinal);
  return std::string(events::bytes_of(events::sha256(named.row())).substr(0, identity_bytes));
}

std::string stream_key(std::uint8_t kind, const StreamKey& stream) {
  return KeyWriter().u8(kind).raw(stream.bytes()).key();
}

bool is_of_patient(std::string_view key) {
  return !key.empty() &&
         (key.front() == static_cast<char>(of_patient) || key.front() == static_cast<char>(judged));
}

std::string index_key(const Alert& alert, const StreamKey& stream, std::string_view identity) {
  return KeyWriter()
      .u8(by_time)
      .u8(static_cast<std::uint8_t>(alert.finding.tier))
      .descending(alert.raised.time_since_epoch().count())
      .descending(alert.since.offset.value)
      .raw(stream.bytes())
      .raw(identity)
      .key();
}

std::string in_force_prefix(const StreamKey& stream) {
  return alert_prefix(stream, standing).key();
}
std::string in_force_key(const StreamKey& stream, std::string_view identity) {
  return alert_prefix(stream, standing).raw(identity).key();
}
std::string ended_prefix(const StreamKey& stream) { return alert_prefix(stream, over).key(); }
std::string ended_key(const StreamKey& stream, std::string_view identity, events::Offset ended) {
  return alert_prefix(stream, over).descending(ended.value).raw(identity).key();
}
std::string identity_in(std::string_view alert_key) {
  return std::string(alert_key.substr(alert_key.size() - identity_bytes));
}

std::string_view place_in(std::string_view index_key) { return index_key.substr(kind_and_tier); }

Result<Placed> read_index_key(std::string_view index_key) {
  KeyReader key(index_key);
  key.u8();
  key.u8();
  const auto raised = key.descending();
  key.descending();
  const auto stream_bytes = key.raw(StreamKey::size);
  const auto identity = key.raw(identity_bytes);
  if (!raised || !stream_bytes || !identity || !key.done()) return unreadable();
  const auto stream = *StreamKey::from_bytes(*stream_bytes);
  return Placed{events::KnownTime(events::Micros(*raised)), stream,
                in_force_key(stream, *identity)};
}

std::string encode(const Alert& alert) {
  RowWriter row;
  write(alert.finding, row);
  row.bytes(alert.patient).bytes(alert.knowledge).bytes(alert.digest);
  write(alert.since, row);
  row.time(alert.raised).u8(alert.ended.has_value());
  if (alert.ended) {
    write(*alert.ended, row);
    row.time(alert.ended_at);
  }
  return std::move(row).row();
}

Result<Alert> decode_alert(std::string_view alert_key, std::string_view bytes) {
  RowReader row(bytes);
  Alert alert;
  alert.id = events::to_hex(identity_in(alert_key));
  alert.finding = read_finding(row);
  alert.patient = row.bytes();
  alert.knowledge = row.bytes();
  alert.digest = row.bytes();
  alert.since = read_position(row);
  alert.raised = row.time();
  if (row.u8() != 0) {
    alert.ended = read_position(row);
    alert.ended_at = row.time();
  }
  if (!row.done()) return unreadable();
  return alert;
}

std::string encode(const JudgedList& list) {
  RowWriter row;
  write(list.position, row);
  row.time(list.known_time).bytes(list.knowledge).bytes(list.digest);
  write(list.not_checked, row);
  return std::move(row).row();
}

Result<JudgedList> decode_judged_list(std::string_view bytes) {
  RowReader row(bytes);
  JudgedList list;
  list.position = read_position(row);
  list.known_time = row.time();
  list.knowledge = row.bytes();
  list.digest = row.bytes();
  read(row, list.not_checked);
  if (!row.done()) return unreadable();
  return list;
}

Result<AlertCount> decode_count(std::string_view key_bytes, std::string_view bytes) {
  KeyReader key(key_bytes);
  key.u8();
  const auto tier = key.u8();
  auto kind = key.text();
  RowReader row(bytes);
  AlertCount count;
  count.raised = row.varint();
  count.in_force = row.varint();
  if (!tier || !kind || !key.done() || !row.done()) return unreadable();
  count.tier = static_cast<Tier>(*tier);
  count.kind = std::move(*kind);
  return count;
}

Result<Standing> read_standing(const RowView& rows, Family family, const StreamKey& stream) {
  Standing found;
  const auto scan = rows.scan(family, in_force_prefix(stream));
  for (; scan->valid(); scan->next()) {
    auto alert = decode_alert(scan->key(), scan->value());
    if (!alert) return alert.error();
    found.emplace(identity_in(scan->key()), std::move(*alert));
  }
  if (auto read = scan->status(); !read) return read.error();
  return found;
}

Status count(const safety::Finding& of, Change change, Family family, RowBatch& batch) {
  const auto key =
      KeyWriter().u8(counts).u8(static_cast<std::uint8_t>(of.tier)).text(of.kind).key();
  const auto row = batch.get(family, key);
  if (!row) return row.error();
  AlertCount now;
  if (*row) {
    auto before = decode_count(key, **row);
    if (!before) return before.error();
    now = std::move(*before);
  }
  const auto added = [](std::uint64_t to, std::int64_t more) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(to) + more);
  };
  now.raised = added(now.raised, change.raised);
  now.in_force = added(now.in_force, change.in_force);
  if (now.raised == 0) {
    batch.erase(family, key);  // as if there had been none
    return {};
  }
  batch.put(family, key, RowWriter().varint(now.raised).varint(now.in_force).row());
  return {};
}

}  // namespace projections::alerts
