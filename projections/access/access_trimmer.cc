#include "projections/access/access_trimmer.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <map>

#include "events/clinical_time.h"
#include "events/log/log_head.h"
#include "projections/access/access_head.h"
#include "projections/access/trim_plan.h"

namespace projections::access {
namespace {

using events::KnownTime;
using events::access::Record;
using events::access::RecordKind;

constexpr std::uint32_t unsaid_days = 3'653;
constexpr std::chrono::days heard_within{30};
constexpr std::chrono::seconds index_wait{60};

}  // namespace

std::uint32_t agreed_days(const std::vector<BootRow>& boots, KnownTime now,
                          std::uint32_t own_days) {
  std::map<NodeId, std::uint32_t> newest;  // boots come oldest first
  for (const auto& one : boots) {
    if (one.last + heard_within < now) continue;
    newest[one.node] = one.retention_days == 0 ? unsaid_days : one.retention_days;
  }
  for (const auto& [node, days] : newest) own_days = std::max(own_days, days);
  return own_days;
}

Status AccessTrimmer::trim(const std::function<bool()>& stopped) {
  if (events::head_of(log_) == nullptr) return {};
  while (!stopped()) {
    const auto deadline = std::chrono::steady_clock::now() + index_wait;
    if (auto reached = model_.reach_end(deadline); !reached) return reached;
    if (auto removed = remove(); !removed) return removed;
    const auto before = due_before();
    if (!before) return before.error();
    const auto announced = announce(*before);
    if (!announced) return announced.error();
    if (!*announced) return {};
  }
  return {};
}

// Whole days, by the earlier of the log's clock and the node's: one that runs ahead alone must not
// let go what is still to be kept.
Result<KnownTime> AccessTrimmer::due_before() const {
  const auto progress = model_.progress();
  if (!progress) return progress.error();
  const auto boots = model_.boots();
  if (!boots) return boots.error();
  const auto now = std::min(progress->known, options_.now());
  const auto days = agreed_days(*boots, progress->known, options_.retention_days);
  return KnownTime(std::chrono::floor<std::chrono::days>(now) - std::chrono::days(days));
}

Result<bool> AccessTrimmer::announce(KnownTime before) {
  const auto horizon = model_.horizon();
  if (!horizon) return horizon.error();
  const auto last = *horizon ? (*horizon)->notice : events::access::TrimNotice();
  if (last.before >= before) return false;
  auto notice = plan_trim(log_, secrets_, last, {before, options_.records_at_once});
  if (!notice) return notice.error();
  if (!*notice) return false;
  (*notice)->retention_days = options_.retention_days;
  Record record;
  record.kind = RecordKind::trim;
  record.node = options_.node;
  record.boot = options_.boot;
  record.time = options_.now();
  record.entries = encode(**notice);
  const auto said = append_and_wait(log_, {0}, record.node.bytes(),
                                    events::access::seal_record(record, secrets_.master_key));
  if (said.delivery != events::Delivery::persisted)
    return events::unavailable(fmt::format("the access log is not trimmed: {}", said.why));
  spdlog::info("access log trimmed before=\"{}\" below={} entries={}",
               events::format_instant((*notice)->before), (*notice)->below.value,
               (*notice)->entries - last.entries);
  return true;
}

// Rows first, and on disk: what an index names must be there.
Status AccessTrimmer::remove() {
  const auto horizon = model_.horizon();
  if (!horizon) return horizon.error();
  if (!*horizon) return {};
  const auto first = first_of(log_);
  if (!first) return first.error();
  const auto below = (*horizon)->notice.below;
  if (*first >= below) return {};
  if (auto flushed = model_.flush(); !flushed) return flushed;
  return events::head_of(log_)->cut({0}, below);
}

}  // namespace projections::access
