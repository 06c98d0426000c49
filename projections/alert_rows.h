// The rows of family `alerts`, but for the facts and settings in it.
#pragma once

#include <map>

#include "projections/alerts.h"

namespace projections::alerts {

inline constexpr std::uint8_t by_time = 0, facts_of = 1, of_patient = 2, touched = 3, judged = 4,
                              settings = 5, payload = 6, counts = 7;

// Rule, tier, kind and what it is about (which no row keeps); `ordinal` tells equal ones apart.
std::string identity_of(const safety::Finding& finding, std::size_t ordinal);

std::string stream_key(std::uint8_t kind, const events::StreamKey& stream);
// Whether the key of a row of a patient, or its beginning, as readers ask for it.
bool is_of_patient(std::string_view key);
std::string index_key(const Alert& alert, const events::StreamKey& stream,
                      std::string_view identity);
std::string in_force_prefix(const events::StreamKey& stream);
std::string in_force_key(const events::StreamKey& stream, std::string_view identity);
std::string ended_prefix(const events::StreamKey& stream);
std::string ended_key(const events::StreamKey& stream, std::string_view identity,
                      events::Offset ended);
std::string identity_in(std::string_view alert_key);  // of either

// What of an index row's key comes after the tier: the order of a page.
std::string_view place_in(std::string_view index_key);
struct Placed {
  events::KnownTime raised;
  events::StreamKey stream;
  std::string alert_key;
};
Result<Placed> read_index_key(std::string_view index_key);

std::string encode(const Alert& alert);
Result<Alert> decode_alert(std::string_view alert_key, std::string_view row);
std::string encode(const JudgedList& list);
Result<JudgedList> decode_judged_list(std::string_view row);
Result<AlertCount> decode_count(std::string_view key, std::string_view row);

// Alerts by identity.
using Standing = std::map<std::string, Alert>;
Result<Standing> read_standing(const RowView& rows, Family family, const events::StreamKey& stream);

struct Change {
  std::int64_t raised = 0, in_force = 0;
};
// Adds to the counters of its tier and kind.
Status count(const safety::Finding& of, Change change, Family family, RowBatch& batch);

}  // namespace projections::alerts
