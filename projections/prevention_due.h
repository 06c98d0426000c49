// What is due for whom: an index by day, so that time passing makes things due without looking
// at every patient.
//
// Family `prevention_due`
// Key    0 | day (i64, since 1970) | stream | item (text)   value: DueRow, see prevention_due.cc
//        1 | stream | type (u16) | id (text)                value: version, facts
//        2 | stream                                         value: the stream's index rows
//        3 | stream                                         empty; only within a commit
//
// The facts are those that the schedule or the rules ask for, kept here since a projection reads
// no other. A commit that touches them is assessed once, at its end, as of its known time (UTC).
// An item is a row on the day from which it shows (30 days before it is due), or, if nothing is
// to be done now, on the first day on which that can change by time alone. So all that is due on
// a day is among the rows up to it. Series that are for a talk have none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/prevention/prevention.h"
#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

class PreventionDue final : public Projection {
 public:
  PreventionDue();  // with the schedule and the rules that are in the program
  std::string_view name() const override { return "prevention_due"; }
  std::uint32_t version() const override { return version_; }  // theirs is a part of it
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
  Status forget(const events::StreamKey& stream, Family family, RowBatch& batch) const override;
  // Whether what the event says is one of the facts.
  bool asks_for(const AcceptedEvent& event) const;

 private:
  Status assess(const AcceptedEvent& event, Family family, RowBatch& batch) const;

  const PreventionRules rules_;
  const std::uint32_t version_;
};

struct DueItem {
  std::string patient;      // id of the Patient
  std::string item;         // vaccine/<group>/<series group>, screening/<rule>
  std::string state;        // due soon, due, overdue
  immunization::Day since;  // shown from this day on
  std::optional<immunization::Day> changes_on;
  std::string place;  // where a page goes on after it; ordered bytewise over all shards
};

// What is due soon, due or overdue on a day, longest first, at most `count` after `place`. Rows
// whose answer may have changed since they were written are assessed again, as of `on`. For a
// day before the last commit of a patient, what that settled is not seen: ask for today or later.
// `item`: no others; empty: all. The rows of the others are passed over.
Result<std::vector<DueItem>> due_on(const ShardView& view, const PreventionRules& rules,
                                    immunization::Day on, std::size_t count, std::string_view place,
                                    std::string_view item = {});
// All that can be due by these rules, as DueItem::item names it; sorted.
std::vector<std::string> items_of(const PreventionRules& rules);

}  // namespace projections
