#include "projections/access/trim_plan.h"

#include <map>

#include "events/log/whole_read.h"

namespace projections::access {
namespace {

using events::access::BootId;
using events::access::ProcessState;
using events::access::Record;
using events::access::RecordKind;
using events::access::TrimNotice;

constexpr std::size_t plan_bytes = 1u << 20;

// The fold's processes alone (access_fold.cc), over what goes.
class Going {
 public:
  Going(const TrimNotice& last, const events::Secrets& secrets) : notice_(last), secrets_(secrets) {
    for (const auto& one : last.processes) processes_[one.boot] = one;
  }

  void take(const events::LogRecord& log_record) {
    notice_.known = std::max(notice_.known, log_record.append_time);
    notice_.below = log_record.offset.next();
    const auto record = events::access::open_record(log_record.value, secrets_.master_key);
    if (!record) {
      ++notice_.damaged;
    } else if (record->kind == RecordKind::begin) {
      begin(*record);
    } else if (record->kind != RecordKind::trim) {
      take(*record);
    }
  }

  events::KnownTime known() const { return notice_.known; }
  events::Offset below() const { return notice_.below; }

  TrimNotice notice(events::KnownTime before) && {
    notice_.before = before;
    notice_.processes.clear();
    for (const auto& [boot, one] : processes_) {
      if (one.has_successor) {
        notice_.lost += one.lost();
      } else {
        notice_.processes.push_back(one);
      }
    }
    return std::move(notice_);
  }

 private:
  void begin(const Record& record) {
    const auto before = processes_.find(record.previous);
    if (before != processes_.end() && !record.previous.is_zero())
      before->second.succeeded_by(record);
    auto begun = ProcessState::begun_by(record, notice_.known);
    if (before == processes_.end() && !record.previous.is_zero()) begun.has_no_predecessor(record);
    processes_.try_emplace(record.boot, begun);
  }
  void take(const Record& record) {
    auto& process = processes_[record.boot];
    if (process.boot.is_zero()) {
      process.node = record.node;
      process.boot = record.boot;
      process.began = notice_.known;
    }
    if (process.take(record, notice_.known)) notice_.entries += record.count;
  }

  TrimNotice notice_;
  const events::Secrets& secrets_;
  std::map<BootId, ProcessState> processes_;
};

}  // namespace

Result<std::optional<TrimNotice>> plan_trim(events::EventLog& log, const events::Secrets& secrets,
                                            const TrimNotice& last, const TrimBounds& bounds) {
  const auto end = log.end({0});
  if (!end) return end.error();
  auto reader = log.read({0}, last.below);
  if (!reader) return reader.error();
  Going going(last, secrets);
  auto before = bounds.before;
  std::size_t taken = 0;
  for (bool done = false; !done && going.below() < *end;) {
    const auto records = next_below(**reader, *end, plan_bytes);
    if (!records) return records.error();
    for (const auto& record : *records) {
      const auto known = std::max(going.known(), record.append_time);
      const bool enough = taken >= bounds.records_max && known > going.known();
      done = known >= bounds.before || enough;
      if (enough) before = std::min(before, known);
      if (done) break;
      going.take(record);
      ++taken;
    }
  }
  if (taken == 0) return std::optional<TrimNotice>();
  return std::optional(std::move(going).notice(before));
}

}  // namespace projections::access
