#include "events/access/process_state.h"

namespace events::access {

ProcessState ProcessState::begun_by(const Record& record, KnownTime known) {
  ProcessState made;
  made.node = record.node;
  made.boot = record.boot;
  made.began = made.last = known;
  made.recording = record.recording;
  made.retention_days = record.retention_days;
  return made;
}

bool ProcessState::take(const Record& record, KnownTime known) {
  if (record.first < entries) return false;
  lost_between += record.first - entries;
  entries = record.first + record.count;
  last = known;
  closed = record.kind == RecordKind::end;
  return true;
}

void ProcessState::succeeded_by(const Record& begin) {
  has_successor = true;
  lost_at_end = begin.handed_out > entries ? begin.handed_out - entries : 0;
}

void ProcessState::has_no_predecessor(const Record& begin) {
  misses_previous = true;
  lost_before = begin.handed_out;
}

}  // namespace events::access
