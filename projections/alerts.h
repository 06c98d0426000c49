// Alerts in log order: what the drug knowledge in force says of a patient's list after each commit
// that touched what it asks for, wherever that commit came from. Nothing here is clinically
// reviewed.
//
// Family `alerts`
// Key    0 | tier (u8) | raised, descending | offset, descending | stream | identity   empty
//        1 | stream | type (u16) | id (text)                last confirmed, version, facts
//        2 | stream | 0 | identity (16)                     Alert, in force
//        2 | stream | 1 | ended at offset, descending | identity           Alert
//        3 | stream                                         empty; only within a commit
//        4 | stream                                         JudgedList
//        5 | offset, descending | ordinal, descending       a setting "knowledge": whose, digest;
//                                                           none where it was deleted
//        6 | stream | digest (16) | part (u16)              its bytes
//        7 | tier (u8) | kind (text)                        AlertCount
//
// An alert is known by rule, tier, kind and what it is about: a renewal of the same drug goes on
// with it, and its text and what it rests on are kept as they are now. A commit is judged once, at
// its end, as of its known time, by the last setting "knowledge" before it in the partition, else
// by the tables in the program. So time alone, and other knowledge, change nothing before the
// patient's next commit.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projections/knowledge/knowledge.h"
#include "projections/projection.h"
#include "projections/safety/list_check.h"
#include "projections/shard.h"

namespace projections {

struct Alert {
  safety::Finding finding;
  std::string id;                 // 32 hex digits; the same whenever the same is found again
  std::string patient;            // id of the Patient
  std::string knowledge, digest;  // by which it was judged last
  events::Position since;         // the commit that raised it
  events::KnownTime raised;
  std::optional<events::Position> ended;  // the commit after which it no longer stood
  events::KnownTime ended_at;

  bool interrupts() const { return finding.tier == knowledge::Tier::stop; }
};

// How a list with drugs was judged last.
struct JudgedList {
  events::Position position;
  events::KnownTime known_time;
  std::string knowledge, digest;
  std::vector<std::string> not_checked;  // sentences: what could not be, and for want of what
};

class Alerts final : public Projection {
 public:
  Alerts();  // as the log says
  // All commits by one knowledge, whatever the log says; for replay.
  Alerts(std::string name, std::shared_ptr<const knowledge::Knowledge> always);

  std::string_view name() const override { return name_; }
  std::uint32_t version() const override { return version_; }  // has that of the shipped tables
  bool takes_settings() const override { return true; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
  Status forget(const events::StreamKey& stream, Family family, RowBatch& batch) const override;

 private:
  using KnowledgePointer = std::shared_ptr<const knowledge::Knowledge>;
  Status apply_setting(const AcceptedEvent& event, Family family, RowBatch& batch) const;
  Status keep(const AcceptedEvent& event, Family family, RowBatch& batch) const;
  Status judge(const AcceptedEvent& event, Family family, RowBatch& batch) const;
  Result<KnowledgePointer> in_force(events::Offset at, Family family, const RowView& rows) const;

  const std::string name_;
  const std::uint32_t version_;
  const KnowledgePointer always_;  // null: as the log says
};

struct PatientAlerts {
  std::optional<JudgedList> judged;  // nothing: no drug was ever on the list, or none is now
  std::vector<Alert> in_force;       // stop first, then newest
  std::vector<Alert> ended;          // newest first
  bool more_ended = false;
};
Result<PatientAlerts> alerts_of(const ShardView& view, const events::StreamKey& stream,
                                std::size_t ended_max);

struct PlacedAlert {
  Alert alert;
  std::string place;  // where a page goes on after it; ordered bytewise over all shards
};
struct AlertPage {
  std::optional<knowledge::Tier> tier;     // nothing: of all tiers
  std::optional<events::KnownTime> since;  // raised then or later
  std::size_t count = 0;
  std::string_view place = {};
};
// In force, newest first, of all these shards; reads the alerts of the page alone.
Result<std::vector<PlacedAlert>> alerts_in_force(std::span<const ShardView* const> views,
                                                 const AlertPage& page);

struct AlertCount {
  knowledge::Tier tier{};
  std::string kind;
  std::uint64_t raised = 0, in_force = 0;
};
// Of one shard; a patient who is folded again is counted once.
Result<std::vector<AlertCount>> alert_counts(const ShardView& view);

}  // namespace projections
