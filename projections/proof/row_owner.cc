#include "projections/proof/row_owner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "events/resource_type.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

using events::StreamKey;

constexpr std::array<std::string_view, 8> led_families = {
    "chart",    "directory", "medication_sends", "medications", "series",
    "settings", "sites",     "versions"};
// Those of them whose keys go on with the type of a resource.
constexpr std::array<std::string_view, 3> typed_families = {"chart", "medication_sends",
                                                            "versions"};

constexpr std::size_t kind_bytes = 1, time_bytes = 8, ledger_hash_bytes = 16;

std::optional<StreamKey> stream_at(std::string_view key, std::size_t from) {
  if (key.size() < from + StreamKey::size) return std::nullopt;
  return StreamKey::from_bytes(key.substr(from, StreamKey::size));
}

std::optional<StreamKey> at_end(std::string_view key) {
  return key.size() < StreamKey::size ? std::nullopt : stream_at(key, key.size() - StreamKey::size);
}

std::optional<StreamKey> after_texts(std::string_view key, int texts) {
  KeyReader reader(key);
  reader.raw(kind_bytes);
  for (; texts > 0; --texts)
    if (!reader.text()) return std::nullopt;
  const auto stream = reader.raw(StreamKey::size);
  return stream ? StreamKey::from_bytes(*stream) : std::nullopt;
}

std::optional<StreamKey> in_ledger(std::uint8_t kind, std::string_view key) {
  switch (kind) {
    case LedgerKind::resource:
    case LedgerKind::commit:
      return at_end(key);
    case LedgerKind::identifier:
      return stream_at(
          key, kind_bytes + sizeof(std::uint16_t) + ledger_hash_bytes + sizeof(std::uint64_t));
    case LedgerKind::oldest_assembly:
    case LedgerKind::waiting:
      return stream_at(key, kind_bytes + time_bytes);
    default:
      return stream_at(key, kind_bytes);
  }
}

// 1 | offset: the row says whose it is, behind its known time. 2 | stream | offset.
std::optional<StreamKey> in_changes(std::uint8_t kind, std::string_view key,
                                    std::string_view value) {
  if (kind != 1) return stream_at(key, kind_bytes);
  RowReader row(value);
  row.time();
  return stream_at(row.raw(StreamKey::size), 0);
}

std::optional<StreamKey> in_alerts(std::uint8_t kind, std::string_view key) {
  if (kind == 5 || kind == 7) return std::nullopt;
  return stream_at(key, kind == 0 ? kind_bytes + 1 + 2 * time_bytes : kind_bytes);
}

std::optional<StreamKey> in_patients(std::uint8_t kind, std::string_view key) {
  switch (kind) {
    case 0:
      return stream_at(key, kind_bytes);
    case 3:
      return stream_at(key, kind_bytes + time_bytes);
    default:  // 1: value and system; 2: a word
      return after_texts(key, kind == 1 ? 2 : 1);
  }
}

}  // namespace

bool stream_leads(std::string_view family) {
  return std::find(led_families.begin(), led_families.end(), family) != led_families.end();
}

std::optional<StreamKey> owner_of_row(std::string_view family, std::string_view key,
                                      std::string_view value) {
  if (key.empty()) return std::nullopt;
  const auto kind = static_cast<std::uint8_t>(key.front());
  if (stream_leads(family)) return stream_at(key, 0);
  if (family == "ledger") return in_ledger(kind, key);
  if (family == "changes") return in_changes(kind, key, value);
  if (family == "parked" || family == "search_index") return at_end(key);
  if (family == "alerts") return in_alerts(kind, key);
  if (family == "alert_outcomes") return kind == 0 ? std::nullopt : stream_at(key, kind_bytes);
  if (family == "patients") return in_patients(kind, key);
  if (family == "prevention_due")
    return stream_at(key, kind == 0 ? kind_bytes + time_bytes : kind_bytes);
  return std::nullopt;
}

std::string key_in_words(std::string_view family, std::string_view key, std::string_view value) {
  const auto owner = owner_of_row(family, key, value);
  if (!owner) return "of no one stream";
  auto words = fmt::format("of stream {}", events::to_hex(owner->bytes()));
  if (std::find(typed_families.begin(), typed_families.end(), family) == typed_families.end())
    return words;
  const auto number = KeyReader(key.substr(StreamKey::size)).u16();
  for (const auto type : events::all_types())
    if (number == static_cast<std::uint16_t>(type))
      words += fmt::format(", a {}", events::type_name(type));
  return words;
}

}  // namespace projections
