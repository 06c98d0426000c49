// Records of the side log `access` (events/schema/access.fbs) as plain values, sealed.
//
// One record holds what was appended together: entries of many people's requests, each of which
// may name many patients. So they are sealed under a key of the log's own, from the master key,
// and not under the patients': a search over a thousand patients would need a thousand keys, and
// what a user has looked at must stay readable when a patient's record is erased (45 CFR 164.316
// wants it kept). It holds ids and queries, nothing of a document.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "events/ids.h"
#include "events/secrets.h"

namespace events::access {

using NodeId = Key16<struct AccessNodeTag>;
using BootId = Key16<struct AccessBootTag>;

enum class RecordKind : std::uint8_t { entries = 0, begin = 1, end = 2, trim = 3 };

struct Record {
  RecordKind kind = RecordKind::entries;
  NodeId node;
  BootId boot;
  std::uint64_t first = 0;
  std::uint32_t count = 0;
  KnownTime time;
  bool recording = true;             // begin
  BootId previous;                   // begin
  std::uint64_t handed_out = 0;      // begin
  std::uint32_t retention_days = 0;  // begin; 0: an older program, which does not say
  std::string entries;  // `count` of them, as encode() of access_entry.h makes them; trim: a notice
};

std::string seal_record(const Record& record, const Secret& master_key);
// corrupt: not such a record, altered, or sealed with another master key.
Result<Record> open_record(std::string_view bytes, const Secret& master_key);

}  // namespace events::access
