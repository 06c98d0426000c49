// A request to amend a record (45 CFR 164.526) as its Task's versions tell it: what was decided,
// when it was acted on, until when that was due. Plain computations.
//
// Such a Task has `code` urn:chartlog:task|amend-record; `focus` is what is to be amended, as a
// versioned reference, `description` what is wrong and what it should say.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "events/outcome.h"

namespace query::access {

inline constexpr std::string_view amendment_system = "urn:chartlog:task";
inline constexpr std::string_view amendment_code = "amend-record";
// 164.526(b)(2): no later than so many days after receipt. The one extension is not counted.
inline constexpr std::chrono::days amendment_limit{60};

// Who made a commit, as the log has it. Empty: not named there, or its key was destroyed.
struct CommitAuthor {
  std::string subject, role, site;
};

// One version of the Task.
struct AmendmentStep {
  events::Version version;
  std::string status;  // R4 task-status, and `deleted`
  std::string reason;  // statusReason
  events::KnownTime recorded;
  events::Position position;
  events::CommitId commit;
  CommitAuthor by;
};
using AmendmentSteps = std::span<const AmendmentStep>;  // oldest first, at least one

struct AmendmentDecision {
  std::string_view outcome;  // accepted, denied
  const AmendmentStep* step;
  std::string reason;  // the newest that was given for it
};
// The one that stands: asked again, there is none. What follows from it (in-progress, completed)
// changes nothing.
std::optional<AmendmentDecision> decision_of(AmendmentSteps steps);

// The version that acted on it: amended (`completed`), denied, withdrawn or taken away. Null while
// it is open; an accepted one is, until the record is amended: 164.526(b)(2)(i)(A).
const AmendmentStep* closed_by(AmendmentSteps steps);

// Days are of UTC.
struct AmendmentTerm {
  std::string due;          // YYYY-MM-DD
  std::uint64_t days_open;  // until it was acted on, else until now
  bool overdue;             // it was acted on later than due, or is due and open
};
// Counted from `authored_on`, or from when it was recorded if that was earlier or nothing is said.
AmendmentTerm term_of(std::string_view authored_on, AmendmentSteps steps, events::KnownTime now);

}  // namespace query::access
