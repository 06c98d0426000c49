#include "query/access/amendment.h"

#include <algorithm>

#include "events/clinical_time.h"

namespace query::access {
namespace {

using events::KnownTime;
using std::chrono::sys_days;

bool is_any(std::string_view status, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), status) != words.end();
}

std::string_view decided_as(std::string_view status) {
  if (is_any(status, {"accepted", "in-progress", "completed"})) return "accepted";
  return status == "rejected" ? "denied" : "";
}

bool asks_again(std::string_view status) {
  return is_any(status, {"draft", "requested", "received"});
}

bool closes(std::string_view status) {
  return is_any(status, {"completed", "rejected", "cancelled", "entered-in-error", "deleted"});
}

sys_days day_of(KnownTime time) { return std::chrono::floor<std::chrono::days>(time); }

KnownTime asked_at(std::string_view authored_on, KnownTime recorded) {
  const auto authored = events::parse_clinical_time(authored_on);
  return authored ? std::min(KnownTime(authored->low), recorded) : recorded;
}

}  // namespace

std::optional<AmendmentDecision> decision_of(AmendmentSteps steps) {
  std::optional<AmendmentDecision> stands;
  for (const auto& step : steps) {
    const auto outcome = decided_as(step.status);
    if (asks_again(step.status)) stands.reset();
    if (outcome.empty()) continue;
    if (!stands || stands->outcome != outcome) stands = {outcome, &step, {}};
    if (!step.reason.empty()) stands->reason = step.reason;
  }
  return stands;
}

const AmendmentStep* closed_by(AmendmentSteps steps) {
  const AmendmentStep* closed = nullptr;
  for (const auto& step : steps) {
    if (!closes(step.status)) {
      closed = nullptr;
    } else if (closed == nullptr) {
      closed = &step;
    }
  }
  return closed;
}

AmendmentTerm term_of(std::string_view authored_on, AmendmentSteps steps, KnownTime now) {
  const auto asked = day_of(asked_at(authored_on, steps.front().recorded));
  const auto due = asked + amendment_limit;
  const auto* closed = closed_by(steps);
  const auto until = day_of(closed == nullptr ? now : closed->recorded);
  const auto open = std::max((until - asked).count(), std::chrono::days::rep{0});
  return {events::format_instant(KnownTime(due)).substr(0, 10), static_cast<std::uint64_t>(open),
          until > due};
}

}  // namespace query::access
