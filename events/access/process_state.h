// What the access log has told of one process up to some record of it. Pure functions of one
// record after the other, so that whoever reads the same records knows the same.
#pragma once

#include "events/access/access_record.h"

namespace events::access {

struct ProcessState {
  NodeId node;
  BootId boot;
  KnownTime began, last;  // of its first and last record, the log's clock
  bool recording = true;
  bool closed = false;             // it ended in order
  std::uint64_t entries = 0;       // numbers that are on the log, and the gaps between
  std::uint64_t lost_between = 0;  // numbers missing between others
  std::uint64_t lost_at_end = 0;   // given out and never on the log, as the next process says
  bool has_successor = false;
  bool misses_previous = false;      // the log had nothing of the process before, which it should
  std::uint64_t lost_before = 0;     // numbers that one had given
  std::uint32_t retention_days = 0;  // that it asked for; 0: it did not say

  static ProcessState begun_by(const Record& record, KnownTime known);
  // False: the record says nothing new, since it was appended twice.
  bool take(const Record& record, KnownTime known);
  void succeeded_by(const Record& begin);
  void has_no_predecessor(const Record& begin);  // although `begin` names one
  std::uint64_t lost() const { return lost_between + lost_at_end + lost_before; }
};

}  // namespace events::access
