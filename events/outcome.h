// What acceptance decided about a commit: kept in the ledger, waited for by
// those who appended it.
#pragma once

#include <string>
#include <vector>

#include "events/ids.h"
#include "events/resource_type.h"

namespace events {

enum class EventEffect : std::uint8_t {
  recorded = 1,   // first version
  amended = 2,    // a further version (also one that brings a deleted resource back)
  confirmed = 3,  // same content as the current version: no new version
  deleted = 4,
  absent = 5,     // a delete of what was not there
  matched = 6,    // If-None-Exist found this one: nothing written
};

struct EventOutcome {
  EventEffect effect = EventEffect::recorded;
  ResourceType type{};
  ResourceId id;
  Version version;  // current after the event; 0 for absent
};

struct Outcome {
  enum class Verdict : std::uint8_t {
    accepted = 1,
    refused = 2,  // by a precondition, for good: `refusal` says which event and why
    stale = 3,    // the edge looked too early: nothing is decided, evaluate again and resubmit
    cancelled = 4,
    prepared = 5,  // of a transaction over several streams: it waits for the decision, what it
                   // touches is locked
    locked = 6,    // touches what a prepared transaction has locked: nothing is decided, try later
    aborted = 7,   // the transaction was decided so: nothing of this attempt became true
  };
  Verdict verdict = Verdict::accepted;
  Position position;       // of the commit's last record
  KnownTime known_time;
  std::vector<EventOutcome> events;  // accepted
  Error refusal;                     // refused, stale, locked, aborted; `element` = "events[i]"
  bool repeat = false;     // this very append was a repeat of an earlier one: the first answer
};

// The answer of GET /commits/{id}.
struct CommitStatus {
  enum class State { accepted, refused, cancelled, pending, unknown } state = State::unknown;
  Outcome outcome;  // accepted, refused, cancelled
};

}  // namespace events
