// The record that says what is about to leave the access log, before it goes: without it a log
// that begins late has lost records.
#pragma once

#include <vector>

#include "events/access/process_state.h"

namespace events::access {

// Totals are of all that ever went.
struct TrimNotice {
  Offset below;      // of the first record that stays
  KnownTime before;  // no record that stays is older
  KnownTime known;   // of the last that goes
  std::uint32_t retention_days = 0;
  std::uint64_t entries = 0;
  std::uint64_t lost = 0;               // of processes that are not told any more
  std::uint64_t damaged = 0;            // records that did not open
  std::vector<ProcessState> processes;  // as of the cut, without a successor; by boot
};

std::string encode(const TrimNotice& notice);
Result<TrimNotice> read_notice(std::string_view bytes);

}  // namespace events::access
