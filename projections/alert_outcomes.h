// What became of alerts: how many were shown, accepted and overridden, by rule, tier, reason and
// month. An alert is a DetectedIssue whose code has a rule of ours (query/checks/detected_issue.h).
//
// Family `alert_outcomes`
// Key    0 | rule (text) | month (i64, since 1970-01) | tier (u8) | outcome (u8) | reason (text)
// Value  how many alerts count so (varint)
// Key    1 | stream | id (text)
// Value  what the alert counts as now, see alert_outcomes.cc
//
// Each alert counts once as shown, in the month (UTC) in which it was identified, and there once
// more as what was done with it: of those shown in a month never more are overridden. What was
// entered in error or cancelled counts as nothing. Alerts of a rule are found by
// DetectedIssue?code=, so they have no rows here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/knowledge/rows.h"
#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

inline constexpr std::string_view alert_rule_system = "urn:chartlog:rule";
inline constexpr std::string_view alert_outcome_system = "urn:chartlog:alert-outcome";
inline constexpr std::string_view override_reason_system = "urn:chartlog:override-reason";

enum class AlertOutcome : std::uint8_t { shown, accepted, overridden };
const char* to_string(AlertOutcome outcome);

// What is counted together.
struct AlertClass {
  std::string rule;
  std::int64_t month = 0;  // since 1970-01
  knowledge::Tier tier{};
  AlertOutcome outcome{};
  std::string reason;  // code of override_reason_system; empty: none that is listed

  friend auto operator<=>(const AlertClass&, const AlertClass&) = default;
};

// Of DetectedIssue.severity: high, moderate, low; note if it says none.
knowledge::Tier alert_tier(const events::schema::Facts& facts);
// What was done with the alert last, as its mitigations say: `shown` if nothing.
AlertOutcome alert_outcome(const events::schema::Facts& facts, std::string& reason);

class AlertOutcomes final : public Projection {
 public:
  std::string_view name() const override { return "alert_outcomes"; }
  std::uint32_t version() const override { return 1; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
  Status forget(const events::StreamKey& stream, Family family, RowBatch& batch) const override;
};

struct AlertTotal {
  AlertClass of;
  std::uint64_t count = 0;
};
// Of one shard, by rule; `rule` empty: all. The cost follows the rules and their months.
Result<std::vector<AlertTotal>> alert_totals(const ShardView& view, std::string_view rule = {});

}  // namespace projections
