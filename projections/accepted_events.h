// The events of an accepted commit as projections get them: by the worker when the commit
// is judged, and by repair when a patient is folded again.
#pragma once

#include <deque>
#include <span>

#include "events/commit.h"
#include "projections/projection.h"
#include "projections/shard.h"
#include "projections/versions.h"

namespace projections {

// Owns what the events borrow, but for `commit` and `change`, which outlive it.
class AcceptedEvents {
 public:
  // `rows` has the version rows of the commit already. Fails if rows cannot be read.
  static Result<AcceptedEvents> read(const RowView& rows, const events::Opener::Commit& commit,
                                     const Change& change);
  // Of the commit alone: without what versions before it said, so that `previous` is none and a
  // confirmation has no facts.
  static AcceptedEvents alone(const events::Opener::Commit& commit, const Change& change);
  std::span<const AcceptedEvent> all() const { return events_; }

 private:
  void add(AcceptedEvent event) { events_.push_back(event); }
  void end_commit();

  std::vector<AcceptedEvent> events_;
  std::deque<std::string> bytes_;  // facts of earlier versions; addresses stay
};

// The version row that `body`'s i-th event makes; its outcome is not matched, absent or confirmed.
VersionRow version_row(const events::Opener::Commit& commit, const Change& change, std::size_t i);

}  // namespace projections
