// Rows of the read model over the side log `access`. Everything stands newest first.
//
// Family   Key                                                   Value
// meta     "position"                                            next offset, known time, damaged
// meta     "horizon"                                             Horizon; absent: nothing has left
// records  known time, descending | offset, descending           empty: the log has it; or a copy
// patients stream key | known time, desc. | offset, desc.        ordinals in that record
// agents   subject (text) | known time, desc. | offset, desc.    ordinals in that record
// boots    node | known time it began, ascending | boot          BootRow
// places   boot                                                  key in `boots`
//
// A record is read from the log where that takes microseconds (embedded), and copied, sealed as it
// is, where one alone takes milliseconds (Kafka). An index names a patient by the blinded stream
// key. A resource has no index of its own: a chart names hundreds, and each would cost more than
// the read that showed it. Who has seen one is found among its patient's entries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/access/trim_notice.h"
#include "projections/store.h"

namespace projections::access {

using events::access::BootId;
using events::access::NodeId;

enum class AccessFamily : std::uint32_t { meta, records, patients, agents, boots, places };
std::vector<std::string> access_families();
inline Family family(AccessFamily which) { return {static_cast<std::uint32_t>(which)}; }

// A record's place in the order of all; the running maximum of the log's append times.
struct RecordPlace {
  events::KnownTime known;
  events::Offset offset;
  friend bool operator==(const RecordPlace&, const RecordPlace&) = default;
};
std::string place_key(std::string_view prefix, const RecordPlace& place);
// Of the last bytes of such a key; corrupt for others.
Result<RecordPlace> read_place(std::string_view key);

std::string agent_prefix(std::string_view subject);
std::string encode_ordinals(const std::vector<std::uint32_t>& ordinals);
Result<std::vector<std::uint32_t>> decode_ordinals(std::string_view row);

struct Progress {
  events::Offset next;
  events::KnownTime known;
  std::uint64_t damaged = 0;  // records that do not open
};
inline constexpr std::string_view position_row = "position";
std::string encode(const Progress& progress);
Result<Progress> decode_progress(std::string_view row);
Result<Progress> read_progress(const RowView& rows);  // of an empty store: zero

// What left the log, as the newest notice on it says, and where that stands.
struct Horizon {
  events::access::TrimNotice notice;
  RecordPlace said;
  NodeId node;
};
inline constexpr std::string_view horizon_row = "horizon";
std::string encode(const Horizon& horizon);
Result<Horizon> decode_horizon(std::string_view row);
// Nothing: all that was ever recorded is there.
Result<std::optional<Horizon>> read_horizon(const RowView& rows);

// One process of a node, as the log shows it.
using BootRow = events::access::ProcessState;
std::string encode(const BootRow& row);
Result<BootRow> decode_boot(std::string_view row);
std::string boot_key(const BootRow& row);

}  // namespace projections::access
