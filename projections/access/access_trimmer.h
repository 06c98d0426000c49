// Lets records of the access log go that are older than all its nodes want them kept: says on the
// log what goes, then removes the rows, then the records. Each step may be done again, so a crash
// between two of them only leaves the rest for the next time.
#pragma once

#include "projections/access/access_model.h"

namespace projections::access {

struct TrimmerOptions {
  std::uint32_t retention_days = 0;  // that this node asked for
  NodeId node;
  BootId boot;
  std::function<events::KnownTime()> now;
  std::size_t records_at_once = 20'000;
};

// The longest that a node asks for which was heard in the month before `now`. One of an older
// program does not say: ten years.
std::uint32_t agreed_days(const std::vector<BootRow>& boots, events::KnownTime now,
                          std::uint32_t own_days);

class AccessTrimmer {
 public:
  // Both outlive this.
  AccessTrimmer(TrimmerOptions options, events::EventLog& log, AccessModel& model,
                const events::Secrets& secrets)
      : options_(std::move(options)), log_(log), model_(model), secrets_(secrets) {}

  // All that is due by now, a notice at a time. One thread at a time.
  Status trim(const std::function<bool()>& stopped = [] { return false; });

 private:
  Result<events::KnownTime> due_before() const;
  Result<bool> announce(events::KnownTime before);  // false: nothing is due
  Status remove();                                  // what was announced

  const TrimmerOptions options_;
  events::EventLog& log_;
  AccessModel& model_;
  const events::Secrets secrets_;
};

}  // namespace projections::access
