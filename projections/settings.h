// Which settings are in force in a shard. The payload itself is in the version row of the
// resource `Setting/<name>` of the partition's settings stream (events/settings_streams.h).
//
// Family `settings`
// Key    stream | name (text)
// Value  SettingRow
//
// Deleted: no row; what the program ships is in force then.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

class Settings final : public Projection {
 public:
  std::string_view name() const override { return "settings"; }
  std::uint32_t version() const override { return 1; }
  bool takes_settings() const override { return true; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
};

struct SettingRow {
  std::string name, label;
  events::Version version;
  std::string digest;         // SHA-256 of the payload, hex
  std::uint64_t bytes = 0;    // of the payload
  events::Position position;  // from here on it is in force
  events::KnownTime known_time;
  std::string by;  // who loaded it
};

Result<std::optional<SettingRow>> setting_of(const ShardView& view,
                                             const events::StreamKey& settings_stream,
                                             std::string_view name);
Result<std::vector<SettingRow>> settings_of(const ShardView& view,
                                            const events::StreamKey& settings_stream);
// The payload as it was loaded; nothing: there is no such setting.
Result<std::optional<std::string>> setting_payload(const ShardView& view,
                                                   const events::StreamKey& settings_stream,
                                                   std::string_view name);

}  // namespace projections
